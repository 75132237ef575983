/** Tokens of workers over a real coordinator and Postgres: made once, stored as hashes, good for one worker's calls. */
import { AccessServiceClient } from '@adt/proto/gen/adt/v1/access';
import { Outcome } from '@adt/proto/gen/adt/v1/trial';
import { newToken } from '@adt/proto/token';
import { hashOfSecret } from '@adt/proto/workerToken';
import { credentials } from '@grpc/grpc-js';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  ask,
  MetricStream,
  refusalOf,
  type TestCoordinator,
  testCoordinator,
} from '../contract/coordinator.js';
import { addSweep } from '../contract/trials.js';
import { atEnd } from '../harness/cleanup.js';

let c: TestCoordinator;
let access: AccessServiceClient;

const MINE = 'w1-00000001';
const OTHERS = 'w2-00000001';

beforeAll(async () => {
  // Remembered for a moment only, so that what Postgres says is what holds.
  c = await testCoordinator({ tunables: { workerTokenFreshMs: 1 } });
  access = new AccessServiceClient(c.grpcAddress, credentials.createInsecure());
  atEnd(() => access.close());
});

async function newWorker(
  name: string,
  more: { pool?: string; lifetimeMs?: number } = {},
): Promise<TestCoordinator> {
  const request = { name, pool: more.pool, lifetimeMs: more.lifetimeMs };
  const { token } = await ask(c, access, 'createWorkerToken', request);
  return { ...c, token };
}

function registration(workerId: string, pool = 'default') {
  return { workerId, host: 'h', pool, slots: 1, threadsPerSlot: 1, engines: [], pid: 1 };
}

