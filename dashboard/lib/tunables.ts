/** Every limit and timing of the dashboard's server. */

/** A page waits this long for a list or a row before it says that the coordinator is slow. */
export const READ_DEADLINE_MS = 5_000;
/** Planning may expand a grid of 10,000 configurations. */
export const PLAN_DEADLINE_MS = 10_000;
/** Submitting writes all trials in one transaction. */
export const SUBMIT_DEADLINE_MS = 30_000;

/** A stopped coordinator is noticed after their sum; without keepalive it never was. */
export const KEEPALIVE_TIME_MS = 10_000;
export const KEEPALIVE_TIMEOUT_MS = 5_000;
/** Longest pause between two attempts to reconnect: a coordinator that comes back is seen within it. */
export const RECONNECT_MAX_MS = 2_000;

/** Largest reply: a page of 1,000 trials is about 400 KB. */
export const MAX_REPLY_BYTES = 4 * 1024 * 1024;
/** Largest request body; a sweep file of that size is a mistake. */
export const MAX_BODY_BYTES = 256 * 1024;

/** Largest bundle that is taken through the dashboard; larger ones go by `adt dataset import`. */
export const MAX_UPLOAD_BYTES = 2 * 1024 ** 3;
/** A bundle of that size at 10 Mbit/s. */
export const UPLOAD_DEADLINE_MS = 30 * 60_000;
/** What the coordinator takes in one message. */
export const UPLOAD_CHUNK_BYTES = 256 * 1024;

export const SESSION_LIFETIME_MS = 30 * 24 * 3_600_000;
/** A session that was found open is asked about again after this: how long a signed-out cookie may still open. */
export const SESSION_FRESH_MS = 5_000;
export const MAX_SESSIONS_KNOWN = 10_000;

/** For each address. Codes can't be guessed: this keeps who tries from costing anything. */
export const LOGIN_RATE = { burst: 10, everyMs: 6_000 };
/** Submits, cancels, sign-outs: more than hands can do, less than a runaway script. */
export const CHANGE_RATE = { burst: 60, everyMs: 500 };
/** The page asks a moment after each key stroke. */
export const PLAN_RATE = { burst: 60, everyMs: 200 };
/** Long enough for a handshake; a leaked ticket is worth little. */
export const LIVE_TICKET_LIFETIME_MS = 60_000;

/** Trials of one page of the table as the coordinator hands them out. */
export const TRIALS_PAGE = 1_000;
/** Rows that an export asks for at a time, and holds. */
export const EXPORT_PAGE = 1_000;
/** Rows a browser is sent at most; the table says when there are more. */
export const MAX_TRIALS = 50_000;
/** Curves drawn at once on a sweep: more are unreadable, and 200 are drawn at 30 fps. */
export const MAX_CURVES = 200;
/** Curves asked for in one call: 50 x 500 points stay below 1 MiB. */
export const CURVES_PAGE = 50;
export const POINTS_PER_CURVE = 500;
/** A trial's own page shows finer curves. */
export const POINTS_PER_TRIAL_CURVE = 2_000;

/** A part of a curve that is zoomed in on: more points than a screen has columns. */
export const POINTS_PER_DETAIL = 1_000;
/** Trials that the screens about a whole sweep read, best first: these are what its best are among. */
export const MAX_ANALYSED = 5_000;
/** Trials of the denoising screen: more lines than these are not told apart. */
export const MAX_DENOISING_TRIALS = 12;
/** Trials that can be chosen there, best first. */
export const MAX_DENOISING_CHOICES = 300;

/** Bars of the timeline; it says when there are more. */
export const ATTEMPTS_SHOWN = 2_000;
/** Entries of the search log in a call, and calls for one picture of the rungs: 20,000 entries are its bound. */
export const LOG_PAGE = 1_000;
export const MAX_LOG_PAGES = 20;

/** What a refused client is told to wait. */
export const RETRY_AFTER_S = 2;
