/** What SearchService says of results, asked over gRPC of sweeps that were searched by the real store and search. */
import { openConnection } from '@adt/coordinator/cli/connect';
import { fetchSearch } from '@adt/coordinator/cli/searchReplay';
import { verifySearch } from '@adt/coordinator/search/log/verify';
import type { TrialRow } from '@adt/coordinator/store/trials';
import { registerWorker } from '@adt/coordinator/store/workers';
import type { CompareSweepsReply } from '@adt/proto/gen/adt/v1/results';
import { ImportanceTarget, SensitivityOthers } from '@adt/proto/gen/adt/v1/results';
import { TrialPhase } from '@adt/proto/gen/adt/v1/search';
import { beforeAll, describe, expect, it } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { ask, refusalOf, type TestCoordinator, testCoordinator } from './coordinator.js';
import { searchedSweep, type Training } from './searchedSweep.js';
import { addSweep, addWorker, openTestDatabase } from './trials.js';

/** Three losses, three configurations each, eight seeds to confirm: enough for a verdict among three comparisons. */
const CONFIRMED = `name: confirmed
method: tpe
parameters:
  dataset: {value: tiny}
  loss: {values: [CE, T-CE, R-CE]}
  eps_max: {min: 0.05, max: 0.3, when: {loss: T-CE}}
  eps_n: {value: 100, when: {loss: T-CE}}
  beta: {min: 0.1, max: 1, when: {loss: R-CE}}
  lr: {distribution: log_uniform_values, min: 1.0e-4, max: 1.0e-2}
training: {epochs: 1, eval_every: 50, topk: [50]}
budget: {max_trials_per_stratum: 3}
seeds: {search: [1], confirm: {count: 8, base: 2019}}
`;
const CE_ONLY = CONFIRMED.replace('[CE, T-CE, R-CE]', '[CE]')
  .replace(/ {2}eps_max.*\n {2}eps_n.*\n {2}beta.*\n/, '')
  .replace('name: confirmed', 'name: one-loss');

const PRUNED = `name: pruned
method: random
parameters:
  dataset: {value: tiny}
  loss: {value: CE}
  lr: {distribution: log_uniform_values, min: 1.0e-4, max: 1.0e-2}
training: {epochs: 4, eval_every: 100, topk: [50]}
budget: {max_trials_per_stratum: 9}
early_terminate: {type: asha, min_steps: 100}
`;

const GRID = `name: grid
method: grid
parameters:
  dataset: {value: tiny}
  loss: {values: [CE, T-CE, R-CE]}
  eps_max: {values: [0.1, 0.2, 0.3]}
  eps_n: {values: [50, 100]}
  beta: {values: [0.1, 0.5]}
  lr: {values: [0.001, 0.01]}
training: {epochs: 1, eval_every: 50, topk: [50]}
seeds: {search: [1, 2]}
`;

const LEAD = { CE: 0, 'T-CE': 0.03, 'R-CE': 0.01, clean: 0, NR: 0, NMTR: 0 };

/** Better at lr 1e-3; the test part is below the validation; seeds differ, all losses alike by them. */
const train: Training = ({ config }) => {
  const luck = 0.001 * (config.seed % 5);
  const value =
    0.2 + LEAD[config.loss] + luck - 0.02 * Math.abs(Math.log10(config.lr) + 3) - (config.epsMax ?? 0) / 100;
  return { curve: [value / 2, value], test: { 'test/recall@50': value - 0.05, 'test/ndcg@50': value / 2 } };
};
const confirms = ({ phase }: TrialRow) => phase === 'CONFIRM';

let c: TestCoordinator;
type Name = 'confirmed' | 'waiting' | 'failing' | 'otherDataset' | 'pruned' | 'grid' | 'plain';
let ids: Record<Name, number>;