describe('a worker token', () => {
  it('is shown once; the database and the list hold no more than its hash', async () => {
    const { token } = await newWorker('shown-once');
    const { rows } = await c.db.pool.query("SELECT * FROM worker_token WHERE name = 'shown-once'");
    expect(rows[0].sha256).toBe(hashOfSecret(token.split('.')[2] ?? ''));
    const { tokens } = await ask(c, access, 'listWorkerTokens', {});
    expect(JSON.stringify([rows, tokens])).not.toContain(token.split('.')[2]);
    expect(c.logged.join('\n')).not.toContain(token.split('.')[2]);
  });

  it('lets its worker register, claim, beat, report and complete', async () => {
    const w1 = await newWorker('w1');
    await ask(w1, c.trials, 'register', registration(MINE));
    const { trialIds } = await addSweep(c.db);
    const { trial } = await ask(w1, c.trials, 'claim', { workerId: MINE, trialId: trialIds[0] ?? 0 });
    const lease = { workerId: MINE, trialId: trial?.trialId ?? 0, epoch: trial?.epoch ?? 0 };
    const beat = await ask(w1, c.trials, 'heartbeat', { workerId: MINE, leases: [lease], draining: false });
    expect(beat.decisions).toHaveLength(1);
    const stream = new MetricStream(w1);
    await stream.say({ hello: lease });
    const points = [{ step: 1, metric: 'valid/recall@50', value: 0.5 }];
    expect(await stream.say({ batch: { firstSeq: 1, points, totalSteps: 0 } })).toMatchObject({
      ack: { ackedSeq: 1 },
    });
    await ask(w1, c.trials, 'release', lease);
  });

  it('for one pool claims no trial of another by its number, and still claims its own', async () => {
    const bound = await newWorker('bound', { pool: 'left' });
    const workerId = 'bound-00000001';
    await ask(bound, c.trials, 'register', registration(workerId, 'left'));
    const [theirs, own] = [await addSweep(c.db, { pool: 'right' }), await addSweep(c.db, { pool: 'left' })];
    const claim = (trialId = 0) => ask(bound, c.trials, 'claim', { workerId, trialId });
    expect(await refusalOf(claim(theirs.trialIds[0]))).toMatchObject({
      status: 'PERMISSION_DENIED',
      reason: 'POOL_NOT_ALLOWED',
    });
    const { rows } = await c.db.pool.query('SELECT state FROM trial WHERE id = $1', theirs.trialIds);
    expect(rows).toEqual([{ state: 'QUEUED' }]);
    expect((await claim(own.trialIds[0])).trial?.trialId).toBe(own.trialIds[0]);
    expect((await claim(2 ** 31 - 1)).trial).toBeUndefined();
  });

  it('opens no other service: not sweeps, not data sets, not tokens', async () => {
    const stranger = await newWorker('curious');
    for (const call of [
      () => ask(stranger, c.search, 'listSweeps', { cursor: '', limit: 10 }),
      () => ask(stranger, c.search, 'cancelSweep', { sweepId: 1 }),
      () =>
        ask(stranger, access, 'createWorkerToken', { name: 'more', pool: undefined, lifetimeMs: undefined }),
      () => ask(stranger, access, 'openSession', { sessionId: 'x'.repeat(32), lifetimeMs: 60_000 }),
    ])
      expect(await refusalOf(call())).toMatchObject({
        status: 'PERMISSION_DENIED',
        reason: 'ROLE_NOT_ALLOWED',
      });
  });

  it('speaks for no other worker, in no call and no stream, and changes nothing of its lease', async () => {
    const thief = await newWorker('thief');
    await ask(c, c.trials, 'register', registration(OTHERS));
    const { trialIds } = await addSweep(c.db);
    const { trial } = await ask(c, c.trials, 'claim', { workerId: OTHERS, trialId: trialIds[0] ?? 0 });
    const lease = { workerId: OTHERS, trialId: trial?.trialId ?? 0, epoch: trial?.epoch ?? 0 };
    const before = await c.db.pool.query('SELECT * FROM trial WHERE id = $1', [lease.trialId]);
    const rest = { outcome: Outcome.CANCELLED, lastSeq: 0, result: undefined, failure: undefined };
    for (const call of [
      () => ask(thief, c.trials, 'register', registration(OTHERS)),
      () => ask(thief, c.trials, 'claim', { workerId: OTHERS, trialId: lease.trialId }),
      () => ask(thief, c.trials, 'claimNext', { workerId: OTHERS, pool: 'default' }),
      () => ask(thief, c.trials, 'heartbeat', { workerId: OTHERS, leases: [lease], draining: true }),
      () => ask(thief, c.trials, 'complete', { ...lease, ...rest }),
      () => ask(thief, c.trials, 'release', lease),
      () => new MetricStream(thief).say({ hello: lease }),
    ])
      expect(await refusalOf(call())).toMatchObject({
        status: 'PERMISSION_DENIED',
        reason: 'NOT_LEASE_OWNER',
      });
    expect((await c.db.pool.query('SELECT * FROM trial WHERE id = $1', [lease.trialId])).rows).toEqual(
      before.rows,
    );
  });

  it('under its own name is refused another worker’s lease all the same', async () => {
    const mine = 'neighbour-00000001';
    const w = await newWorker('neighbour');
    await ask(w, c.trials, 'register', registration(mine));
    await ask(c, c.trials, 'register', registration(OTHERS));
    const { trialIds } = await addSweep(c.db);
    const { trial } = await ask(c, c.trials, 'claim', { workerId: OTHERS, trialId: trialIds[0] ?? 0 });
    const foreign = { workerId: mine, trialId: trial?.trialId ?? 0, epoch: trial?.epoch ?? 0 };
    const refusal = await refusalOf(ask(w, c.trials, 'release', foreign));
    expect(refusal).toMatchObject({ status: 'PERMISSION_DENIED', reason: 'NOT_LEASE_OWNER' });
  });

  it('for one pool serves no other', async () => {
    const id = 'pooled-00000001';
    const w = await newWorker('pooled', { pool: 'gpu' });
    const refusal = await refusalOf(ask(w, c.trials, 'register', registration(id, 'default')));
    expect(refusal).toMatchObject({ status: 'PERMISSION_DENIED', reason: 'POOL_NOT_ALLOWED' });
    await ask(w, c.trials, 'register', registration(id, 'gpu'));
    const next = ask(w, c.trials, 'claimNext', { workerId: id, pool: 'default' });
    expect(await refusalOf(next)).toMatchObject({ reason: 'POOL_NOT_ALLOWED' });
  });

  it('that is revoked, expired, forged or cut opens nothing', async () => {
    const revoked = await newWorker('revoked');
    const mine = registration('revoked-00000001');
    await ask(revoked, c.trials, 'register', mine);
    await ask(c, access, 'revokeWorkerToken', { name: 'revoked' });
    const expired = await newWorker('expired', { lifetimeMs: 1_000 });
    await c.db.pool.query(
      "UPDATE worker_token SET expires_at = now() - interval '1 s' WHERE name = 'expired'",
    );
    const forged = { ...c, token: `adtw.revoked.${newToken()}` };
    const cut = { ...c, token: revoked.token.slice(0, -1) };
    for (const [worker, name] of [
      [revoked, 'revoked'],
      [expired, 'expired'],
      [forged, 'revoked'],
      [cut, 'revoked'],
    ] as const) {
      const call = ask(worker, c.trials, 'register', registration(`${name}-00000001`));
      expect(await refusalOf(call), name).toMatchObject({ status: 'UNAUTHENTICATED' });
    }
  });

  it('that is revoked ends a stream that was open', async () => {
    const id = 'streaming-00000001';
    const w = await newWorker('streaming');
    await ask(w, c.trials, 'register', registration(id));
    const { trialIds } = await addSweep(c.db);
    const { trial } = await ask(w, c.trials, 'claim', { workerId: id, trialId: trialIds[0] ?? 0 });
    const stream = new MetricStream(w);
    await stream.say({ hello: { workerId: id, trialId: trial?.trialId ?? 0, epoch: trial?.epoch ?? 0 } });
    await ask(c, access, 'revokeWorkerToken', { name: 'streaming' });
    const points = [{ step: 1, metric: 'valid/recall@50', value: 0.5 }];
    const refusal = await refusalOf(stream.say({ batch: { firstSeq: 1, points, totalSteps: 0 } }));
    expect(refusal).toMatchObject({ status: 'UNAUTHENTICATED' });
    const { rows } = await c.db.pool.query('SELECT FROM metric_point WHERE trial_id = $1', [trial?.trialId]);
    expect(rows).toEqual([]);
  });

  it('has one name at a time; when it is over the name is free again', async () => {
    const first = await newWorker('renewed');
    expect(await refusalOf(newWorker('renewed'))).toMatchObject({
      status: 'ALREADY_EXISTS',
      reason: 'NAME_TAKEN',
    });
    await ask(c, access, 'revokeWorkerToken', { name: 'renewed' });
    const second = await newWorker('renewed');
    await ask(second, c.trials, 'register', registration('renewed-00000001'));
    const old = ask(first, c.trials, 'register', registration('renewed-00000001'));
    expect(await refusalOf(old)).toMatchObject({ status: 'UNAUTHENTICATED' });
  });

  it('is not made for a name that could pass for another, nor revoked where there is none', async () => {
    for (const name of ['', 'Upper', 'a.b', '-a', 'a-', 'x'.repeat(41)])
      expect(await refusalOf(newWorker(name)), name).toMatchObject({ status: 'INVALID_ARGUMENT' });
    const none = ask(c, access, 'revokeWorkerToken', { name: 'nobody' });
    expect(await refusalOf(none)).toMatchObject({ status: 'NOT_FOUND' });
  });
});
