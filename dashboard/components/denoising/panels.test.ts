/** What stands in the panels of the denoising screen. */
import { TrialState } from '@adt/proto/gen/adt/v1/common';
import { TrialPhase, type TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { describe, expect, test } from 'vitest';
import { bestOfEachLoss, choiceOf, queryOf } from './denoisingSnapshot';
import { drawPanel, PANELS, type PanelId, whyEmpty } from './panels';

function trial(trialId: number, loss: string, fields: Partial<TrialSummary> = {}): TrialSummary {
  return {
    trialId,
    sweepId: 1,
    number: trialId,
    state: TrialState.SUCCEEDED,
    config: { loss } as TrialSummary['config'],
    valid: [],
    test: [],
    lastStep: 0,
    totalSteps: 0,
    epoch: 1,
    workerId: '',
    failureReason: '',
    queuedMs: 0,
    endedMs: 1,
    phase: TrialPhase.SEARCH,
    stratum: 0,
    configuration: 0,
    pruneReason: '',
    ...fields,
  };
}

function panel(id: PanelId) {
  const found = PANELS.find((one) => one.id === id);
  if (found === undefined) throw new Error(id);
  return found;
}

const everything = () => ({ steps: [1], values: [0.5] });

describe('a panel', () => {
  test('draws CE dashed, and false positives stronger than true ones', () => {
    const { series } = drawPanel(panel('loss'), [trial(1, 'CE'), trial(2, 'T-CE')], everything);
    expect(series.map(({ label, strong, dash, colour }) => [label, strong, dash, colour])).toEqual([
      ['CE #1 false positives', true, [6, 4], '--loss-ce'],
      ['CE #1 true positives', undefined, [6, 4], '--loss-ce'],
      ['T-CE #2 false positives', true, undefined, '--loss-tce'],
      ['T-CE #2 true positives', undefined, undefined, '--loss-tce'],
    ]);
  });

  test('sets the line of dropping at random beside drop precision, and has only the losses that drop', () => {
    const { series, legend } = drawPanel(panel('precision'), [trial(1, 'CE'), trial(2, 'T-CE')], everything);
    expect(series.map(({ label }) => label)).toEqual(['T-CE #2', 'T-CE #2 dropping at random']);
    expect(legend.map(({ key }) => key)).toEqual(series.map(({ key }) => key));
  });

  test('leaves out series that a trial does not have', () => {
    expect(drawPanel(panel('weights'), [trial(3, 'R-CE')], () => undefined).series).toEqual([]);
  });
});

describe('an empty panel', () => {
  const why = (id: PanelId, trials: TrialSummary[], flags: boolean | null = true) =>
    whyEmpty({ panel: panel(id), trials, flags, dataset: 'ml1m' });

  test('says when the data set has no flags, and what to do', () => {
    expect(why('loss', [trial(1, 'CE')], false)).toMatch(/^ml1m does not say .* Import it with ratings/);
    expect(why('epsilon', [trial(1, 'T-CE', { endedMs: undefined })], false)).toBeNull();
  });

  test('says when no chosen trial is of a loss that has it', () => {
    expect(why('weights', [trial(1, 'CE')])).toMatch(/^Only R-CE has this/);
  });

  test('only waits while a trial runs', () => {
    expect(why('loss', [trial(1, 'CE', { endedMs: undefined })])).toBeNull();
    expect(why('loss', [])).toMatch(/^No trial has begun/);
  });
});

describe('what is shown unasked', () => {
  test('is the best whole training of each loss, best first given', () => {
    const pruned = trial(1, 'CE', { state: TrialState.PRUNED });
    const confirming = trial(2, 'CE', { phase: TrialPhase.CONFIRM });
    const trials = [pruned, confirming, trial(3, 'CE'), trial(4, 'CE'), trial(5, 'R-CE')];
    expect(bestOfEachLoss(trials, ['CE', 'T-CE', 'R-CE'])).toEqual([3, 5]);
  });

  test('is a running trial where nothing has ended, and nothing where nothing has begun', () => {
    const running = trial(6, 'CE', { state: TrialState.RUNNING });
    expect(bestOfEachLoss([running, trial(7, 'T-CE', { epoch: 0 })], ['CE', 'T-CE'])).toEqual([6]);
  });
});

describe('the address', () => {
  test('holds what was chosen and gives it back', () => {
    const choice = { stratum: 'ml 1m · GMF', trials: [3, 5] };
    expect(choiceOf(new URLSearchParams(queryOf(choice)))).toEqual(choice);
    expect(queryOf({ stratum: null, trials: [] })).toBe('');
  });

  test('drops what is no id', () => {
    expect(choiceOf(new URLSearchParams('trials=1,x,-2,3.5,99999999999'))).toEqual({
      stratum: null,
      trials: [1],
    });
  });
});
