/** Timings of the live connection in the browser. */

/** A change that reaches the page later than this after its commit is called delayed. */
export const DELAYED_AFTER_MS = 2_000;
/** Pause after a refused handshake or a failed snapshot, doubled up to the maximum. */
export const RETRY_MIN_MS = 500;
export const RETRY_MAX_MS = 8_000;
/** A coordinator that takes longer to answer a handshake counts as away. */
export const CONNECT_TIMEOUT_MS = 5_000;
/** A page that must refetch on every delta does so at most this often. */
export const REFETCH_EVERY_MS = 1_000;
/** Means over seeds are asked for anew at most this often while trials change: each costs a sort of the whole sweep. */
export const REGROUP_EVERY_MS = 5_000;
