/** Checkpoints over real gRPC and Postgres: who may commit, what the next attempt is given, which objects go. */
import { orphans } from '@adt/coordinator/store/checkpoints';
import { bestUntil } from '@adt/coordinator/store/curves';
import { Outcome } from '@adt/proto/gen/adt/v1/trial';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask, MetricStream, refusalOf, type TestCoordinator, testCoordinator } from './coordinator.js';
import { addSweep, addWorker, OBJECTIVE } from './trials.js';

const WORKER = 'worker-0001';
const OTHER = 'worker-0002';
let c: TestCoordinator;

type Lease = { workerId: string; trialId: number; epoch: number };

beforeAll(async () => {
  c = await testCoordinator();
  await addWorker(c.db, WORKER);
  await addWorker(c.db, OTHER);
});

async function queuedTrial(): Promise<number> {
  return (await addSweep(c.db)).trialIds[0] as number;
}

async function claim(trialId: number, workerId = WORKER) {
  const { trial } = await ask(c, c.trials, 'claim', { workerId, trialId });
  if (!trial) throw new Error('not claimed');
  return { lease: { workerId, trialId, epoch: trial.epoch }, checkpoints: trial.checkpoints };
}

/** Reports the objective at steps first, first + 10, … */
async function report(lease: Lease, first: number, values: number[]): Promise<void> {
  const stream = new MetricStream(c);
  const { resume } = await stream.say({ hello: lease });
  const points = values.map((value, at) => ({ step: first + 10 * at, metric: OBJECTIVE, value }));
  await stream.say({ batch: { firstSeq: Number(resume?.ackedSeq) + 1, points, totalSteps: 100 } });
  await stream.end();
}

const saved = (epoch: number, step: number, resumeStep = step) => ({
  epoch,
  step,
  resumeStep,
  sha256: String(step % 10).repeat(64),
  bytes: 1_000,
});

const commit = (lease: Lease, step: number, lastSeq: number, resumeStep = step) =>
  ask(c, c.trials, 'commitCheckpoint', {
    ...lease,
    checkpoint: saved(lease.epoch, step, resumeStep),
    lastSeq,
  });

const release = (lease: Lease) => ask(c, c.trials, 'release', lease);

async function curve(trialId: number) {
  const { curves } = await ask(c, c.search, 'getCurves', { trialIds: [trialId], metrics: [], maxPoints: 0 });
  return curves.map(({ steps, values }) => ({ steps, values }));
}

const best = (trialId: number, until: number) =>
  bestUntil(c.db, { trialId, metric: OBJECTIVE, until, maximize: true });

describe('committing a checkpoint', () => {
  it('waits for the points up to it, and does nothing twice', async () => {
    const { lease } = await claim(await queuedTrial());
    await report(lease, 10, [0.1, 0.2]);
    const early = await refusalOf(commit(lease, 30, 3));
    expect(early).toMatchObject({ status: 'OUT_OF_RANGE', reason: 'SEQ_GAP', info: { ackedSeq: 2 } });
    expect(await c.db.prisma.checkpoint.count({ where: { trialId: lease.trialId } })).toBe(0);
    await commit(lease, 20, 2);
    await commit(lease, 20, 2);
    expect(await c.db.prisma.checkpoint.findMany({ where: { trialId: lease.trialId } })).toMatchObject([
      { epoch: 1, step: 20, bestValue: 0.2, bestStep: 20, totalSteps: 100 },
    ]);
  });

  it('is refused to a stale epoch and to another worker, and changes nothing', async () => {
    const trialId = await queuedTrial();
    const { lease } = await claim(trialId);
    await report(lease, 10, [0.1]);
    const others = commit({ ...lease, workerId: OTHER }, 10, 1);
    expect(await refusalOf(others)).toMatchObject({ reason: 'NOT_LEASE_OWNER' });
    await release(lease);
    await claim(trialId, OTHER);
    expect(await refusalOf(commit(lease, 10, 1))).toMatchObject({ reason: 'STALE_EPOCH' });
    expect(await c.db.prisma.checkpoint.count({ where: { trialId } })).toBe(0);
  });

  it('names what is off about one', async () => {
    const { lease } = await claim(await queuedTrial());
    const cases: [Partial<ReturnType<typeof saved>>, string][] = [
      [{ step: 0 }, 'checkpoint.step: '],
      [{ resumeStep: 11 }, 'checkpoint.resume_step: '],
      [{ sha256: 'x' }, 'checkpoint.sha256: '],
      [{ bytes: 0 }, 'checkpoint.bytes: '],
      [{ epoch: 9 }, 'checkpoint.epoch: '],
    ];
    for (const [change, message] of cases) {
      const checkpoint = { ...saved(lease.epoch, 10), ...change };
      const refusal = await refusalOf(
        ask(c, c.trials, 'commitCheckpoint', { ...lease, checkpoint, lastSeq: 0 }),
      );
      expect([refusal.status, refusal.message.slice(0, message.length)]).toEqual([
        'INVALID_ARGUMENT',
        message,
      ]);
    }
  });
});

