/** Hints and leases with a real nats-server: published once, repaired when lost, requeued when a worker falls silent. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { NatsServer } from '@adt/deploy/local/nats';
import { TrialState } from '@adt/proto/gen/adt/v1/common';
import { DATASET_BUCKET, poolConsumer, TRIAL_STREAM, trialSubject } from '@adt/proto/subjects';
import { type ConsumerMessages, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Objm } from '@nats-io/obj';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { describe, expect, it } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { startTestNats } from '../harness/nats.js';
import { stablePort } from '../harness/ports.js';
import { temporaryFolder } from '../harness/temporary.js';
import { ask, LiveClient, MetricStream, type TestCoordinator, testCoordinator } from './coordinator.js';
import { addSweep, OBJECTIVE } from './trials.js';

const WORKER = 'worker-0001';
/** Reconciler and relay quick enough to wait for. */
const QUICK = { reconcileEveryMs: 200, relayEveryMs: 100 };

async function connectTo(nats: NatsServer): Promise<NatsConnection> {
  const connection = await connect({ servers: nats.url, token: nats.token });
  atEnd(() => connection.close());
  return connection;
}

/** With enough slots for every hint of a test to be out at once. */
async function register(c: TestCoordinator, pool = 'default', workerId = WORKER) {
  const request = { workerId, host: 'here', pool, slots: 200, threadsPerSlot: 1, engines: [], pid: 1 };
  return ask(c, c.trials, 'register', request);
}

/** Hints of a pool as a worker pulls them. */
async function hints(connection: NatsConnection, pool = 'default'): Promise<ConsumerMessages> {
  const consumer = await jetstream(connection).consumers.get(TRIAL_STREAM, poolConsumer(pool));
  const messages = await consumer.consume({ max_messages: 100, expires: 5_000 });
  atEnd(() => messages.stop());
  return messages;
}

async function pull(
  messages: AsyncIterable<{ subject: string; ack(): void }>,
  count: number,
): Promise<string[]> {
  const subjects: string[] = [];
  for await (const message of messages) {
    subjects.push(message.subject);
    message.ack();
    if (subjects.length === count) break;
  }
  return subjects;
}

async function subjectsInStream(connection: NatsConnection): Promise<string[]> {
  const jsm = await jetstreamManager(connection);
  const info = await jsm.streams.info(TRIAL_STREAM, { subjects_filter: '>' });
  return Object.keys(info.state.subjects ?? {}).sort();
}

