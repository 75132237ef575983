/** Order, ties, seeds. */
import { TrialState } from '@adt/proto/gen/adt/v1/common';
import { TrialPhase, type TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { describe, expect, test } from 'vitest';
import { bestPerLoss, rankConfigurations, rankTrials } from './ranking';

function trial(number: number, loss: string, seed: number, bestValue?: number): TrialSummary {
  return {
    trialId: 100 + number,
    sweepId: 1,
    number,
    state: bestValue === undefined ? TrialState.QUEUED : TrialState.SUCCEEDED,
    config: {
      dataset: 'd',
      datasetSha256: '',
      model: 'GMF',
      loss,
      lr: 0.001,
      factors: 32,
      negatives: 1,
      batchSize: 1024,
      epochs: 1,
      evalEvery: 1,
      topk: [50],
      select: 'valid/recall@50',
      seed,
    },
    bestValue,
    valid: [],
    test: [],
    lastStep: 0,
    totalSteps: 0,
    epoch: 1,
    workerId: '',
    failureReason: '',
    queuedMs: 0,
    phase: TrialPhase.SEARCH,
    stratum: 0,
    configuration: 0,
    pruneReason: '',
  };
}

const TRIALS = [
  trial(1, 'CE', 1, 0.1),
  trial(2, 'T-CE', 1, 0.3),
  trial(3, 'CE', 2, 0.2),
  trial(4, 'T-CE', 2),
  trial(5, 'R-CE', 1, 0.2),
];

describe('rankTrials', () => {
  test('puts the best first, what was not measured last, and gives equal values one rank', () => {
    const rows = rankTrials(TRIALS, true).map(({ rank, trials: [first] }) => [rank, first.number]);
    expect(rows).toEqual([
      [1, 2],
      [2, 3],
      [2, 5],
      [4, 1],
      [null, 4],
    ]);
  });

  test('turns the order round where less is better', () => {
    expect(rankTrials(TRIALS, false).map(({ trials: [first] }) => first.number)).toEqual([1, 3, 5, 2, 4]);
  });

  test('does not reorder what it was given', () => {
    const numbers = TRIALS.map(({ number }) => number);
    rankTrials(TRIALS, true);
    expect(TRIALS.map(({ number }) => number)).toEqual(numbers);
  });
});

describe('rankConfigurations', () => {
  test('ranks by the mean over the seeds that have a value, with the sample deviation', () => {
    const rows = rankConfigurations(TRIALS, true);
    expect(rows.map(({ rank, trials: [first] }) => [rank, first.config?.loss])).toEqual([
      [1, 'T-CE'],
      [2, 'R-CE'],
      [3, 'CE'],
    ]);
    const [tce, , ce] = rows;
    expect(tce).toMatchObject({ best: 0.3, sd: undefined, measured: 1 });
    expect(tce?.trials).toHaveLength(2);
    expect(ce?.best).toBeCloseTo(0.15, 12);
    expect(ce?.sd).toBeCloseTo(Math.SQRT1_2 * 0.1, 12);
  });

  test('shows a configuration as queued while one of its seeds is', () => {
    expect(rankConfigurations(TRIALS, true).map(({ state }) => state)).toEqual([
      'QUEUED',
      'SUCCEEDED',
      'SUCCEEDED',
    ]);
  });
});

describe('what is not ranked', () => {
  const confirming = (number: number, seed: number, value?: number) => ({
    ...trial(number, 'CE', seed, value),
    phase: TrialPhase.CONFIRM,
  });
  const pruned = { ...trial(6, 'R-CE', 2, 0.9), state: TrialState.PRUNED };

  test('confirmation stands apart from the search seeds of its configuration, below all that is ranked', () => {
    const rows = rankConfigurations([...TRIALS, confirming(6, 2019, 0.9), confirming(7, 2020)], true);
    expect(rows.map(({ rank, confirms, best }) => [rank, confirms, best?.toFixed(2)])).toEqual([
      [1, false, '0.30'],
      [2, false, '0.20'],
      [3, false, '0.15'],
      [null, true, '0.90'],
    ]);
    expect(
      rankTrials([...TRIALS, confirming(6, 2019, 0.9)], true).map(({ trials: [{ number }] }) => number),
    ).toEqual([2, 3, 5, 1, 6, 4]);
  });

  test('a configuration that was stopped early stands behind those that ran to their end', () => {
    const rows = rankConfigurations([...TRIALS, pruned], true);
    expect(rows.map(({ rank, state, trials: [{ config }] }) => [rank, config?.loss, state])).toEqual([
      [1, 'T-CE', 'QUEUED'],
      [2, 'CE', 'SUCCEEDED'],
      [null, 'R-CE', 'PRUNED'],
    ]);
    expect(bestPerLoss(rows, ['R-CE'])).toEqual([['R-CE', null]]);
  });
});

test('bestPerLoss names the best of each loss, and none where nothing was measured', () => {
  const best = bestPerLoss(rankTrials(TRIALS.slice(0, 4), true), ['CE', 'T-CE', 'R-CE']);
  expect(best.map(([loss, row]) => [loss, row?.trials[0].number])).toEqual([
    ['CE', 3],
    ['T-CE', 2],
    ['R-CE', undefined],
  ]);
});