describe('the next attempt', () => {
  it('is given the newest two, and its curve begins where the newest was validated', async () => {
    const trialId = await queuedTrial();
    const { lease } = await claim(trialId);
    await report(lease, 10, [0.5, 0.2, 0.3, 0.9]);
    for (const step of [10, 20]) await commit(lease, step, step / 10);
    // Saved in the middle of an interval.
    await commit(lease, 37, 3, 30);
    await release(lease);

    const second = await claim(trialId, OTHER);
    expect(second.checkpoints).toEqual([saved(1, 37, 30), saved(1, 20)]);
    const { summary, attempts } = await ask(c, c.search, 'getTrial', { trialId });
    expect(summary).toMatchObject({ lastStep: 30, bestValue: 0.5, bestStep: 10, totalSteps: 100 });
    expect(attempts.map(({ resumeStep }) => resumeStep)).toEqual([0, 30]);
    expect(await curve(trialId)).toEqual([{ steps: [10, 20, 30], values: [0.5, 0.2, 0.3] }]);
    expect(await best(trialId, 40)).toBe(0.5);

    await report(second.lease, 40, [0.8, 0.7]);
    expect(await curve(trialId)).toEqual([
      { steps: [10, 20, 30, 40, 50], values: [0.5, 0.2, 0.3, 0.8, 0.7] },
    ]);
    // What the search is told at a rung: of all attempts that count, and not of what was superseded.
    expect(await best(trialId, 30)).toBe(0.5);
    expect(await best(trialId, 50)).toBe(0.8);
  });

  it('reads its own validation once, also when several attempts began at the same checkpoint', async () => {
    const trialId = await queuedTrial();
    const first = await claim(trialId);
    await report(first.lease, 10, [0.1]);
    await commit(first.lease, 20, 1, 10);
    await release(first.lease);
    for (const value of [0.2, 0.2]) {
      const { lease } = await claim(trialId);
      await report(lease, 20, [value, 0.3]);
      await release(lease);
    }
    expect(await curve(trialId)).toEqual([{ steps: [10, 20, 30], values: [0.1, 0.2, 0.3] }]);
  });

  it('says so when it goes on from an older one or from the beginning; what is newer is forgotten', async () => {
    const trialId = await queuedTrial();
    const first = await claim(trialId);
    await report(first.lease, 10, [0.1, 0.2]);
    await commit(first.lease, 10, 1);
    await commit(first.lease, 20, 2);
    await release(first.lease);

    const second = await claim(trialId);
    const [, older] = second.checkpoints;
    const from = { ...second.lease, checkpoint: older };
    expect(await ask(c, c.trials, 'resumeFrom', from)).toEqual({ resumeStep: 10 });
    expect(await ask(c, c.trials, 'resumeFrom', from)).toEqual({ resumeStep: 10 });
    expect(await curve(trialId)).toEqual([{ steps: [10], values: [0.1] }]);
    await report(second.lease, 20, [0.25]);
    expect(await refusalOf(ask(c, c.trials, 'resumeFrom', from))).toMatchObject({ reason: 'ILLEGAL_STATE' });
    await release(second.lease);

    const third = await claim(trialId);
    expect(third.checkpoints).toEqual([saved(1, 10)]);
    const anew = { ...third.lease, checkpoint: undefined };
    expect(await ask(c, c.trials, 'resumeFrom', anew)).toEqual({ resumeStep: 0 });
    const { summary } = await ask(c, c.search, 'getTrial', { trialId });
    expect(summary).toMatchObject({ lastStep: 0, bestValue: undefined, bestStep: undefined });
    expect(await curve(trialId)).toEqual([]);
    expect(await refusalOf(ask(c, c.trials, 'resumeFrom', from))).toMatchObject({ reason: 'STALE_EPOCH' });
    await release(third.lease);
    expect((await claim(trialId)).checkpoints).toEqual([]);
  });

  it('keeps what it superseded, each point under its attempt, for those who ask', async () => {
    const trialId = await queuedTrial();
    const first = await claim(trialId);
    await report(first.lease, 10, [0.1, 0.2, 0.3]);
    await commit(first.lease, 20, 2);
    await release(first.lease);
    const second = await claim(trialId);
    await report(second.lease, 30, [0.4]);
    const request = { trialIds: [trialId], metrics: [], maxPoints: 0 };
    const plain = await ask(c, c.search, 'getCurves', request);
    expect(plain.superseded).toEqual([]);
    const { curves, superseded } = await ask(c, c.search, 'getCurves', { ...request, superseded: true });
    expect(curves).toMatchObject([{ steps: [10, 20, 30], values: [0.1, 0.2, 0.4] }]);
    expect(superseded).toEqual([
      { epoch: 1, curve: { trialId, metric: OBJECTIVE, steps: [30], values: [0.3] } },
    ]);
    const two = { ...request, trialIds: [trialId, trialId + 1], superseded: true };
    expect(await refusalOf(ask(c, c.search, 'getCurves', two))).toMatchObject({ status: 'INVALID_ARGUMENT' });
  });

  it('is not given one that reaches further than a later attempt began', async () => {
    const trialId = await queuedTrial();
    const first = await claim(trialId);
    await report(first.lease, 10, [0.1]);
    await release(first.lease);
    const second = await claim(trialId);
    await release(second.lease);
    // As if it had come after the second claim: the points up to it do not count any more.
    await c.db.prisma.checkpoint.create({ data: { ...saved(1, 10), trialId, totalSteps: 100 } });
    expect((await claim(trialId)).checkpoints).toEqual([]);
  });
});

