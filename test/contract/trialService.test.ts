/** TrialService as a worker sees it, over real gRPC: fences, the metric stream, endings, refusals. */
import { FailureClass, TrialState } from '@adt/proto/gen/adt/v1/common';
import { type CompleteRequest, Decision, Outcome } from '@adt/proto/gen/adt/v1/trial';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask, MetricStream, refusalOf, type TestCoordinator, testCoordinator } from './coordinator.js';
import { addSweep, OBJECTIVE } from './trials.js';

const WORKER = 'worker-0001';
const OTHER = 'worker-0002';
let c: TestCoordinator;

function registration(workerId: string) {
  return { workerId, host: 'here', pool: 'default', slots: 2, threadsPerSlot: 1, engines: [], pid: 1 };
}

beforeAll(async () => {
  c = await testCoordinator();
  await ask(c, c.trials, 'register', registration(WORKER));
  await ask(c, c.trials, 'register', registration(OTHER));
});

async function claimedTrial(params: Parameters<typeof addSweep>[1] = {}) {
  const { sweepId, trialIds } = await addSweep(c.db, params);
  const trialId = trialIds[0] as number;
  const { trial } = await ask(c, c.trials, 'claim', { workerId: WORKER, trialId });
  if (!trial) throw new Error('not claimed');
  return { sweepId, lease: { workerId: WORKER, trialId, epoch: trial.epoch } };
}

function batch(firstSeq: number, values: number[]) {
  const points = values.map((value, at) => ({ step: 10 * (firstSeq + at), metric: OBJECTIVE, value }));
  return { batch: { firstSeq, points, totalSteps: 100 } };
}

function success(
  lease: { workerId: string; trialId: number; epoch: number },
  lastSeq: number,
): CompleteRequest {
  const result = {
    bestStep: 20,
    valid: [{ metric: OBJECTIVE, value: 0.25 }],
    test: [{ metric: 'test/recall@50', value: 0.2 }],
    seconds: [{ metric: 'train', value: 1.5 }],
    facts: [],
    engine: 'native',
    parametersSha256: 'd'.repeat(64),
  };
  return { ...lease, outcome: Outcome.SUCCEEDED, lastSeq, result, failure: undefined };
}

