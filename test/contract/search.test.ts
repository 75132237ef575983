/** Whole searches against a real coordinator and Postgres: what they try, stop, confirm, and what outlives a restart. */
import { TrialState } from '@adt/proto/gen/adt/v1/common';
import { SweepState } from '@adt/proto/gen/adt/v1/search';
import { Decision } from '@adt/proto/gen/adt/v1/trial';
import { describe, expect, it } from 'vitest';
import { ask, type TestCoordinator, testCoordinator } from './coordinator.js';
import {
  addDataset,
  claim,
  complete,
  expectWholeSearch,
  logOf,
  objectiveOf,
  register,
  replayed,
  report,
  settled,
  specOf,
  submit,
  succeed,
  WORKER,
  work,
} from './searching.js';

async function searching(params: Parameters<typeof testCoordinator>[0] & { slots?: number } = {}) {
  const { slots = 2, ...rest } = params;
  const c = await testCoordinator(rest);
  await addDataset(c.db);
  await register(c, slots);
  return c;
}

async function summaryOf(c: TestCoordinator, sweepId: number) {
  const { summary } = await ask(c, c.search, 'getSweep', { sweepId });
  if (!summary) throw new Error(`no summary of sweep ${sweepId}`);
  return summary;
}

async function ended(c: TestCoordinator, sweepId: number) {
  await expect.poll(async () => (await summaryOf(c, sweepId)).finishedMs, { timeout: 10_000 }).toBeDefined();
  return summaryOf(c, sweepId);
}

const TPE = `method: tpe
budget: {max_trials_per_stratum: 4}
seeds: {search: [1], confirm: {count: 2, base: 2019}}`;