describe('a gap in the points', () => {
  it('is shown with the curves of whichever metric, and with its attempt', async () => {
    const { lease } = await claim(await queuedTrial());
    const stream = new MetricStream(c);
    await stream.say({ hello: lease });
    const points = [
      { step: 10, metric: OBJECTIVE, value: 0.1 },
      { step: 10, metric: 'spool/gap', value: 7 },
    ];
    await stream.say({ batch: { firstSeq: 1, points, totalSteps: 100 } });
    await stream.end();
    for (const metrics of [[], ['valid/loss']]) {
      const request = { trialIds: [lease.trialId], metrics, maxPoints: 0 };
      const { curves, gaps } = await ask(c, c.search, 'getCurves', request);
      expect(curves.map(({ metric }) => metric)).toEqual(metrics.length === 0 ? [OBJECTIVE] : []);
      expect(gaps).toEqual([{ trialId: lease.trialId, metric: 'spool/gap', steps: [10], values: [7] }]);
    }
    const { attempts } = await ask(c, c.search, 'getTrial', { trialId: lease.trialId });
    expect(attempts).toMatchObject([{ pointsDropped: 7 }]);
  });
});

describe('orphans', () => {
  it('are objects that are not committed and will not be', async () => {
    const trialId = await queuedTrial();
    const { lease } = await claim(trialId);
    await report(lease, 10, [0.1, 0.2]);
    await commit(lease, 20, 2);
    const object = (epoch: number, step: number) => ({ trialId, epoch, step });
    const asked = [object(1, 10), object(1, 20), object(1, 30)];
    // 10 is older than what is committed; 30 may be about to be.
    expect(await orphans(c.db, asked)).toEqual([object(1, 10)]);
    const failed = { ...lease, outcome: Outcome.FAILED, lastSeq: 2, result: undefined };
    const failure = { failureClass: 'FAILURE_CLASS_USER', reason: 'x', exitCode: 1, stderrTail: '' } as never;
    await ask(c, c.trials, 'complete', { ...failed, failure });
    expect(await orphans(c.db, asked)).toEqual([object(1, 10), object(1, 30)]);
  });
});
