/** Postgres that takes no points for a while: workers are held back, leases go on, memory does not grow, nothing is lost. */
import { type MetricDown, type MetricUp, TrialServiceClient } from '@adt/proto/gen/adt/v1/trial';
import { type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { ask, bearer, type TestCoordinator, testCoordinator } from './coordinator.js';
import { addSweep, OBJECTIVE } from './trials.js';

const WORKER = 'worker-0001';
/** More than the coordinator has connections to Postgres. */
const STREAMS = 18;
const BATCHES = 100;
const POINTS = 100;

/** The client's buffer for retries would count as taken. */
const UNBUFFERED = { 'grpc.per_rpc_retry_buffer_size': 1, 'grpc.retry_buffer_size': 1 };

/** A worker that knows no window: writes everything at once, and counts what the transport has taken. */
class Flood {
  taken = 0;
  acked = 0;
  readonly done: Promise<void>;
  readonly #call: ClientDuplexStream<MetricUp, MetricDown>;

  constructor(
    c: TestCoordinator,
    private readonly trialId: number,
  ) {
    const client = new TrialServiceClient(c.grpcAddress, credentials.createInsecure(), UNBUFFERED);
    atEnd(() => client.close());
    this.#call = client.reportMetrics(bearer(c.token));
    this.#call.write({ hello: { workerId: WORKER, trialId, epoch: 1 }, batch: undefined });
    this.done = this.#read();
    // The test may fail before it waits for the end.
    this.done.catch(() => {});
  }

  async #read(): Promise<void> {
    for await (const down of this.#call as AsyncIterable<MetricDown>) {
      if (down.resume) this.#writeAll();
      this.acked = down.ack?.ackedSeq ?? this.acked;
      if (this.acked === BATCHES * POINTS) this.#call.end();
    }
  }

  #writeAll(): void {
    for (let batch = 0; batch < BATCHES; batch++) {
      const firstSeq = batch * POINTS + 1;
      const points = Array.from({ length: POINTS }, (_, at) => ({
        step: firstSeq + at,
        metric: OBJECTIVE,
        value: this.trialId + (firstSeq + at) / 1e6,
      }));
      this.#call.write({ hello: undefined, batch: { firstSeq, points, totalSteps: 0 } }, () => {
        this.taken += 1;
      });
    }
  }
}

it('streams wait while points are not taken, heartbeats and claims do not, and all points arrive', {
  timeout: 90_000,
}, async () => {
  const c = await testCoordinator();
  const about = { host: 'here', pool: 'default', slots: 64, threadsPerSlot: 1, engines: [], pid: 1 };
  await ask(c, c.trials, 'register', { workerId: WORKER, ...about });
  const { trialIds } = await addSweep(c.db, { size: STREAMS + 1 });
  const [spare, ...trained] = trialIds as [number, ...number[]];
  for (const trialId of trained) await ask(c, c.trials, 'claim', { workerId: WORKER, trialId });

  const blocker = await c.db.pool.connect();
  let floods: Flood[];
  try {
    await blocker.query('BEGIN; LOCK TABLE metric_point IN ACCESS EXCLUSIVE MODE');
    floods = trained.map((trialId) => new Flood(c, trialId));
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    await expect.poll(async () => (await c.db.pool.query(waiting)).rowCount, { timeout: 20_000 }).toBe(8);

    const { trial } = await ask(c, c.trials, 'claim', { workerId: WORKER, trialId: spare });
    expect(trial?.epoch).toBe(1);
    const idle = { workerId: WORKER, leases: [{ trialId: spare, epoch: 1 }], draining: false };
    expect((await ask(c, c.trials, 'heartbeat', idle)).decisions).toHaveLength(1);
    expect((await c.db.pool.query(waiting)).rowCount).toBe(8);

    // What lies in buffers of both sides is bounded: most of each stream has not left its worker.
    for (const flood of floods) {
      expect(flood.acked).toBe(0);
      expect(flood.taken).toBeLessThan(BATCHES * 0.7);
    }
  } finally {
    await blocker.query('COMMIT');
    blocker.release();
  }
  await Promise.all(floods.map(({ done }) => done));
  const { rows } = await c.db.pool.query(
    `SELECT trial_id, count(*)::int AS points, count(DISTINCT seq)::int AS seqs, max(seq)::int AS last
     FROM metric_point WHERE value = trial_id + seq / 1e6::float8 GROUP BY trial_id ORDER BY trial_id`,
  );
  const all = BATCHES * POINTS;
  expect(rows).toEqual(trained.map((trial_id) => ({ trial_id, points: all, seqs: all, last: all })));
});
