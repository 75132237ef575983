/** Every timing of the one-machine launcher; each comment says what a wrong value costs. */

/** A server or child that has not said "ready" by then has failed; cold disks and a busy machine need most of it. */
export const READY_WITHIN_MS = 60_000;

/** Postgres and NATS: from the stop signal to SIGKILL. Too short costs a crash recovery at the next start. */
export const SERVER_STOP_MS = 8_000;

/** Coordinator, worker, dashboard: from the stop signal to SIGKILL. A worker hands its trials back in this time. */
export const CHILD_STOP_MS = 10_000;

/** How often the end of a process that is not our child is looked for. */
export const ORPHAN_POLL_MS = 50;

/** How many of a process's last lines are kept to explain why it failed. */
export const TAIL_LINES = 20;

/** One download step of nats-server (a package list, a package); a slow line needs it, a dead one wastes it. */
export const DOWNLOAD_WITHIN_MS = 120_000;