beforeAll(async () => {
  const db = await openTestDatabase();
  await addWorker(db);
  const gpu = { name: 'tfjs', version: '4', device: 'gpu (TensorFlow, CUDA)' };
  await registerWorker(db, {
    id: 'worker-gpu',
    host: '',
    pool: 'default',
    slots: 1,
    threadsPerSlot: 1,
    engines: [gpu],
  });
  const search = (spec: string, more: Partial<Parameters<typeof searchedSweep>[1]> = {}) =>
    searchedSweep(db, { spec, train, ...more });
  const fails = (trial: TrialRow) =>
    confirms(trial) && trial.config.loss === 'R-CE' && trial.config.seed === 2021;
  ids = {
    confirmed: await search(CONFIRMED, { train: (trial) => (fails(trial) ? null : train(trial)) }),
    waiting: await search(CONFIRMED, { leave: (trial) => confirms(trial) && trial.config.seed > 2020 }),
    failing: await search(CONFIRMED, {
      train: (trial) => (trial.config.loss === 'T-CE' ? null : train(trial)),
    }),
    otherDataset: await search(CE_ONLY.replace('{value: tiny}', '{value: other}'), {
      train: (trial) => ({ curve: [confirms(trial) ? 0.3 : 0.2], test: { 'test/ndcg@50': 0.1 } }),
    }),
    pruned: await search(PRUNED, {
      train: ({ number, config }) => ({
        curve: Array.from({ length: 4 }, (_, at) => 0.1 + 0.01 * at - 0.01 * number),
        test: { 'test/recall@50': config.lr },
      }),
    }),
    grid: await search(GRID),
    plain: (await addSweep(db)).sweepId,
  };
  c = await testCoordinator({ databaseUrl: db.url });
});

function compare(sweepIds: number[], metric = ''): Promise<CompareSweepsReply> {
  return ask(c, c.search, 'compareSweeps', { sweepIds, metric });
}