describe('a whole attempt', () => {
  it('claims, streams, acks after storing, completes, and the trial shows all of it', async () => {
    const { sweepId, lease } = await claimedTrial();
    const stream = new MetricStream(c);
    expect((await stream.say({ hello: lease })).resume).toEqual({ ackedSeq: 0, decision: Decision.CONTINUE });
    expect((await stream.say(batch(1, [0.1, 0.25]))).ack).toEqual({
      ackedSeq: 2,
      decision: Decision.CONTINUE,
    });
    expect(await c.db.prisma.metricPoint.count({ where: { trialId: lease.trialId } })).toBe(2);
    expect((await stream.say(batch(3, [Number.NaN]))).ack?.ackedSeq).toBe(3);
    await stream.end();
    expect((await ask(c, c.trials, 'complete', success(lease, 3))).state).toBe(TrialState.SUCCEEDED);
    expect((await ask(c, c.trials, 'complete', success(lease, 3))).state).toBe(TrialState.SUCCEEDED);

    const trial = await ask(c, c.search, 'getTrial', { trialId: lease.trialId });
    expect(trial.summary).toMatchObject({
      bestValue: 0.25,
      bestStep: 20,
      lastStep: 30,
      totalSteps: 100,
      epoch: 1,
    });
    expect(trial.summary?.test).toEqual([{ metric: 'test/recall@50', value: 0.2 }]);
    expect(trial.attempts).toMatchObject([{ epoch: 1, outcome: 'SUCCEEDED', ackedSeq: 3, engine: 'native' }]);
    expect(trial.report?.seconds).toEqual([{ metric: 'train', value: 1.5 }]);
    const { curves } = await ask(c, c.search, 'getCurves', {
      trialIds: [lease.trialId],
      metrics: [],
      maxPoints: 0,
    });
    expect(curves).toEqual([
      { trialId: lease.trialId, metric: OBJECTIVE, steps: [10, 20, 30], values: [0.1, 0.25, Number.NaN] },
    ]);
    const sweep = await ask(c, c.search, 'getSweep', { sweepId });
    expect(sweep.summary).toMatchObject({ state: 'SWEEP_STATE_FINISHED', bestValue: 0.25 });
    expect(sweep.summary?.finishedMs).toBeGreaterThan(0);
  });

  it('keeps the last lines of the log, whether an attempt is handed back or succeeds', async () => {
    const { lease } = await claimedTrial();
    await ask(c, c.trials, 'release', { ...lease, logTail: 'told\0 to stop' });
    const { trial } = await ask(c, c.trials, 'claim', { workerId: WORKER, trialId: lease.trialId });
    const second = { ...lease, epoch: trial?.epoch ?? 0 };
    const logTail = `${'x'.repeat(9_000)} the end`;
    await ask(c, c.trials, 'complete', { ...success(second, 0), logTail });
    const { attempts } = await ask(c, c.search, 'getTrial', { trialId: lease.trialId });
    expect(attempts.map(({ stderrTail }) => stderrTail)).toEqual(['told to stop', logTail.slice(-8_192)]);
  });

  it('resumes a stream where the last one was stored, and skips what is sent again', async () => {
    const { lease } = await claimedTrial();
    const first = new MetricStream(c);
    await first.say({ hello: lease });
    await first.say(batch(1, [1, 2, 3]));
    const second = new MetricStream(c);
    expect((await second.say({ hello: lease })).resume?.ackedSeq).toBe(3);
    expect((await second.say(batch(2, [2, 3, 4]))).ack?.ackedSeq).toBe(4);
    expect(await c.db.prisma.metricPoint.count({ where: { trialId: lease.trialId } })).toBe(4);
    await Promise.all([first.end(), second.end()]);
  });

  it('tells a running trial of a cancel on the ack and on the heartbeat', async () => {
    const { sweepId, lease } = await claimedTrial();
    const stream = new MetricStream(c);
    await stream.say({ hello: lease });
    await ask(c, c.search, 'cancelSweep', { sweepId });
    expect((await stream.say(batch(1, [1]))).ack?.decision).toBe(Decision.CANCEL);
    const beat = { workerId: WORKER, leases: [lease], draining: false };
    expect((await ask(c, c.trials, 'heartbeat', beat)).decisions).toMatchObject([
      { decision: Decision.CANCEL },
    ]);
    await stream.end();
    const done = { ...success(lease, 1), outcome: Outcome.CANCELLED, result: undefined };
    expect((await ask(c, c.trials, 'complete', done)).state).toBe(TrialState.CANCELLED);
    const sweep = await ask(c, c.search, 'cancelSweep', { sweepId });
    expect(sweep).toMatchObject({ state: 'SWEEP_STATE_CANCELLED', counts: { cancelled: 1 } });
  });

  it('fails a trial whose objective is not finite, though the worker calls it a success', async () => {
    const { lease } = await claimedTrial();
    const request = success(lease, 0);
    if (request.result) request.result.valid = [{ metric: OBJECTIVE, value: undefined }];
    expect((await ask(c, c.trials, 'complete', request)).state).toBe(TrialState.FAILED);
    const { summary } = await ask(c, c.search, 'getTrial', { trialId: lease.trialId });
    expect(summary?.failureReason).toMatch(/^NON_FINITE/);
  });

  it('retries a lost machine, and claims again with the next epoch', async () => {
    const { lease } = await claimedTrial();
    const failure = {
      failureClass: FailureClass.INFRA,
      reason: 'disk',
      exitCode: 3,
      stderrTail: 'last line',
    };
    const failed = { ...success(lease, 0), outcome: Outcome.FAILED, result: undefined, failure };
    expect((await ask(c, c.trials, 'complete', failed)).state).toBe(TrialState.QUEUED);
    const next = await ask(c, c.trials, 'claim', { workerId: OTHER, trialId: lease.trialId });
    expect(next.trial).toMatchObject({ trialId: lease.trialId, epoch: 2 });
    const { attempts } = await ask(c, c.search, 'getTrial', { trialId: lease.trialId });
    expect(attempts[0]).toMatchObject({
      outcome: 'FAILED',
      reason: 'disk',
      exitCode: 3,
      stderrTail: 'last line',
    });
  });

  it('hands a released trial to the next one who asks', async () => {
    const { lease } = await claimedTrial({ pool: 'drain' });
    await ask(c, c.trials, 'release', lease);
    await ask(c, c.trials, 'release', lease);
    const next = await ask(c, c.trials, 'claimNext', { workerId: OTHER, pool: 'drain' });
    expect(next.trial).toMatchObject({ trialId: lease.trialId, epoch: 2 });
    const none = await ask(c, c.trials, 'claimNext', { workerId: OTHER, pool: 'drain' });
    expect(none.trial).toBeUndefined();
  });
});