describe('hints', () => {
  it('reach the pool that a sweep is for, once a trial', async () => {
    const nats = await startTestNats();
    const c = await testCoordinator({ nats });
    await register(c, 'gpu');
    const connection = await connectTo(nats);
    const messages = await hints(connection, 'gpu');
    const { trialIds } = await addSweep(c.db, { pool: 'gpu', size: 300 });
    const subjects = await pull(messages, 300);
    expect(new Set(subjects)).toEqual(new Set(trialIds.map((id) => trialSubject('gpu', id))));
    await c.stop();
    expect(await c.db.prisma.outbox.count({ where: { sentAt: null } })).toBe(0);
    expect(await subjectsInStream(connection)).toEqual([]);
  });

  it('are published again after a failure, with the next epoch', async () => {
    const nats = await startTestNats();
    const c = await testCoordinator({ nats });
    await register(c);
    const messages = await hints(await connectTo(nats));
    const { trialIds } = await addSweep(c.db);
    const trialId = trialIds[0] as number;
    await pull(messages, 1);
    const { trial } = await ask(c, c.trials, 'claim', { workerId: WORKER, trialId });
    await ask(c, c.trials, 'release', { workerId: WORKER, trialId, epoch: trial?.epoch ?? 0 });
    const again = await hints(await connectTo(nats));
    expect(await pull(again, 1)).toEqual([trialSubject('default', trialId)]);
  });

  it('come back after the store of NATS was wiped, with stream, consumer and bucket', async () => {
    const dataDir = temporaryFolder('wiped');
    const port = await stablePort();
    const first = await startTestNats({ dataDir, port });
    const c = await testCoordinator({ nats: first, tunables: QUICK });
    await register(c);
    const { trialIds } = await addSweep(c.db, { size: 20 });
    await pull(await hints(await connectTo(first)), 20);
    const back = c.nextLog('NATS is connected');
    await first.stop();
    rmSync(join(dataDir, 'nats', 'jetstream'), { recursive: true, force: true });
    const second = await startTestNats({ dataDir, port });
    await back;
    await register(c);
    const connection = await connectTo(second);
    const subjects = await pull(await hints(connection), 20);
    expect(new Set(subjects)).toEqual(new Set(trialIds.map((id) => trialSubject('default', id))));
    expect(await new Objm(connection).open(DATASET_BUCKET)).toBeTruthy();
  });

  it('for trials that are not queued are purged', async () => {
    const nats = await startTestNats();
    const c = await testCoordinator({ nats, tunables: { reconcileEveryMs: 100 } });
    await register(c);
    const connection = await connectTo(nats);
    const { trialIds } = await addSweep(c.db, { size: 3 });
    const [kept, ...others] = trialIds as [number, ...number[]];
    const stray = trialSubject('default', 999_999);
    for (const subject of [...trialIds.map((id) => trialSubject('default', id)), stray]) {
      // The relay may have been quicker: the subject then holds its one message already.
      await jetstream(connection)
        .publish(subject, '{}')
        .catch(() => {});
    }
    await c.db.prisma.trial.updateMany({
      where: { id: { in: others } },
      data: { state: 'CANCELLED', endedAt: new Date() },
    });
    let repaired = c.nextLog('stream reconciled');
    while ((await subjectsInStream(connection)).length > 1) {
      await repaired;
      repaired = c.nextLog('stream reconciled');
    }
    expect(await subjectsInStream(connection)).toEqual([trialSubject('default', kept)]);
  });
});

describe('hints behind one that is removed', () => {
  it('are delivered all the same, also when the removed one was out with a worker', async () => {
    const nats = await startTestNats();
    const c = await testCoordinator({ nats, tunables: { reconcileEveryMs: 100 } });
    await register(c);
    const connection = await connectTo(nats);
    const { trialIds } = await addSweep(c.db, { size: 3 });
    const [first, ...others] = trialIds as [number, ...number[]];
    const consumer = await jetstream(connection).consumers.get(TRIAL_STREAM, poolConsumer('default'));
    const out = await consumer.next();
    expect(out?.subject).toBe(trialSubject('default', first));
    await expect.poll(() => subjectsInStream(connection)).toHaveLength(3);
    const repaired = c.nextLog('stream reconciled');
    // Claimed, and its hint not acked yet: the moment in which a reconciler may come.
    await ask(c, c.trials, 'claim', { workerId: WORKER, trialId: first });
    await repaired;
    expect(await subjectsInStream(connection)).toHaveLength(2);
    out?.ack();
    const subjects = await pull(await hints(connection), 2);
    expect(new Set(subjects)).toEqual(new Set(others.map((id) => trialSubject('default', id))));
  });
});

describe('without NATS', () => {
  it('starts, gives trials to who asks, and publishes when NATS comes', async () => {
    const port = await stablePort();
    const dataDir = temporaryFolder('late');
    // A first run, only for the token that the second one keeps.
    const before = await startTestNats({ dataDir, port });
    await before.stop();
    const c = await testCoordinator({ natsUrl: before.url, natsToken: before.token });
    await register(c);
    const { trialIds } = await addSweep(c.db, { size: 2 });
    const next = await ask(c, c.trials, 'claimNext', { workerId: WORKER, pool: 'default' });
    expect(next.trial?.trialId).toBe(trialIds[0]);
    const connected = c.nextLog('NATS is connected');
    const nats = await startTestNats({ dataDir, port });
    await connected;
    await register(c);
    const messages = await hints(await connectTo(nats));
    expect(await pull(messages, 1)).toEqual([trialSubject('default', trialIds[1] as number)]);
  });
});

