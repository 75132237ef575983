import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { describe, expect, it } from 'vitest';
import { type ConfirmationTrial, gatherArms, type StratumResult } from './gatherArms.js';

const CONFIG: TrainingConfig = {
  lr: 0.001,
  factors: 8,
  negatives: 1,
  batchSize: 64,
  epochs: 2,
  evalEvery: 10,
  topk: [50],
  dataset: 'adressa',
  datasetSha256: 'a'.repeat(64),
  model: 'GMF',
  loss: 'R-CE',
  beta: 0.2,
  select: 'valid/recall@50',
  seed: 1,
};

function stratum(params: Partial<StratumResult> = {}): StratumResult {
  return {
    sweepId: 3,
    dataset: 'adressa',
    datasetSha256: 'a'.repeat(64),
    model: 'GMF',
    loss: 'R-CE',
    select: 'valid/recall@50',
    named: ['beta', 'lr', 'eps_max'],
    tuning: { configurations: 4, trials: 8, gpuHours: 0, cpuHours: 1 },
    chosen: CONFIG,
    confirmation: [],
    ...params,
  };
}

const run = (seed: number, more: Partial<ConfirmationTrial> = {}): ConfirmationTrial => ({
  trialId: seed,
  seed,
  state: 'SUCCEEDED',
  failureReason: null,
  test: { 'test/recall@50': 0.1 },
  ...more,
});

describe('gatherArms', () => {
  it('takes the seeds that finished as runs and names each other one with its reason', () => {
    const gathered = gatherArms([
      stratum({
        confirmation: [
          run(1),
          run(2, { test: { 'test/recall@50': null, 'test/ndcg@50': 0.2 } }),
          run(3, { state: 'FAILED', failureReason: 'NON_FINITE: loss\nat step 7', test: null }),
          run(4, { state: 'RUNNING', test: null }),
          run(5, { state: 'QUEUED', test: null }),
          run(6, { state: 'CANCELLED', test: null }),
        ],
      }),
    ]);
    expect(gathered).toEqual({
      ok: true,
      arms: [
        {
          dataset: 'adressa',
          model: 'GMF',
          loss: 'R-CE',
          select: 'valid/recall@50',
          tuning: { configurations: 4, trials: 8, gpuHours: 0, cpuHours: 1 },
          configuration: { beta: 0.2, lr: 0.001 },
          runs: [
            { seed: 1, metrics: { 'test/recall@50': 0.1 } },
            { seed: 2, metrics: { 'test/ndcg@50': 0.2 } },
          ],
          missing: [
            { seed: 3, reason: 'failed: NON_FINITE: loss' },
            { seed: 4, reason: 'is running' },
            { seed: 5, reason: 'is queued' },
            { seed: 6, reason: 'was cancelled' },
          ],
        },
      ],
    });
  });

  it('leaves out what is not confirmed, and joins the strata of sweeps', () => {
    const gathered = gatherArms([
      stratum(),
      stratum({ loss: 'CE', chosen: null }),
      stratum({ sweepId: 4, loss: 'CE' }),
    ]);
    expect(gathered.ok && gathered.arms.map(({ loss }) => loss)).toEqual(['R-CE', 'CE']);
  });

  it.each([
    [
      'the same stratum twice',
      { sweepId: 4 },
      'sweeps 3 and 4 both confirm adressa, GMF, R-CE: compare one of them',
    ],
    [
      'a name that stands for two contents',
      { sweepId: 4, model: 'NeuMF', datasetSha256: 'b'.repeat(64) },
      "sweeps 3 and 4 ran on different contents of adressa: their results can't be compared",
    ],
    [
      'two rankings of a cell',
      { sweepId: 4, loss: 'CE', select: 'valid/ndcg@50' },
      'sweeps 3 and 4 rank adressa, GMF differently, by valid/recall@50 and valid/ndcg@50',
    ],
  ])('refuses %s in one line', (_, change, message) => {
    expect(gatherArms([stratum(), stratum(change)])).toEqual({ ok: false, message });
  });
});
