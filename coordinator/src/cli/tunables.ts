/** Timings and sizes of the command line. */

/** Redraws of a progress bar at most this often; lower only makes slow terminals slower. */
export const PROGRESS_INTERVAL_MS = 100;