describe('a stale epoch', () => {
  it('is refused on every call, and changes nothing', async () => {
    const { lease } = await claimedTrial();
    await ask(c, c.trials, 'release', lease);
    const owner = await ask(c, c.trials, 'claim', { workerId: OTHER, trialId: lease.trialId });
    expect(owner.trial?.epoch).toBe(2);
    const stream = new MetricStream(c);
    const calls = [() => stream.say({ hello: lease }), () => ask(c, c.trials, 'complete', success(lease, 0))];
    for (const call of calls) {
      expect(await refusalOf(call())).toMatchObject({ status: 'FAILED_PRECONDITION', reason: 'STALE_EPOCH' });
    }
    const beat = { workerId: WORKER, leases: [lease], draining: false };
    expect((await ask(c, c.trials, 'heartbeat', beat)).decisions).toMatchObject([
      { decision: Decision.FENCED },
    ]);
    const { summary } = await ask(c, c.search, 'getTrial', { trialId: lease.trialId });
    expect(summary).toMatchObject({ state: 'TRIAL_STATE_RUNNING', epoch: 2, workerId: OTHER });
  });

  it('is noticed in the middle of a stream', async () => {
    const { lease } = await claimedTrial();
    const stream = new MetricStream(c);
    await stream.say({ hello: lease });
    await stream.say(batch(1, [1]));
    await ask(c, c.trials, 'release', lease);
    const refusal = await refusalOf(stream.say(batch(2, [2])));
    expect(refusal).toMatchObject({ status: 'FAILED_PRECONDITION', reason: 'STALE_EPOCH' });
    expect(await c.db.prisma.metricPoint.count({ where: { trialId: lease.trialId } })).toBe(1);
  });

  it("is told apart from another worker's lease and from a trial that never was", async () => {
    const { lease } = await claimedTrial();
    const others = ask(c, c.trials, 'complete', success({ ...lease, workerId: OTHER }, 0));
    expect(await refusalOf(others)).toMatchObject({ status: 'PERMISSION_DENIED', reason: 'NOT_LEASE_OWNER' });
    const nobodys = ask(c, c.trials, 'release', { ...lease, trialId: 2 ** 30 });
    expect(await refusalOf(nobodys)).toMatchObject({ status: 'NOT_FOUND' });
  });
});