describe('leases', () => {
  const FAST = {
    leaseTtlMs: 600,
    heartbeatMs: 150,
    reapEveryMs: 50,
    leaderTtlMs: 5_000,
    leaderRenewMs: 1_000,
  };

  it('that run out put the trial back, fence the old owner and void its points', async () => {
    const c = await testCoordinator({ tunables: FAST });
    await register(c);
    const live = await LiveClient.connect(c);
    const { sweepId, trialIds } = await addSweep(c.db);
    const trialId = trialIds[0] as number;
    await live.subscribe({ kind: 'sweep', sweepId });
    await ask(c, c.trials, 'claim', { workerId: WORKER, trialId });
    const stream = new MetricStream(c);
    await stream.say({ hello: { workerId: WORKER, trialId, epoch: 1 } });
    const points = [{ step: 10, metric: OBJECTIVE, value: 0.9 }];
    await stream.say({ batch: { firstSeq: 1, points, totalSteps: 10 } });
    const delta = await live.seen(({ trials }) =>
      trials.some((row) => row.epoch === 1 && row.state === TrialState.QUEUED),
    );
    expect(delta.trials[0]).toMatchObject({ trialId, bestValue: 0.9 });
    const { trial } = await ask(c, c.trials, 'claimNext', { workerId: WORKER, pool: 'default' });
    expect(trial?.epoch).toBe(2);
    const { curves } = await ask(c, c.search, 'getCurves', {
      trialIds: [trialId],
      metrics: [],
      maxPoints: 0,
    });
    expect(curves).toEqual([]);
    const { attempts, summary } = await ask(c, c.search, 'getTrial', { trialId });
    expect(attempts).toMatchObject([{ outcome: 'LOST', ackedSeq: 1 }, { outcome: '' }]);
    expect(summary).toMatchObject({ epoch: 2, bestValue: undefined });
  });

  it('that are renewed stay, while those of a silent worker go', async () => {
    const c = await testCoordinator({ tunables: FAST });
    await register(c);
    await register(c, 'default', 'worker-0002');
    const { sweepId, trialIds } = await addSweep(c.db, { size: 2 });
    const [kept, lost] = trialIds as [number, number];
    await ask(c, c.trials, 'claim', { workerId: WORKER, trialId: kept });
    await ask(c, c.trials, 'claim', { workerId: 'worker-0002', trialId: lost });
    const live = await LiveClient.connect(c);
    await live.subscribe({ kind: 'sweep', sweepId });
    const beat = { workerId: WORKER, leases: [{ trialId: kept, epoch: 1 }], draining: false };
    const timer = setInterval(
      () => void ask(c, c.trials, 'heartbeat', beat).catch(() => {}),
      FAST.heartbeatMs,
    );
    try {
      await live.seen(({ trials }) =>
        trials.some((row) => row.trialId === lost && row.state === TrialState.QUEUED),
      );
    } finally {
      clearInterval(timer);
    }
    const { summary } = await ask(c, c.search, 'getTrial', { trialId: kept });
    expect(summary).toMatchObject({ state: TrialState.RUNNING, epoch: 1 });
  });

  it('run out often enough to fail the trial for good, with the reason', async () => {
    const c = await testCoordinator({ tunables: FAST });
    await register(c);
    const { sweepId, trialIds } = await addSweep(c.db, { maxFailures: 1 });
    const live = await LiveClient.connect(c);
    await live.subscribe({ kind: 'sweep', sweepId });
    await ask(c, c.trials, 'claim', { workerId: WORKER, trialId: trialIds[0] as number });
    await live.seen(({ trials }) => trials[0]?.state === TrialState.QUEUED);
    await ask(c, c.trials, 'claim', { workerId: WORKER, trialId: trialIds[0] as number });
    const failed = await live.seen(({ trials }) => trials[0]?.state === TrialState.FAILED);
    expect(failed.trials[0]?.failureReason).toMatch(/lease ran out/);
    await live.seen(({ sweeps }) => sweeps[0]?.state === 'SWEEP_STATE_FINISHED');
  });

  it('survive a database that hangs for longer than a lease and then answers what was asked before', async () => {
    const c = await testCoordinator({ tunables: FAST });
    await register(c);
    const { trialIds } = await addSweep(c.db);
    const trialId = trialIds[0] as number;
    await ask(c, c.trials, 'claim', { workerId: WORKER, trialId });
    const blocker = await c.db.pool.connect();
    try {
      await blocker.query('BEGIN; LOCK TABLE trial IN ACCESS EXCLUSIVE MODE');
      // Heartbeats, the reaper and all else now wait in Postgres until the lease is over.
      const reaperWaits = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%lease_expires_at <%'`;
      await expect.poll(async () => (await c.db.pool.query(reaperWaits)).rowCount).toBeGreaterThan(0);
      await blocker.query(`SELECT pg_sleep(${(2 * FAST.leaseTtlMs) / 1_000})`);
      await blocker.query('COMMIT');
    } finally {
      blocker.release();
    }
    const decided = `SELECT FROM trial WHERE state <> 'RUNNING' OR lease_expires_at > clock_timestamp()`;
    await expect.poll(async () => (await c.db.pool.query(decided)).rowCount).toBe(1);
    const beat = { workerId: WORKER, leases: [{ trialId, epoch: 1 }], draining: false };
    const { decisions } = await ask(c, c.trials, 'heartbeat', beat);
    expect(decisions).toMatchObject([{ decision: 'DECISION_CONTINUE' }]);
  });

  it('survive a restart of the coordinator, which finds everything', async () => {
    const first = await testCoordinator({ tunables: FAST });
    await register(first);
    const { sweepId, trialIds } = await addSweep(first.db);
    const trialId = trialIds[0] as number;
    await ask(first, first.trials, 'claim', { workerId: WORKER, trialId });
    await first.stop();
    // Longer than the lease: an outage of our own.
    await first.db.pool.query(`UPDATE trial SET lease_expires_at = clock_timestamp() - interval '1 minute'`);
    const second = await testCoordinator({
      databaseUrl: first.databaseUrl,
      token: first.token,
      tunables: FAST,
    });
    const beat = { workerId: WORKER, leases: [{ trialId, epoch: 1 }], draining: false };
    const { decisions } = await ask(second, second.trials, 'heartbeat', beat);
    expect(decisions).toMatchObject([{ decision: 'DECISION_CONTINUE' }]);
    const stream = new MetricStream(second);
    await stream.say({ hello: { workerId: WORKER, trialId, epoch: 1 } });
    const { sweeps } = await ask(second, second.search, 'listSweeps', { limit: 0, cursor: '' });
    expect(sweeps).toMatchObject([{ sweepId, counts: { running: 1 } }]);
  });
});

describe('two coordinators', () => {
  it('share the work: the second one submits, the first one publishes, and the second leads when the first stops', async () => {
    const nats = await startTestNats();
    const first = await testCoordinator({ nats });
    const tunables = { leaderRenewMs: 100, leaderTtlMs: 1_000 };
    const second = await testCoordinator({
      nats,
      databaseUrl: first.databaseUrl,
      token: first.token,
      tunables,
    });
    await register(second);
    const messages = await hints(await connectTo(nats));
    const { trialIds } = await addSweep(second.db);
    expect(await pull(messages, 1)).toEqual([trialSubject('default', trialIds[0] as number)]);
    await ask(second, second.trials, 'claim', { workerId: WORKER, trialId: trialIds[0] as number });
    await first.stop();
    const later = await addSweep(second.db);
    const again = await hints(await connectTo(nats));
    expect(await pull(again, 1)).toEqual([trialSubject('default', later.trialIds[0] as number)]);
    expect(second.logged.some((line) => line.startsWith('info leading'))).toBe(true);
  });
});