describe('comparing sweeps', () => {
  it('gives the verdict on each pair from the confirmation runs of rank 1, and what tuning took', async () => {
    const { comparison, sweeps } = await compare([ids.confirmed]);
    expect(sweeps).toMatchObject([
      {
        confirms: true,
        running: false,
        confirmationEnded: 24,
        confirmationTrials: 24,
        unconfirmed: [],
        advice: '',
      },
    ]);
    const [cell, ...others] = comparison?.cells ?? [];
    expect(others).toEqual([]);
    expect(cell).toMatchObject({ dataset: 'tiny', model: 'GMF', metric: 'test/recall@50' });
    expect(
      cell?.pairs.map(({ loss, reference, verdict, seeds }) => [loss, reference, verdict, seeds.length]),
    ).toEqual([
      ['T-CE', 'R-CE', 'VERDICT_BETTER', 7],
      ['T-CE', 'CE', 'VERDICT_BETTER', 8],
      ['R-CE', 'CE', 'VERDICT_BETTER', 7],
    ]);
    expect(cell?.pairs[0]?.unpaired).toEqual([
      { loss: 'R-CE', seed: 2021, reason: 'failed: NON_FINITE: the loss' },
    ]);
    expect(cell?.pairs[0]?.sentence).toMatch(
      /^tiny, GMF: T-CE beats R-CE by .* in test\/recall@50 \(7 seeds, /,
    );
    for (const arm of cell?.arms ?? []) {
      expect(arm.tuning).toMatchObject({ configurations: 3, trials: 3, gpuHours: 0 });
      expect(arm.tuning?.cpuHours).toBeGreaterThan(0);
      // What validation chose: by the objective above, the lr nearest to 1e-3 but for ε_max.
      const rows = await c.db.prisma.trial.findMany({ where: { sweepId: ids.confirmed, phase: 'SEARCH' } });
      const own = rows.filter(({ config }) => (config as { loss: string }).loss === arm.loss);
      const best = own.reduce((a, b) => ((b.bestValue ?? 0) > (a.bestValue ?? 0) ? b : a));
      expect(arm.configuration.lr).toBe((best.config as { lr: number }).lr);
    }
  });

  it('joins the strata of several sweeps, and reads another metric when asked', async () => {
    const { comparison } = await compare([ids.otherDataset, ids.confirmed], 'test/ndcg@50');
    expect(comparison?.cells.map(({ dataset, metric, arms }) => [dataset, metric, arms.length])).toEqual([
      ['other', 'test/ndcg@50', 1],
      ['tiny', 'test/ndcg@50', 3],
    ]);
    expect(comparison?.family).toBe(3);
  });

  it('compares what is there while a sweep confirms, and names what is missing', async () => {
    const { comparison, sweeps } = await compare([ids.waiting]);
    expect(sweeps).toMatchObject([{ running: true, confirmationEnded: 6, confirmationTrials: 24 }]);
    const [pair] = comparison?.cells[0]?.pairs ?? [];
    expect(pair).toMatchObject({ verdict: 'VERDICT_TOO_FEW_SEEDS', seeds: [2019, 2020] });
    expect(pair?.unpaired).toContainEqual({ loss: 'T-CE', seed: 2021, reason: 'is queued' });
  });

  it('gives no verdict where nothing confirms, but the lines that would', async () => {
    const { comparison, sweeps } = await compare([ids.grid]);
    expect(comparison).toMatchObject({ family: 0, cells: [] });
    expect(sweeps[0]).toMatchObject({
      confirms: false,
      advice: 'seeds:\n  search: [1, 2]\n  confirm: {count: 10, base: 2019}',
    });
    expect(sweeps[0]?.unconfirmed).toContainEqual({
      dataset: 'tiny',
      model: 'GMF',
      loss: 'T-CE',
      reason: 'the sweep file has no seeds.confirm',
    });
  });

  it('says of a loss that could not be trained why it is not confirmed', async () => {
    const { comparison, sweeps } = await compare([ids.failing]);
    expect(sweeps[0]?.unconfirmed).toEqual([
      {
        dataset: 'tiny',
        model: 'GMF',
        loss: 'T-CE',
        reason: '0 configurations have finished all search seeds',
      },
    ]);
    expect(comparison?.cells[0]?.pairs.map(({ loss, reference }) => [loss, reference])).toEqual([
      ['R-CE', 'CE'],
    ]);
  });

  it('counts the hours of a worker that trains on a GPU apart', async () => {
    await c.db.pool.query(`UPDATE attempt SET worker_id = 'worker-gpu', engine = NULL WHERE trial_id IN (
      SELECT id FROM trial WHERE sweep_id = ${ids.otherDataset} AND phase = 'SEARCH')`);
    const { comparison } = await compare([ids.otherDataset]);
    const tuning = comparison?.cells[0]?.arms[0]?.tuning;
    expect(tuning).toMatchObject({ cpuHours: 0 });
    expect(tuning?.gpuHours).toBeGreaterThan(0);
  });

  it.each([
    ['nothing', () => [], '', 'sweep_ids: must name a sweep'],
    ['a sweep twice', () => [ids.grid, ids.grid], '', /^sweep_ids: names sweep \d+ twice$/],
    [
      'a stratum that two sweeps confirm',
      () => [ids.confirmed, ids.waiting],
      '',
      /^sweep_ids: sweeps \d+ and \d+ both confirm tiny, GMF, CE: compare one of them$/,
    ],
    [
      'a metric of the validation',
      () => [ids.confirmed],
      'valid/recall@50',
      /^metric: must be of the test part/,
    ],
    [
      'a metric that nothing was tested by',
      () => [ids.confirmed],
      'test/recall@5',
      'metric: no confirmation run has test/recall@5 (did you mean "test/recall@50"?): there are test/ndcg@50, test/recall@50',
    ],
  ])('refuses %s in one line', async (_, sweepIds, metric, message) => {
    const refusal = await refusalOf(compare(sweepIds(), metric));
    expect(refusal.status).toBe('INVALID_ARGUMENT');
    if (typeof message === 'string') expect(refusal.message).toBe(message);
    else expect(refusal.message).toMatch(message);
  });

  it('knows no sweep that does not exist', async () => {
    const refusal = await refusalOf(compare([ids.confirmed, 99_999]));
    expect(refusal).toMatchObject({ status: 'NOT_FOUND', message: 'there is no sweep 99999' });
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
      expect(what).toMatch(/^stops trial #\d+ at iteration \d00, 0\.\d+$|, -0\.\d+$|, 0$/);
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
