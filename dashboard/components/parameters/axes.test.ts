/** Parallel axes. */
import { TrainingConfig, TrialState } from '@adt/proto/gen/adt/v1/common';
import { TrialPhase, type TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { describe, expect, test } from 'vitest';
import {
  ABSENT_PLACE,
  axesOf,
  inOrder,
  isInside,
  labelsOf,
  moved,
  OBJECTIVE,
  placeOn,
  valueOn,
} from './axes';

function trial(number: number, config: Partial<TrainingConfig>, bestValue?: number): TrialSummary {
  return {
    trialId: number,
    sweepId: 1,
    number,
    state: TrialState.SUCCEEDED,
    config: TrainingConfig.fromPartial({ dataset: 'd', model: 'GMF', loss: 'CE', lr: 0.001, ...config }),
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

const trials = [
  trial(1, { loss: 'CE', lr: 0.0001 }, 0.1),
  trial(2, { loss: 'T-CE', lr: 0.01, epsMax: 0.1, epsN: 1000 }, 0.3),
  trial(3, { loss: 'T-CE', lr: 0.001, epsMax: 0.2, epsN: 1000 }, 0.2),
];

function axis(key: string, logs?: Map<string, boolean>) {
  const found = axesOf(trials, 'Recall@50', logs).find((one) => one.key === key);
  if (found === undefined) throw new Error(key);
  return found;
}

describe('axesOf', () => {
  test('has an axis only for what varies, present or absent, and the objective last', () => {
    expect(axesOf(trials, 'Recall@50').map(({ key }) => key)).toEqual([
      'loss',
      'epsMax',
      'epsN',
      'lr',
      OBJECTIVE,
    ]);
  });

  test('spreads by the logarithm what spans more than a decade or two, unless the reader wants otherwise', () => {
    expect(axis('lr')).toMatchObject({ log: true, canLog: true });
    expect(axis('lr', new Map([['lr', false]]))).toMatchObject({ log: false });
    expect(axis(OBJECTIVE)).toMatchObject({ log: false });
  });

  test('puts what is absent into the band, and says so', () => {
    const epsMax = axis('epsMax');
    const [ce] = trials;
    expect(placeOn(epsMax, ce && valueOn('epsMax', ce))).toBe(ABSENT_PLACE);
    expect(labelsOf(epsMax)).toEqual([
      { place: ABSENT_PLACE, text: 'n/a' },
      { place: 0, text: '0.1' },
      { place: 1, text: '0.2' },
    ]);
  });

  test('places a value by the scale of its axis', () => {
    expect(placeOn(axis('lr'), 0.001)).toBeCloseTo(0.5, 12);
    expect(placeOn(axis('lr', new Map([['lr', false]])), 0.001)).toBeCloseTo(0.0909, 4);
    expect(placeOn(axis('epsN'), 1000)).toBe(0.5);
    expect(placeOn(axis('loss'), 'T-CE')).toBe(0.75);
  });
});

describe('a brush', () => {
  const axes = axesOf(trials, 'Recall@50');
  const inside = (brushes: [string, [number, number][]][]) =>
    trials.filter((one) => isInside(one, axes, new Map(brushes))).map(({ number }) => number);

  test('keeps what lies in any interval of every brushed axis, ends included', () => {
    expect(inside([])).toEqual([1, 2, 3]);
    expect(inside([['lr', [[0.5, 1]]]])).toEqual([2, 3]);
    expect(
      inside([
        ['lr', [[0.5, 1]]],
        ['epsMax', [[0.9, 1]]],
      ]),
    ).toEqual([3]);
    expect(
      inside([
        [
          'lr',
          [
            [0, 0],
            [1, 1],
          ],
        ],
      ]),
    ).toEqual([1, 2]);
  });

  test('reaches what is absent, in its band', () => {
    expect(inside([['epsMax', [[-0.25, -0.1]]]])).toEqual([1]);
  });
});

describe('the order of axes', () => {
  const axes = axesOf(trials, 'Recall@50');

  test('is moved by one place and stops at the ends', () => {
    expect(moved(axes, 'lr', -1)).toEqual(['loss', 'epsMax', 'lr', 'epsN', OBJECTIVE]);
    expect(moved(axes, 'loss', -1)).toEqual(['loss', 'epsMax', 'epsN', 'lr', OBJECTIVE]);
  });

  test('keeps what the reader chose when another parameter comes to vary', () => {
    const order = ['lr', 'loss', OBJECTIVE];
    expect(inOrder(axes, order).map(({ key }) => key)).toEqual(['lr', 'loss', 'epsMax', 'epsN', OBJECTIVE]);
  });
});
