/** Timings and sizes of the command line. */

/** Redraws of a progress bar at most this often; lower only makes slow terminals slower. */
export const PROGRESS_INTERVAL_MS = 100;

/** A platform on this machine answers at once or is not there; an import waits this long to find out. */
export const PLATFORM_ANSWERS_WITHIN_MS = 2_000;

/** One message of an upload, the most the coordinator takes. */
export const UPLOAD_CHUNK_BYTES = 256 * 1024;

/** A call that is not answered by then failed; the slowest, a sweep of 50,000 trials, takes a second or two. */
export const CALL_DEADLINE_MS = 30_000;

/** Together the time until a frozen or cut-off coordinator is noticed. */
export const KEEPALIVE_INTERVAL_MS = 10_000;
export const KEEPALIVE_TIMEOUT_MS = 5_000;

/** How often `sweep watch` asks. A question costs the coordinator two index scans. */
export const WATCH_INTERVAL_MS = 1_000;

/** `sweep watch` sits out a restart of the platform this long before it gives up. */
export const WATCH_PATIENCE_MS = 60_000;

/** Trials a page: some 300 KB, well under the message limit of 4 MiB. */
export const TRIALS_PAGE = 500;

/** A login link of `adt login` is good for this long, or until it is used. */
export const LOGIN_LINK_MS = 24 * 60 * 60 * 1000;

/** `adt train --checkpoint` writes at a validation when so much time is at stake. Shorter: the disk is busier. */
export const CHECKPOINT_EVERY_S = 60;
/** Entries of a search log a page: some 300 KB. */
export const LOG_PAGE = 500;
