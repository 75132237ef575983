/** What a person does to a sweep, a trial or a worker while it works: pause, retry, drain. */
import { SpecFormat } from '@adt/proto/gen/adt/v1/search';
import { describe, expect, it } from 'vitest';
import { startTestNats } from '../harness/nats.js';
import { ask, refusalOf, type TestCoordinator, testCoordinator } from './coordinator.js';
import {
  addDataset,
  claim,
  complete,
  register,
  replayed,
  settled,
  specOf,
  submit,
  WORKER,
} from './searching.js';
import { addSweep } from './trials.js';

const PAUSED = { status: 'FAILED_PRECONDITION', reason: 'ILLEGAL_STATE' };

async function start(slots = 2): Promise<TestCoordinator> {
  const c = await testCoordinator();
  await addDataset(c.db);
  await register(c, slots);
  return c;
}

describe('a paused sweep', () => {
  it('starts nothing, lets what runs go on, and goes on itself when it is resumed', async () => {
    const c = await start();
    const { sweepId } = await addSweep(c.db, { size: 3 });
    const first = await claim(c);
    if (!first) throw new Error('nothing is queued');

    expect(await ask(c, c.search, 'pauseSweep', { sweepId })).toMatchObject({
      paused: true,
      state: 'SWEEP_STATE_RUNNING',
    });
    expect(await claim(c)).toBeNull();
    const { decisions } = await ask(c, c.trials, 'heartbeat', {
      workerId: WORKER,
      leases: [{ trialId: first.lease.trialId, epoch: first.lease.epoch }],
      draining: false,
    });
    expect(decisions).toMatchObject([{ decision: 'DECISION_CONTINUE' }]);
    await complete(c, first, { state: 'SUCCEEDED', value: 0.1 });

    // A repeat changes nothing.
    await ask(c, c.search, 'pauseSweep', { sweepId });
    expect(await ask(c, c.search, 'resumeSweep', { sweepId })).toMatchObject({ paused: false });
    expect(await claim(c)).not.toBeNull();
  });

  it('lets other sweeps of the pool have its slots', async () => {
    const c = await start();
    const { sweepId } = await addSweep(c.db, { size: 2 });
    const other = await addSweep(c.db, { size: 1 });
    await ask(c, c.search, 'pauseSweep', { sweepId });
    expect((await claim(c))?.lease.trialId).toBe(other.trialIds[0]);
  });

  it('keeps its hints: one that was out comes back to the outbox and goes out again on resuming', async () => {
    const nats = await startTestNats();
    const c = await testCoordinator({ nats });
    await register(c, 1);
    const { sweepId, trialIds } = await addSweep(c.db, { size: 1 });
    const trialId = trialIds[0] as number;
    const unsent = async () =>
      (await c.db.pool.query('SELECT FROM outbox WHERE trial_id = $1 AND sent_at IS NULL', [trialId]))
        .rowCount;
    await expect.poll(unsent, { timeout: 20_000 }).toBe(0);

    await ask(c, c.search, 'pauseSweep', { sweepId });
    expect((await ask(c, c.trials, 'claim', { workerId: WORKER, trialId })).trial).toBeUndefined();
    expect(await unsent()).toBe(1);
    await ask(c, c.search, 'resumeSweep', { sweepId });
    await expect.poll(unsent, { timeout: 20_000 }).toBe(0);
    expect((await ask(c, c.trials, 'claim', { workerId: WORKER, trialId })).trial).toBeDefined();
  });

  it('is no state of what has ended', async () => {
    const c = await start();
    const { sweepId } = await addSweep(c.db, { size: 1 });
    await ask(c, c.search, 'pauseSweep', { sweepId });
    const cancelled = await ask(c, c.search, 'cancelSweep', { sweepId });
    expect(cancelled).toMatchObject({ state: 'SWEEP_STATE_CANCELLED', paused: false });
    expect(await refusalOf(ask(c, c.search, 'pauseSweep', { sweepId }))).toMatchObject(PAUSED);
    expect(await refusalOf(ask(c, c.search, 'resumeSweep', { sweepId: 77 }))).toMatchObject({
      status: 'NOT_FOUND',
    });
  });
});

