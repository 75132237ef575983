/** The search log, its replay, importance and sensitivity over gRPC, on sweeps that were really searched. */
import { openConnection } from '@adt/coordinator/cli/connect';
import { fetchSearch } from '@adt/coordinator/cli/searchReplay';
import { verifySearch } from '@adt/coordinator/search/log/verify';
import { ImportanceTarget, SensitivityOthers } from '@adt/proto/gen/adt/v1/results';
import { TrialPhase } from '@adt/proto/gen/adt/v1/search';
import { beforeAll, describe, expect, it } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { ask, refusalOf, type TestCoordinator } from './coordinator.js';
import { openResults } from './resultsScene.js';

const NAMES = ['confirmed', 'waiting', 'failing', 'otherDataset', 'pruned', 'grid', 'plain'] as const;
let c: TestCoordinator;
let ids: Record<(typeof NAMES)[number], number>;

beforeAll(async () => {
  ({ c, ids } = await openResults(NAMES));
});

describe('the attempts of a sweep', () => {
  it('come newest first, with trial, loss, worker and end, and say when there are more', async () => {
    const all = await ask(c, c.search, 'listAttempts', { sweepId: ids.pruned, limit: 0 });
    expect(all.more).toBe(false);
    const { trials } = await ask(c, c.search, 'listTrials', {
      sweepId: ids.pruned,
      limit: 0,
      cursor: '',
      order: 'number',
    });
    const started = trials.filter(({ epoch }) => epoch > 0);
    expect(all.attempts.map(({ number }) => number).sort((a, b) => a - b)).toEqual(
      started.map(({ number }) => number),
    );
    expect(new Set(all.attempts.map(({ outcome }) => outcome))).toEqual(new Set(['SUCCEEDED', 'PRUNED']));
    const starts = all.attempts.map(({ startedMs }) => startedMs);
    expect(starts).toEqual([...starts].sort((a, b) => b - a));
    const two = await ask(c, c.search, 'listAttempts', { sweepId: ids.pruned, limit: 2 });
    expect(two).toEqual({ attempts: all.attempts.slice(0, 2), more: true });
  });
});