describe('a search by TPE', () => {
  it('adds trials as others end, confirms the best of each loss on fresh seeds, and finishes', async () => {
    const c = await searching();
    const sweepId = await submit(c, specOf(TPE));
    await work(c, { slots: 2 });
    expect(await ended(c, sweepId)).toMatchObject({
      state: SweepState.FINISHED,
      counts: { succeeded: 12 },
      reason: '',
    });
    const trials = await c.db.prisma.trial.findMany({ where: { sweepId } });
    for (const stratum of [0, 1]) {
      const mine = trials.filter((trial) => trial.stratum === stratum);
      const search = mine.filter(({ phase }) => phase === 'SEARCH');
      const confirm = mine.filter(({ phase }) => phase === 'CONFIRM');
      const best = search.reduce((a, b) => ((a.bestValue ?? 0) >= (b.bestValue ?? 0) ? a : b));
      expect(search).toHaveLength(4);
      expect(confirm.map(({ seed }) => Number(seed)).sort()).toEqual([2019, 2020]);
      expect(new Set(confirm.map(({ configHash }) => configHash))).toEqual(new Set([best.configHash]));
    }
    await expectWholeSearch(c.db, sweepId);
  });

  it('goes on after a restart from Postgres alone, to the log of one that was never disturbed', async () => {
    const undisturbed = await searching();
    const first = await submit(undisturbed, specOf(TPE));
    await work(undisturbed, { slots: 2 });
    await ended(undisturbed, first);

    const before = await searching();
    const second = await submit(before, specOf(TPE));
    await work(before, { slots: 1, most: 3 });
    await settled(before.db);
    await before.stop();
    const after = await testCoordinator({ databaseUrl: before.databaseUrl, token: before.token });
    await work(after, { slots: 1 });
    await ended(after, second);
    await expectWholeSearch(after.db, second);

    // One at a time and two at a time tell in the same order here: the oldest claim ends first.
    const hashes = [await logOf(undisturbed.db, first), await logOf(after.db, second)].map(
      (log) => log.at(-1)?.hash,
    );
    expect(hashes[1]).toBe(hashes[0]);
  });

  it('never has more running than max_concurrent, however many ask', async () => {
    const c = await searching({ slots: 16 });
    const spec = specOf(`method: random\nbudget: {max_trials_per_stratum: 12, max_concurrent: 3}`);
    const sweepId = await submit(c, spec);
    const counts: number[] = [];
    for (let left = 24; left > 0; ) {
      const asked = await Promise.all(Array.from({ length: 16 }, () => claim(c)));
      const got = asked.filter((task) => task !== null);
      const running = await c.db.prisma.trial.count({ where: { sweepId, state: 'RUNNING' } });
      counts.push(running);
      if (got.length === 0) throw new Error('nothing is to be had');
      for (const task of got) await succeed(c, task);
      left -= got.length;
    }
    expect(Math.max(...counts)).toBe(3);
    await ended(c, sweepId);
  });

  it('that too much of fails in gives up, stops what is open, and shows why', async () => {
    const c = await searching({ slots: 6 });
    const spec = specOf(TPE.replace('4}', '20, max_failed_fraction: 0.5}'));
    const sweepId = await submit(c, spec);
    await settled(c.db);
    await work(c, {
      slots: 1,
      most: 5,
      train: async (task) => {
        await complete(c, task, { state: 'FAILED' });
      },
    });
    const summary = await ended(c, sweepId);
    expect(summary).toMatchObject({ state: SweepState.FINISHED, counts: { failed: 5, queued: 0 } });
    expect(summary.reason).toBe('5 of 5 search trials have failed, more than budget.max_failed_fraction 0.5');
    await expectWholeSearch(c.db, sweepId);
  });

  it('that is cancelled while it decides leaves nothing open', async () => {
    const c = await searching({ slots: 8 });
    const sweepId = await submit(c, specOf(TPE.replace('4}', '40}')));
    await settled(c.db);
    const tasks = await Promise.all([claim(c), claim(c), claim(c), claim(c)]);
    const ends = tasks.flatMap((task) => (task === null ? [] : [succeed(c, task)]));
    await Promise.all([...ends, ask(c, c.search, 'cancelSweep', { sweepId })]);
    const summary = await ended(c, sweepId);
    expect(summary).toMatchObject({ state: SweepState.CANCELLED, counts: { queued: 0, running: 0 } });
    expect(await claim(c)).toBeNull();
    await expectWholeSearch(c.db, sweepId);
  });

  it('stops when budget.max_wall is over: queued trials end, running ones are asked to', async () => {
    const c = await searching();
    const sweepId = await submit(c, specOf(TPE.replace('4}', '40, max_wall: 1h}')));
    await settled(c.db);
    const task = await claim(c);
    if (task === null) throw new Error('nothing to train');
    const queued = await c.db.prisma.trial.count({ where: { sweepId, state: 'QUEUED' } });
    expect(queued).toBe(1);
    await c.db.pool.query(
      `UPDATE sweep SET deadline = clock_timestamp() - interval '1 second' WHERE id = $1`,
      [sweepId],
    );
    await expect
      .poll(() => c.db.prisma.trial.count({ where: { sweepId, cancelRequested: true } }), { timeout: 5_000 })
      .toBe(2);
    expect(await report(c, task, [[10, 0.1]])).toBe(Decision.CANCEL);
    expect(await complete(c, task, { state: 'CANCELLED' })).toBe(TrialState.CANCELLED);
    const summary = await ended(c, sweepId);
    expect(summary).toMatchObject({ counts: { cancelled: 2 }, reason: 'budget.max_wall is over' });
  });
});

