/** The history of a sweep: who was best when. */
import { TrialState } from '@adt/proto/gen/adt/v1/common';
import { TrialPhase, type TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { describe, expect, test } from 'vitest';
import { historyOf } from './history';

function trial(
  number: number,
  bestValue: number | undefined,
  fields: Partial<TrialSummary> = {},
): TrialSummary {
  return {
    trialId: 100 + number,
    sweepId: 1,
    number,
    state: TrialState.SUCCEEDED,
    config: { loss: 'CE' } as TrialSummary['config'],
    bestValue,
    valid: [],
    test: [],
    lastStep: 0,
    totalSteps: 0,
    epoch: 1,
    workerId: '',
    failureReason: '',
    queuedMs: 0,
    endedMs: 60_000 * number,
    phase: TrialPhase.SEARCH,
    stratum: 0,
    configuration: 0,
    pruneReason: '',
    ...fields,
  };
}

function history(trials: TrialSummary[], fields: Partial<Parameters<typeof historyOf>[0]> = {}) {
  return historyOf({
    trials,
    losses: ['CE', 'T-CE'],
    maximize: true,
    axis: 'trial',
    createdMs: 0,
    ...fields,
  });
}

describe('the history', () => {
  test('keeps the best value so far of each loss, up to the newest trial', () => {
    const other = { config: { loss: 'T-CE' } as TrialSummary['config'] };
    const { series } = history([trial(1, 0.2), trial(2, 0.1), trial(3, 0.4, other), trial(4, 0.3)]);
    expect(series.find(({ key }) => key === 'best CE')).toMatchObject({
      steps: [1, 2, 4],
      values: [0.2, 0.2, 0.3],
    });
    expect(series.find(({ key }) => key === 'best T-CE')).toMatchObject({
      steps: [3, 4],
      values: [0.4, 0.4],
    });
  });

  test('takes the least where less is better', () => {
    const { series } = history([trial(1, 0.2), trial(2, 0.3)], { maximize: false });
    expect(series[0]?.values).toEqual([0.2, 0.2]);
  });

  test('shows what was stopped early as a hollow point that is never the best', () => {
    const { series } = history([trial(1, 0.2), trial(2, 0.9, { state: TrialState.PRUNED })]);
    expect(series.find(({ key }) => key === 'best CE')?.values).toEqual([0.2, 0.2]);
    expect(series.find(({ key }) => key === 'state PRUNED')).toMatchObject({
      dots: 'hollow',
      steps: [2],
      values: [0.9],
      hrefs: ['/trials/102'],
    });
  });

  test('leaves out what confirms and what has no value', () => {
    const { series, legend } = history([trial(1, 0.9, { phase: TrialPhase.CONFIRM }), trial(2, undefined)]);
    expect([series, legend]).toEqual([[], []]);
  });

  test('runs along the minutes since the sweep began, in the order of the ends', () => {
    const trials = [trial(2, 0.3, { endedMs: 120_000 }), trial(1, 0.2, { endedMs: 120_000 })];
    const [line] = history(trials, { axis: 'time' }).series;
    expect(line?.steps[0]).toBe(2);
    expect(line?.steps[1]).toBeCloseTo(2, 5);
    expect(new Set(line?.steps).size).toBe(2);
  });
});
