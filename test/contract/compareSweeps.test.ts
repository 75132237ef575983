/** Verdicts over gRPC, on sweeps that were searched and confirmed by the real store and search. */
import type { CompareSweepsReply } from '@adt/proto/gen/adt/v1/results';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask, refusalOf, type TestCoordinator } from './coordinator.js';
import { openResults } from './resultsScene.js';

const NAMES = ['confirmed', 'waiting', 'failing', 'otherDataset', 'grid'] as const;
let c: TestCoordinator;
let ids: Record<(typeof NAMES)[number], number>;

beforeAll(async () => {
  ({ c, ids } = await openResults(NAMES));
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
