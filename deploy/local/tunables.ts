/** Every timing of the one-machine launcher; each comment says what a wrong value costs. */

/** A server or child that has not said "ready" by then has failed; cold disks and a busy machine need most of it. */
export const READY_WITHIN_MS = 60_000;

/** Postgres and NATS: from the stop signal to SIGKILL. Too short costs a crash recovery at the next start. */
export const SERVER_STOP_MS = 6_000;

/** Coordinator, worker, dashboard: from the stop signal to SIGKILL. A worker hands its trials back in this time. */
export const CHILD_STOP_MS = 6_000;

/** How often the end of a process that is not our child is looked for. */
export const ORPHAN_POLL_MS = 50;

/** How often the launcher asks whether the platform has lost a data set; trials that need it wait that long. */
export const BUNDLE_CHECK_MS = 5_000;

/** How many of a process's last lines are kept to explain why it failed. */
export const TAIL_LINES = 20;

/** One download step of nats-server (a package list, a package); a slow line needs it, a dead one wastes it. */
export const DOWNLOAD_WITHIN_MS = 120_000;

/** First wait before a child that died is started again; doubles up to the last. Shorter: a hot crash loop. */
export const RESTART_FIRST_MS = 500;
export const RESTART_LAST_MS = 15_000;

/** A child that lived this long had a bad moment, not a bad configuration: the waits begin anew. */
export const RESTART_FORGET_MS = 60_000;

/** Starts in a row that may fail before the launcher gives up and shows why. */
export const RESTART_TRIES = 5;

/** A login link that was printed can be used for this long. */
export const LOGIN_LINK_MS = 24 * 3_600_000;

/** Log files beyond this are moved to `.1` at the next start, so two of them bound what a process keeps. */
export const LOG_FILE_BYTES = 10 * 1024 * 1024;

/** From Ctrl-C to SIGKILL of whatever still runs; a supervisor's patience ends a little later. */
export const STOP_ALL_MS = 13_000;

/** How often --once asks how far the sweep is, and prints it where there is no terminal. */
export const PROGRESS_POLL_MS = 500;
export const PROGRESS_LINE_MS = 5_000;

/** Signals closer together than this are one Ctrl-C, seen twice. */
export const SECOND_SIGNAL_AFTER_MS = 700;