describe('a retry by hand', () => {
  it('queues a failed trial as a new attempt, with all its retries, and its finished sweep goes on for it', async () => {
    const c = await start();
    const { sweepId, trialIds } = await addSweep(c.db, { size: 1 });
    const task = await claim(c);
    if (!task) throw new Error('nothing is queued');
    await complete(c, task, { state: 'FAILED' });
    const trialId = trialIds[0] as number;
    expect((await ask(c, c.search, 'getSweep', { sweepId })).summary?.state).toBe('SWEEP_STATE_FINISHED');

    expect(await ask(c, c.search, 'retryTrial', { trialId })).toMatchObject({
      state: 'TRIAL_STATE_QUEUED',
      failureReason: '',
      retries: 1,
    });
    expect((await ask(c, c.search, 'getSweep', { sweepId })).summary?.state).toBe('SWEEP_STATE_RUNNING');
    // Of two clicks the second finds it queued.
    expect(await refusalOf(ask(c, c.search, 'retryTrial', { trialId }))).toMatchObject(PAUSED);

    const again = await claim(c);
    expect(again?.lease).toMatchObject({ trialId, epoch: 2 });
    if (again) await complete(c, again, { state: 'SUCCEEDED', value: 0.3 });
    const { summary, attempts } = await ask(c, c.search, 'getTrial', { trialId });
    expect(summary).toMatchObject({ state: 'TRIAL_STATE_SUCCEEDED', bestValue: 0.3 });
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['FAILED', 'SUCCEEDED']);
    expect((await ask(c, c.search, 'getSweep', { sweepId })).summary?.state).toBe('SWEEP_STATE_FINISHED');
  });

  it('is refused for what runs, has a result, or belongs to a sweep that is over for all its trials', async () => {
    const c = await start();
    const { sweepId, trialIds } = await addSweep(c.db, { size: 2 });
    const task = await claim(c);
    if (!task) throw new Error('nothing is queued');
    const retry = (trialId: number) => refusalOf(ask(c, c.search, 'retryTrial', { trialId }));
    expect(await retry(task.lease.trialId)).toMatchObject({
      ...PAUSED,
      message: expect.stringMatching(/RUNNING/),
    });
    await complete(c, task, { state: 'SUCCEEDED', value: 0.1 });
    expect(await retry(task.lease.trialId)).toMatchObject({
      ...PAUSED,
      message: expect.stringMatching(/SUCCEEDED/),
    });
    await ask(c, c.search, 'cancelSweep', { sweepId });
    expect(await retry(trialIds[1] as number)).toMatchObject({
      ...PAUSED,
      message: expect.stringMatching(/submit it again/),
    });
    expect(await retry(7_777)).toMatchObject({ status: 'NOT_FOUND' });
  });

  it('does not tell a search twice of one trial: its log goes on, ends, and replays', async () => {
    const c = await start();
    const sweepId = await submit(
      c,
      specOf('method: tpe\nbudget: {max_trials_per_stratum: 2}\nseeds: {search: [1]}'),
    );
    await settled(c.db);
    const failed = await claim(c);
    if (!failed) throw new Error('nothing is queued');
    await complete(c, failed, { state: 'FAILED' });
    await settled(c.db);
    await ask(c, c.search, 'retryTrial', { trialId: failed.lease.trialId });
    for (let left = 20; left > 0; left--) {
      const task = await claim(c);
      if (task) await complete(c, task, { state: 'SUCCEEDED', value: 0.2 });
      else await settled(c.db);
      if ((await ask(c, c.search, 'getSweep', { sweepId })).summary?.state === 'SWEEP_STATE_FINISHED') break;
    }
    const { summary } = await ask(c, c.search, 'getSweep', { sweepId });
    expect(summary).toMatchObject({
      state: 'SWEEP_STATE_FINISHED',
      reason: '',
      counts: { failed: 0, succeeded: 4 },
    });
    expect((await replayed(c.db, sweepId)).divergence).toBeNull();
  });
});

