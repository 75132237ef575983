/** Every timing and bound of the coordinator, with what follows from changing it. */

export const DEFAULT_TUNABLES = {
  /** Workers renew leases this often. Longer: fewer statements, a slower cancel. */
  heartbeatMs: 5_000,
  /** Silence after which a trial is taken from its worker: six missed heartbeats. Shorter: faster retry, more false alarms. */
  leaseTtlMs: 30_000,
  /**
   * How often the leader looks for expired leases; adds to the time from a dead worker to the retry. At most a tenth of
   * a lease, whatever is asked for: looks further apart would take themselves for the first after an outage.
   */
  reapEveryMs: 1_000,
  /** A leader that is silent for this long is replaced: bounds the fail-over. */
  leaderTtlMs: 15_000,
  /** Three renewals fit into the TTL, so one lost statement does not depose a leader. */
  leaderRenewMs: 5_000,
  /** Who waits to lead looks this often whether the term is over: adds to a fail-over, and bounds a hand-over. */
  leaderWatchMs: 500,
  /** Backstop of the searches, which are woken by each trial that ends here; matters when another process ended it. */
  searchEveryMs: 1_000,
  /** A search that can't be read (damaged log, file of another version) shows its reason and is tried again this often. */
  searchRetryMs: 60_000,
  /** Backstop of the relay, which is woken by each submit; matters when another process wrote the outbox. */
  relayEveryMs: 1_000,
  /** How long a lost hint or a wiped NATS store goes unnoticed. */
  reconcileEveryMs: 15_000,
  /** How long the points of a deleted sweep stay when another process deleted it; how soon partitions are made ahead. */
  cleanEveryMs: 15_000,
  /** Points that a newer attempt replaced go this long after the trial's end: an hour to look at what had happened. */
  pruneGraceMs: 3_600_000,
  /** JetStream hands an unacknowledged hint to another worker after this; claims make the repeat harmless. */
  ackWaitMs: 30_000,
  /** A request to NATS that takes longer counts as an outage. */
  natsTimeoutMs: 5_000,
  /** At most one delta a topic in this time: four a second keep charts smooth and browsers idle. */
  liveIntervalMs: 250,
  /** A worker's token that was found good is looked up again after this: how long a revoked one still opens. */
  workerTokenFreshMs: 5_000,
  /** How soon a browser sees what NATS did not carry here: within three looks. */
  liveLookMs: 1_000,
  /** On stop, calls in flight get this long before they are cut. */
  stopGraceMs: 5_000,
};
export type Tunables = Readonly<typeof DEFAULT_TUNABLES>;

/** Rows that nobody asks for any more: a worker that comes back after a week registers anew. */
export const KEPT_FOR = {
  sentHintMs: 3_600_000,
  workerMs: 7 * 86_400_000,
  coordinatorMs: 3_600_000,
} as const;

/** Who is gone for so long is forgotten this often. */
export const ABSENT_EVERY_MS = 3_600_000;

/** How soon a browser that was behind is looked at again: the newest of what it missed may be the last there is. */
export const LIVE_CATCH_UP_MS = 250;
/** On stop, browsers get this long to answer the farewell; then their connections are cut. */
export const LIVE_CLOSE_MS = 500;

/** Chunks of a checkpoint that no object names yet are an upload under way, unless the newest is older than this. */
export const CHECKPOINT_UPLOAD_MS = 600_000;

/** Bounds of one call; what exceeds them is refused whole. */
export const LIMITS = {
  messageBytes: 1024 * 1024,
  batchPoints: 500,
  batchBytes: 256 * 1024,
  /**
   * Batches that are being stored, of all streams; the others wait in theirs. Half of the pool's connections: while
   * Postgres is slow to take points, leases are renewed and trials are claimed over the rest.
   */
  batchesInFlight: 8,
  chunkBytes: 256 * 1024,
  /** Sweep files that are read or wait to be, on one thread: a large one takes a second. */
  plansAtOnce: 16,
  /** Data sets taken in at a time: each is a file on disk and a hash on the only thread. */
  uploadsAtOnce: 4,
  datasetBytes: 8 * 1024 ** 3,
  specBytes: 256 * 1024,
  leasesPerHeartbeat: 1_024,
  /** Sweeps whose cost is asked at once: a page of the list. */
  costSweeps: 100,
  /** A running sweep's forecast is made anew at most this often, … */
  forecastFreshMs: 1_000,
  /** … and holds for so many times what it took, so that who watches a huge sweep costs a tenth of a core at most. */
  forecastRest: 10,
  curveTrials: 500,
  curvePoints: 100_000,
  /** Names of workers whose tokens are remembered at a time. */
  workerTokensKnown: 4_096,
  /** Of all curves of a reply together: 500 trials still get 800 points each of one metric. */
  curveReplyPoints: 400_000,
  stderrBytes: 8 * 1024,
  /** Live: a browser this far behind is sent no more deltas until it has caught up … */
  liveBufferedBytes: 1024 * 1024,
  /** … and is disconnected when it goes on asking with this much, or this many replies, waiting for it. */
  liveDeadBytes: 8 * 1024 * 1024,
  liveQueued: 1_024,
  liveMessageBytes: 64 * 1024,
  liveTopicsPerClient: 32,
  /** Rows in one delta; the rest follow in the next. */
  liveRows: 500,
  /** Points waiting for one delta; beyond, the topic skips a version, which makes clients refetch. */
  livePoints: 20_000,
} as const;

/**
 * Defaults with overrides by environment, say ADT_LEASE_TTL_MS=3000 for `leaseTtlMs`.
 * @throws RangeError naming the variable that is off
 */
export function tunablesFrom(env: Readonly<Record<string, string | undefined>>): Tunables {
  const tunables = { ...DEFAULT_TUNABLES };
  for (const key of Object.keys(tunables) as (keyof Tunables)[]) {
    const variable = `ADT_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    const text = env[variable];
    if (text === undefined || text === '') continue;
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > 86_400_000) {
      throw new RangeError(
        `${variable}: must be milliseconds from 1 to 86400000 (got ${JSON.stringify(text)})`,
      );
    }
    tunables[key] = value;
  }
  if (tunables.leaseTtlMs < 2 * tunables.heartbeatMs) {
    throw new RangeError('ADT_LEASE_TTL_MS: must be at least twice ADT_HEARTBEAT_MS');
  }
  if (tunables.leaderTtlMs < 2 * tunables.leaderRenewMs) {
    throw new RangeError('ADT_LEADER_TTL_MS: must be at least twice ADT_LEADER_RENEW_MS');
  }
  tunables.reapEveryMs = Math.min(tunables.reapEveryMs, Math.floor(tunables.leaseTtlMs / 10) || 1);
  return tunables;
}
