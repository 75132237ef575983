/** Every time and size the worker waits for or keeps to, with what follows when it is changed. */

/** Longer: a dead coordinator is noticed later. Shorter: an idle connection costs more packets. */
export const KEEPALIVE_INTERVAL_MS = 10_000;
/** A keepalive unanswered for this long breaks the channel; a SIGSTOPped server is noticed after both together. */
export const KEEPALIVE_TIMEOUT_MS = 5_000;
/** Unary calls end by then; they are retried, so too short a value only repeats work. */
export const CALL_DEADLINE_MS = 10_000;
/** A heartbeat that takes longer is given up, so that several fit into one lease. */
export const HEARTBEAT_DEADLINE_MS = 4_000;
/** Largest message taken from the coordinator. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** First wait after a failed call; doubles up to the next one. Shorter: a restarted coordinator is hit harder. */
export const BACKOFF_FIRST_MS = 100;
/** Longest wait between two tries, so at most this is lost after the coordinator is back. */
export const BACKOFF_LAST_MS = 3_000;

/** Without NATS, one idle worker asks for work this often, whatever its slots. Shorter: load on Postgres. */
export const CLAIM_POLL_MS = 2_000;
/** A pull request waits this long at the server; a new one follows. Only the traffic of an idle pool hangs on it. */
export const PULL_EXPIRES_MS = 30_000;
/** Wait before binding to a consumer that is not there yet; meanwhile the worker polls. */
export const BIND_RETRY_MS = 2_000;
/** A hint whose claim could not be asked for goes back and is redelivered after this. */
export const HINT_RETRY_MS = 1_000;
/** A slot whose attempt broke off for a reason of this machine's waits before it spoils the next trial. */
export const SLOT_REST_MS = 10_000;
/** A half-open NATS connection is dropped after two of these. */
export const NATS_PING_INTERVAL_MS = 10_000;
/** Wait between two connection attempts to NATS. */
export const NATS_RECONNECT_MS = 1_000;

/** A clean farewell to NATS may take this long; then the socket goes anyway. */
export const NATS_CLOSE_MS = 1_000;

/** Points of a batch; the coordinator refuses more. */
export const BATCH_MAX_POINTS = 500;
/** Encoded size of a batch; the coordinator refuses more. */
export const BATCH_MAX_BYTES = 256 * 1024;
/** Points sent and not yet acked. Larger: more is resent after a break. Smaller: the sender waits for commits. */
export const ACK_WINDOW_POINTS = 4 * BATCH_MAX_POINTS;
/** A power failure loses at most this much of a spool. */
export const SPOOL_SYNC_INTERVAL_MS = 1_000;
/** A spool beyond this keeps only the series that ranks, so that an absent coordinator cannot fill the disk. */
export const SPOOL_CAP_BYTES = 256 * 1024 * 1024;
/** A closed metric stream is torn down after this when the coordinator does not end it. */
export const STREAM_CLOSE_MS = 1_000;

/** From SIGTERM to SIGKILL of a trainer's process group. */
export const TRAINER_GRACE_MS = 20_000;
/** Last bytes of a trainer's stderr that go with a failure. */
export const STDERR_TAIL_BYTES = 8 * 1024;

/**
 * A worker that reached no coordinator for this long gives its trials up: by then they run elsewhere, and a
 * zombie would only heat the room. Longer than any coordinator restart, which the amnesty covers.
 */
export const OFFLINE_STOP_MS = 600_000;
/** A drain ends by then (ADT_DRAIN_SECONDS), whatever is still open; leases of what is left run out. */
export const DRAIN_BOUND_SECONDS = 60;
/** A validation saves when the last save is this long ago (ADT_CHECKPOINT_SECONDS). Longer: a lost worker costs more. */
export const CHECKPOINT_SECONDS = 60;
/** A checkpoint goes to and from the object store in pieces of this size, one at a time. Below NATS' limit of 1 MiB. */
export const CHECKPOINT_CHUNK_BYTES = 256 * 1024;
/** Chunks of a download asked for at once: 2 MiB in memory. Fewer: a round trip shows. */
export const CHECKPOINT_PULL_CHUNKS = 8;
/** The server forgets a download that nobody pulls at for this long. Above the time after which one is given up. */
export const CHECKPOINT_PULL_IDLE_MS = 60_000;
/** A training whose checkpoint is out of reach for this long starts anew: NATS is speed, not a dependency. */
export const CHECKPOINT_WAIT_MS = 60_000;
/**
 * Of what is left of a drain, the share that the trainer has to save in, then the share in which the checkpoint is to
 * be committed, then that for the last points. All must leave time for the hand-back, or the trial pays for a lost
 * worker; a share that is too small costs only what was trained since the last checkpoint.
 */
export const DRAIN_SAVE_SHARE = 0.6;
export const DRAIN_COMMIT_SHARE = 0.7;
export const DRAIN_FLUSH_SHARE = 0.3;
/** The launcher is gone and the coordinator likely with it: one short try to hand trials back. */
export const ORPHAN_BOUND_MS = 3_000;

/** Bundles on disk; the least recently used go first. Smaller: data sets are fetched again. */
export const BUNDLE_CACHE_BYTES = 32 * 1024 ** 3;
/** A bundle's transfer without a byte for this long is begun anew. */
export const BUNDLE_STALL_MS = 20_000;
/** A trial whose bundle is out of this machine's reach is handed back after this; another machine may do better. */
export const BUNDLE_WAIT_MS = 60_000;
/**
 * The object store answers and has lost the bundle: the attempt fails after this, as the infrastructure's fault. Time
 * for a launcher, or a person, to upload it again before the trial's few failures are spent.
 */
export const BUNDLE_LOST_WAIT_MS = 300_000;

/** Loading TensorFlow.js to see whether it loads may take this long; on a slow disk a shorter time calls it missing. */
export const ENGINE_PROBE_MS = 60_000;
/** tfjs fetches its losses, and lets signals and messages in, this often. Shorter: a GPU waits for the host. */
export const TFJS_SYNC_INTERVAL_MS = 50;