describe('a worker that is to drain', () => {
  it('is told so by each heartbeat, also after it has registered anew, until it is to go on', async () => {
    const c = await start();
    const beat = () =>
      ask(c, c.trials, 'heartbeat', {
        workerId: WORKER,
        leases: [],
        draining: false,
        load: { memoryUsedBytes: 3, memoryTotalBytes: 4, cpuLoad: 0.5 },
      });
    expect((await beat()).drain).toBe(false);
    expect(await ask(c, c.search, 'drainWorker', { workerId: WORKER })).toMatchObject({
      state: 'WORKER_STATE_DRAINING',
      drainRequested: true,
    });
    expect((await beat()).drain).toBe(true);
    await register(c, 2);
    expect((await beat()).drain).toBe(true);
    const { workers } = await ask(c, c.search, 'listWorkers', {});
    expect(workers).toMatchObject([{ state: 'WORKER_STATE_DRAINING', load: { cpuLoad: 0.5 } }]);

    expect(await ask(c, c.search, 'resumeWorker', { workerId: WORKER })).toMatchObject({
      state: 'WORKER_STATE_ACTIVE',
      drainRequested: false,
    });
    expect((await beat()).drain).toBe(false);
    expect(await refusalOf(ask(c, c.search, 'drainWorker', { workerId: 'nobody-0001' }))).toMatchObject({
      status: 'NOT_FOUND',
    });
  });

  it('counts for nothing in what is planned', async () => {
    const c = await start(4);
    const spec = specOf('method: random\nbudget: {max_trials: 4}');
    const slots = async () =>
      (await ask(c, c.search, 'planSweep', { spec, format: SpecFormat.YAML })).forecast?.slots;
    expect(await slots()).toBe(4);
    await ask(c, c.search, 'drainWorker', { workerId: WORKER });
    expect(await slots()).toBe(0);
  });
});

describe('costs and presets', () => {
  it('says what sweeps have used and what those that run still will', async () => {
    const c = await start();
    const { sweepId } = await addSweep(c.db, { size: 1 });
    await claim(c);
    await c.db.pool.query(`UPDATE attempt SET started_at = clock_timestamp() - interval '90 s'`);
    const { costs } = await ask(c, c.search, 'getSweepCosts', { sweepIds: [sweepId, 77] });
    expect(costs).toHaveLength(1);
    expect(costs[0]?.usedSlotSeconds).toBeGreaterThanOrEqual(90);
    expect(costs[0]?.forecast).toBeDefined();
    await ask(c, c.search, 'cancelSweep', { sweepId });
    const [after] = (await ask(c, c.search, 'getSweepCosts', { sweepIds: [sweepId] })).costs;
    expect(after?.forecast).toBeUndefined();
  });

  it('renders a preset, or says what is wrong with what was asked', async () => {
    const c = await start();
    const request = { name: 'quick', datasets: ['tiny'], models: ['GMF'], epochs: 3 };
    const { spec } = await ask(c, c.search, 'renderPreset', request);
    expect(spec).toContain('training: {epochs: 3}');
    expect(await ask(c, c.search, 'planSweep', { spec, format: SpecFormat.YAML })).toMatchObject({
      violations: [],
      configurations: 9,
      strata: [{ confirming: 6 }, { confirming: 6 }, { confirming: 6 }],
    });
    const wrong = { name: 'quik', datasets: ['tiny'], models: ['GMF'] };
    expect(await refusalOf(ask(c, c.search, 'renderPreset', wrong))).toMatchObject({
      reason: 'SPACE_INVALID',
    });
  });
});