describe('a search under early stopping', () => {
  const ASHA = `method: sobol
budget: {max_trials_per_stratum: 6}
early_terminate: {type: asha, eta: 3, min_steps: 10}`;

  async function oneLoss(c: TestCoordinator): Promise<number> {
    await register(c, 12);
    return submit(
      c,
      specOf(ASHA)
        .replace('[CE, R-CE]', '[CE]')
        .replace(/.*beta.*\n/, ''),
    );
  }

  it('prunes a running trial on the ack and by heartbeat, and takes what it reached', async () => {
    const c = await searching();
    const sweepId = await oneLoss(c);
    const [first, second] = [await claim(c), await claim(c)];
    if (!first || !second) throw new Error('two trials are queued');
    expect(await report(c, first, [[10, 0.3]])).toBe(Decision.CONTINUE);
    // Two rungs at once: judged at the first, by the best until there.
    expect(
      await report(c, second, [
        [10, 0.2],
        [20, 0.25],
      ]),
    ).toBe(Decision.PRUNE);
    const beat = { workerId: WORKER, leases: [second.lease, first.lease], draining: false };
    const { decisions } = await ask(c, c.trials, 'heartbeat', beat);
    expect(decisions.map(({ decision }) => decision)).toEqual([Decision.PRUNE, Decision.CONTINUE]);
    expect(await complete(c, second, { state: 'PRUNED' })).toBe(TrialState.PRUNED);
    await settled(c.db);
    const told = (await logOf(c.db, sweepId)).find(({ entry }) => entry.kind === 'told');
    expect(told?.entry).toMatchObject({ outcome: 'pruned', value: 0.25, step: 20 });
  });

  it('keeps the success of a trial that ended before it heard that it was pruned', async () => {
    const c = await searching();
    await oneLoss(c);
    const [first, second] = [await claim(c), await claim(c)];
    if (!first || !second) throw new Error('two trials are queued');
    await report(c, first, [[10, 0.3]]);
    expect(await report(c, second, [[10, 0.2]])).toBe(Decision.PRUNE);
    expect(await complete(c, second, { state: 'SUCCEEDED', value: 0.4 })).toBe(TrialState.SUCCEEDED);
  });

  it('asks a trial to stop that another coordinator judges, and the leader hears of its end', async () => {
    const leader = await searching();
    const other = await testCoordinator({ databaseUrl: leader.databaseUrl, token: leader.token });
    const sweepId = await oneLoss(leader);
    const [first, second] = [await claim(leader), await claim(other)];
    if (!first || !second) throw new Error('two trials are queued');
    expect(await report(leader, first, [[10, 0.3]])).toBe(Decision.CONTINUE);
    expect(await report(other, second, [[10, 0.2]])).toBe(Decision.PRUNE);
    expect(await complete(other, second, { state: 'PRUNED' })).toBe(TrialState.PRUNED);
    await work(other, {
      slots: 1,
      train: async (task) => {
        const decision = await report(other, task, [[10, objectiveOf(task.config)]]);
        if (decision === Decision.PRUNE) await complete(other, task, { state: 'PRUNED' });
        else await succeed(other, task);
      },
    });
    await succeed(leader, first);
    expect((await ended(leader, sweepId)).counts?.pruned).toBeGreaterThan(0);
    await expectWholeSearch(leader.db, sweepId);
  });
});

describe('a search that can not be read', () => {
  const STUCK = { tunables: { searchRetryMs: 200 } };
  const ENTRY = 'UPDATE search_entry SET hash = $2 WHERE sweep_id = $1 AND number = 1';
  const FILE = 'UPDATE sweep SET spec = $2 WHERE id = $1';

  it.each([
    ['whose log was changed', ENTRY, /the search does not go on: entry 1 of the search log was changed/],
    ['whose file does not compile any more', FILE, /the search does not go on: .*can't be compiled again/],
  ])('%s says so on its sweep, goes on once it can, and holds up no other', async (_, damage, reason) => {
    const c = await searching(STUCK);
    const sweepId = await submit(c, specOf(TPE));
    await settled(c.db);
    await c.stop();
    const [entry] = await logOf(c.db, sweepId);
    await c.db.pool.query(damage, [sweepId, 'f']);
    const again = await testCoordinator({ databaseUrl: c.databaseUrl, token: c.token, ...STUCK });
    const healthy = await submit(again, specOf(TPE, 'healthy'));
    const shown = async () => (await summaryOf(again, sweepId)).reason;
    await expect.poll(shown, { timeout: 5_000 }).toMatch(reason);
    await expect.poll(() => again.db.prisma.trial.count({ where: { sweepId: healthy } })).toBe(2);
    await c.db.pool.query(damage, [sweepId, damage === ENTRY ? entry?.hash : specOf(TPE)]);
    await expect.poll(shown, { timeout: 5_000 }).toBe('');
    expect((await replayed(again.db, sweepId)).divergence).toBeNull();
  });

  it('ends all the same when budget.max_wall is over', async () => {
    const c = await searching(STUCK);
    const sweepId = await submit(c, specOf(TPE.replace('4}', '4, max_wall: 1h}')));
    await settled(c.db);
    await c.stop();
    await c.db.pool.query(ENTRY, [sweepId, 'f']);
    await c.db.pool.query(`UPDATE sweep SET deadline = clock_timestamp() - interval '1 second'`);
    const again = await testCoordinator({ databaseUrl: c.databaseUrl, token: c.token, ...STUCK });
    expect((await ended(again, sweepId)).reason).toMatch(/^budget.max_wall is over; before that, entry 1/);
  });
});
