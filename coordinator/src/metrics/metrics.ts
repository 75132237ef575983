/** What the coordinator counts and shows: calls, refusals, claims, points, the leader, the queue, its own health. */
import type { Database } from '@adt/prisma/client';
import { TRIAL_STATES } from '@adt/proto/trialState';
import { Registry } from '@adt/worker/metrics/registry';
import { type Census, takeCensus } from '../store/census.js';
import type { LeaderTerm } from '../store/leader.js';

/** All trials are counted (20,000 in 7 ms): not oftener than this, whoever asks. */
const CENSUS_FRESH_MS = 5_000;

export class Metrics {
  readonly registry = new Registry();

  readonly #claims = this.registry.counter('adt_claims_total', 'Claims, by whether there was a trial.', [
    { result: 'claimed' },
    { result: 'none' },
  ]);
  readonly #claimSeconds = this.registry.histogram(
    'adt_claim_seconds',
    'Claim and ClaimNext, from call to answer.',
  );
  readonly #points = this.registry.counter('adt_ingest_points_total', 'Metric points stored.');
  readonly #ingestSeconds = this.registry.histogram(
    'adt_ingest_seconds',
    'A batch of points, until its commit.',
  );
  readonly #calls = this.registry.counter('adt_rpc_calls_total', 'gRPC calls that ended, by status.', []);
  readonly #refusals = this.registry.counter('adt_refusals_total', 'Calls that were refused, by reason.', []);
  readonly #ended = this.registry.counter(
    'adt_attempts_ended_total',
    'Attempts that ended here, by what became of the trial.',
    [],
  );

  claimed(found: boolean): void {
    this.#claims.add({ result: found ? 'claimed' : 'none' });
  }

  attemptEnded(state: string): void {
    this.#ended.add({ state });
  }

  ingested(points: number, seconds: number): void {
    this.#points.add({}, points);
    this.#ingestSeconds.observe(seconds);
  }

  /** @param call.reason null: not refused */
  callEnded(call: { method: string; status: string; reason: string | null; seconds: number }): void {
    this.#calls.add({ method: call.method, status: call.status });
    if (call.reason !== null) this.#refusals.add({ status: call.status, reason: call.reason });
    if (call.method === 'Claim' || call.method === 'ClaimNext') this.#claimSeconds.observe(call.seconds);
  }

  /** What is read when somebody asks. Where Postgres is away, what it knows is left out, and the rest still shown. */
  watch(parts: {
    db: Database;
    leaseTtlMs: number;
    leader: () => LeaderTerm | null;
    natsConnected: () => boolean;
    liveClients: () => number;
  }): void {
    const { registry } = this;
    const { pool } = parts.db;
    let census: Census | null = null;
    let takenAt = Number.NEGATIVE_INFINITY;
    registry.onCollect(async () => {
      if (performance.now() - takenAt < CENSUS_FRESH_MS) return;
      census = await takeCensus(parts.db, parts.leaseTtlMs).catch(() => null);
      takenAt = performance.now();
    });
    registry.gauge('adt_database_up', 'Whether Postgres answered the last count.', () => (census ? 1 : 0));
    registry.gauge('adt_trials', 'Trials, by state.', () =>
      census === null
        ? []
        : TRIAL_STATES.map((state) => ({
            labels: { state },
            value: census?.states.find((row) => row.state === state)?.count ?? 0,
          })),
    );
    registry.gauge('adt_queue_depth', 'Trials that wait, by pool.', () =>
      (census?.queued ?? []).map(({ pool: name, count }) => ({ labels: { pool: name }, value: count })),
    );
    registry.gauge('adt_leases_live', 'Trials whose worker is heard of.', () =>
      census ? census.leases : [],
    );
    registry.gauge('adt_workers', 'Workers that are heard of.', () => (census ? census.workers : []));
    registry.gauge('adt_leader', '1 where this coordinator leads.', () => (parts.leader() ? 1 : 0));
    registry.gauge('adt_leader_term', 'The term in which it leads.', () => parts.leader()?.term ?? []);
    registry.gauge('adt_nats_connected', '1 while NATS is there.', () => (parts.natsConnected() ? 1 : 0));
    registry.gauge('adt_live_clients', 'Browsers that follow along.', parts.liveClients);
    registry.gauge('adt_db_connections', 'Connections to Postgres; waiting: calls without one.', () => [
      { labels: { state: 'busy' }, value: pool.totalCount - pool.idleCount },
      { labels: { state: 'idle' }, value: pool.idleCount },
      { labels: { state: 'waiting' }, value: pool.waitingCount },
    ]);
  }
}