describe('the search log', () => {
  const page = (sweepId: number, after = 0, limit = 0) =>
    ask(c, c.search, 'getSearchLog', { sweepId, after, limit });

  it('comes page by page, in words, with the strata they are about', async () => {
    const { entries: all } = await page(ids.confirmed);
    const first = await page(ids.confirmed, 0, 5);
    const second = await page(ids.confirmed, 5, 1_000);
    expect([first.more, second.more]).toEqual([true, false]);
    expect([...first.entries, ...second.entries]).toEqual(all);
    expect(all.map(({ number }) => number)).toEqual(all.map((_, at) => at + 1));
    expect(all[0]).toMatchObject({
      kind: 'suggested',
      dataset: 'tiny',
      model: 'GMF',
      loss: 'CE',
      what: expect.stringMatching(/^tries lr 0\.\d+$/),
      reason: expect.stringMatching(/start-up 1 of/),
    });
    const confirmed = all.filter(({ kind }) => kind === 'confirmed');
    expect(confirmed.map(({ loss }) => loss).sort()).toEqual(['CE', 'R-CE', 'T-CE']);
    for (const { what, trialNumber } of confirmed)
      expect(what).toBe(`confirms the configuration of trial #${trialNumber}, rank 1`);
    expect(all.at(-1)).toMatchObject({ kind: 'ended', dataset: '', what: 'is done' });
  });

  it('says of early stopping where and why', async () => {
    const { entries } = await page(ids.pruned);
    const stopped = entries.filter(({ what }) => what.startsWith('stops trial #'));
    expect(stopped.length).toBeGreaterThan(0);
    for (const { what, reason, loss } of stopped) {
      expect(what).toMatch(/^stops trial #\d+ at iteration \d00, 0\.\d+$/);
      expect(reason).not.toBe('');
      expect(loss).toBe('CE');
    }
  });

  it('is empty for a sweep that knew its trials beforehand', async () => {
    expect((await page(ids.grid)).entries).toEqual([]);
    expect((await refusalOf(page(99_999))).status).toBe('NOT_FOUND');
  });
});

describe('replaying from what is stored', () => {
  const verify = async (sweepId: number) => {
    const connection = openConnection({
      grpc: c.grpcAddress,
      token: c.token,
      signal: new AbortController().signal,
    });
    atEnd(() => connection.close());
    return verifySearch(await fetchSearch(connection, sweepId));
  };

  it.each(['confirmed', 'waiting', 'failing', 'pruned', 'grid'] as const)(
    'is identical: %s',
    async (name) => {
      const { difference, trials } = await verify(ids[name]);
      expect(difference).toBeNull();
      expect(trials).toBe(await c.db.prisma.trial.count({ where: { sweepId: ids[name] } }));
    },
  );

  it('shows a value that was changed in the table', async () => {
    const where = { sweepId_number: { sweepId: ids.confirmed, number: 2 } };
    const { bestValue } = await c.db.prisma.trial.findUniqueOrThrow({ where });
    await c.db.prisma.trial.update({ where, data: { bestValue: 0.999 } });
    expect((await verify(ids.confirmed)).difference).toMatchObject({ where: 'result of trial #2' });
    await c.db.prisma.trial.update({ where, data: { bestValue } });
  });

  it('can not recompute a sweep whose data sets nobody kept the facts of, and says so', async () => {
    await expect(verify(ids.plain)).rejects.toThrow(/kept no facts of its data sets/);
  });
});

describe('importance and sensitivity', () => {
  it('rank the searched parameters, and name those with too few configurations', async () => {
    const report = await ask(c, c.search, 'getImportance', {
      sweepId: ids.grid,
      target: ImportanceTarget.METRIC,
    });
    expect(report.target).toBe('IMPORTANCE_TARGET_METRIC');
    const tce = report.strata.find(({ loss }) => loss === 'T-CE')?.importances;
    expect(tce?.measured.map(({ name, configurations }) => [name, configurations]).sort()).toEqual([
      ['eps_max', 12],
      ['eps_n', 12],
      ['lr', 12],
    ]);
    expect(tce?.measured[0]?.name).toBe('lr');
    expect(report.combined?.lacking).toEqual([{ name: 'beta', configurations: 4, needed: 10 }]);
    const plain = ask(c, c.search, 'getImportance', {
      sweepId: ids.plain,
      target: ImportanceTarget.UNSPECIFIED,
    });
    expect((await refusalOf(plain)).message).toContain('kept no facts');
  });

  it('take confirmation into neither', async () => {
    const { sensitivities } = await ask(c, c.search, 'getSensitivity', {
      sweepId: ids.confirmed,
      metric: '',
      others: SensitivityOthers.BEST,
    });
    expect(sensitivities[0]?.tce.map(({ spread }) => spread?.n)).toEqual([1, 1, 1]);
  });

  it('lay the metric out over ε_max × ε_N and β, at the best other parameters', async () => {
    const ask1 = (metric: string) =>
      ask(c, c.search, 'getSensitivity', {
        sweepId: ids.grid,
        metric,
        others: SensitivityOthers.UNSPECIFIED,
      });
    const [valid] = (await ask1('')).sensitivities;
    expect(valid).toMatchObject({ dataset: 'tiny', model: 'GMF', metric: 'valid/recall@50' });
    expect(valid?.tce.map(({ epsMax, epsN }) => [epsMax, epsN])).toEqual([
      [0.1, 50],
      [0.1, 100],
      [0.2, 50],
      [0.2, 100],
      [0.3, 50],
      [0.3, 100],
    ]);
    expect(valid?.tceBest?.epsMax).toBe(0.1);
    expect(valid?.rce.map(({ beta, spread }) => [beta, spread?.n])).toEqual([
      [0.1, 2],
      [0.5, 2],
    ]);
    // Seeds 1 and 2 at lr 1e-3.
    expect(valid?.ce?.spread?.mean).toBeCloseTo(0.2015, 12);
    const [test] = (await ask1('test/recall@50')).sensitivities;
    expect(test?.ce?.spread?.mean).toBeCloseTo(0.1515, 12);
    expect((await refusalOf(ask1('test/recall@5'))).message).toBe(
      'metric: no training has test/recall@5 (did you mean "test/recall@50"?): there are test/ndcg@50, test/recall@50, valid/recall@50',
    );
  });
});

describe('a trial on the wire', () => {
  it('says which phase, stratum and configuration it is of, and why it was stopped', async () => {
    const list = (sweepId: number) =>
      ask(c, c.search, 'listTrials', { sweepId, limit: 0, cursor: '', order: 'number' });
    const { trials } = await list(ids.confirmed);
    expect(trials.filter(({ phase }) => phase === TrialPhase.SEARCH)).toHaveLength(9);
    const confirming = trials.filter(({ phase }) => phase === TrialPhase.CONFIRM);
    expect(confirming).toHaveLength(24);
    expect(new Set(confirming.map(({ stratum }) => stratum))).toEqual(new Set([0, 1, 2]));
    const pruned = (await list(ids.pruned)).trials.filter(({ state }) => state === 'TRIAL_STATE_PRUNED');
    expect(pruned.length).toBeGreaterThan(0);
    expect(pruned.every(({ pruneReason }) => pruneReason !== '')).toBe(true);
  });

  it("is never a sweep's best when it confirms", async () => {
    const { summary } = await ask(c, c.search, 'getSweep', { sweepId: ids.otherDataset });
    const { _max } = await c.db.prisma.trial.aggregate({
      where: { sweepId: ids.otherDataset },
      _max: { bestValue: true },
    });
    expect(summary?.bestValue).toBe(0.2);
    expect(_max.bestValue).toBe(0.3);
  });
});