describe('refusals', () => {
  it('holds a completion back until every point is stored', async () => {
    const { lease } = await claimedTrial();
    const stream = new MetricStream(c);
    await stream.say({ hello: lease });
    await stream.say(batch(1, [1, 2]));
    const early = await refusalOf(ask(c, c.trials, 'complete', success(lease, 3)));
    expect(early).toMatchObject({ status: 'OUT_OF_RANGE', reason: 'SEQ_GAP', info: { ackedSeq: 2 } });
    await stream.say(batch(3, [3]));
    expect((await ask(c, c.trials, 'complete', success(lease, 3))).state).toBe(TrialState.SUCCEEDED);
  });

  it('refuses a gap in the stream with the sequence that is stored', async () => {
    const { lease } = await claimedTrial();
    const stream = new MetricStream(c);
    await stream.say({ hello: lease });
    await stream.say(batch(1, [1, 2]));
    const gap = await refusalOf(stream.say(batch(5, [5])));
    expect(gap).toMatchObject({ status: 'OUT_OF_RANGE', reason: 'SEQ_GAP', info: { ackedSeq: 2 } });
  });

  it('names the field that is off, and stores nothing of the batch', async () => {
    const { lease } = await claimedTrial();
    const good = { step: 1, metric: OBJECTIVE, value: 1 };
    const cases: [Parameters<MetricStream['say']>[0], string, string][] = [
      [{ batch: { firstSeq: 0, points: [good], totalSteps: 0 } }, 'INVALID_ARGUMENT', 'first_seq: '],
      [{ batch: { firstSeq: 1, points: [], totalSteps: 0 } }, 'INVALID_ARGUMENT', 'points: '],
      [
        { batch: { firstSeq: 1, points: [good, { ...good, metric: 'loss' }], totalSteps: 0 } },
        'INVALID_ARGUMENT',
        'points[1].metric: ',
      ],
      [
        { batch: { firstSeq: 1, points: [{ ...good, step: 0 }], totalSteps: 0 } },
        'INVALID_ARGUMENT',
        'points[0].step: ',
      ],
      [batch(1, Array(501).fill(1)), 'RESOURCE_EXHAUSTED', 'a batch has at most 500 points'],
      [{ hello: lease }, 'INVALID_ARGUMENT', 'batch: '],
    ];
    for (const [up, code, message] of cases) {
      const stream = new MetricStream(c);
      await stream.say({ hello: lease });
      const refusal = await refusalOf(stream.say(up));
      expect([refusal.status, refusal.message.slice(0, message.length)]).toEqual([code, message]);
    }
    expect(await c.db.prisma.metricPoint.count({ where: { trialId: lease.trialId } })).toBe(0);
  });

  it('refuses an ending without what it needs', async () => {
    const { lease } = await claimedTrial();
    const whole = success(lease, 0);
    const cases: [Partial<CompleteRequest>, string][] = [
      [{ outcome: Outcome.UNSPECIFIED }, 'outcome: must be given'],
      [{ result: undefined }, 'result: is required for SUCCEEDED'],
      [{ outcome: Outcome.FAILED }, 'failure: is required for FAILED'],
      [{ outcome: Outcome.CANCELLED }, 'CANCELLED is for trials that were asked to stop'],
      [{ workerId: 'X' }, 'worker_id: '],
      [{ epoch: 0 }, 'epoch: '],
    ];
    for (const [change, message] of cases) {
      const refusal = await refusalOf(ask(c, c.trials, 'complete', { ...whole, ...change }));
      expect(refusal.message.slice(0, message.length)).toBe(message);
    }
    const { summary } = await ask(c, c.search, 'getTrial', { trialId: lease.trialId });
    expect(summary?.state).toBe(TrialState.RUNNING);
  });

  it('refuses without the token, unary and stream alike', async () => {
    for (const token of ['', 'x'.repeat(43)]) {
      const stranger = { ...c, token };
      const claim = ask(stranger, c.trials, 'claim', { workerId: WORKER, trialId: 1 });
      expect(await refusalOf(claim)).toMatchObject({ status: 'UNAUTHENTICATED', reason: 'UNAUTHENTICATED' });
      const hello = new MetricStream(stranger).say({ hello: { workerId: WORKER, trialId: 1, epoch: 1 } });
      expect(await refusalOf(hello)).toMatchObject({ status: 'UNAUTHENTICATED' });
    }
  });

  it('asks a worker that it does not know to register', async () => {
    const { trialIds } = await addSweep(c.db);
    const claim = ask(c, c.trials, 'claim', { workerId: 'stranger-1', trialId: trialIds[0] as number });
    expect(await refusalOf(claim)).toMatchObject({ status: 'FAILED_PRECONDITION', reason: 'UNKNOWN_WORKER' });
    const beat = ask(c, c.trials, 'heartbeat', { workerId: 'stranger-1', leases: [], draining: false });
    expect(await refusalOf(beat)).toMatchObject({ reason: 'UNKNOWN_WORKER' });
  });

  it('refuses a message above 1 MiB and keeps serving', async () => {
    const huge = { ...registration('worker-huge'), host: 'h'.repeat(2 * 1024 * 1024) };
    expect((await refusalOf(ask(c, c.trials, 'register', huge))).status).toBe('RESOURCE_EXHAUSTED');
    expect((await ask(c, c.trials, 'register', registration(OTHER))).leaseTtlMs).toBe(30_000);
  });
});
