/** What ECharts is told to draw. */
import { TrainingConfig } from '@adt/proto/gen/adt/v1/common';
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { expect, test } from 'vitest';
import { axesOf } from './axes';
import { parallelOption } from './parallelOption';

const trial = (number: number, config: Partial<TrainingConfig>, bestValue: number) =>
  ({
    number,
    bestValue,
    config: TrainingConfig.fromPartial({ loss: 'CE', lr: 0.001, ...config }),
  }) as TrialSummary;

function optionOf(trials: TrialSummary[]) {
  const option = parallelOption({ axes: axesOf(trials, 'Recall'), trials, colourOf: (name) => name });
  return option as {
    parallelAxis: { min: number; name: string }[];
    graphic: unknown[];
    series: { data: unknown[] };
  };
}

test('there is a band below the axes only where something is not active', () => {
  const all = [trial(1, { lr: 0.1 }, 0.1), trial(2, { lr: 0.001 }, 0.2)];
  expect(optionOf(all).graphic).toEqual([]);
  expect(optionOf(all).parallelAxis[0]).toMatchObject({ min: 0, name: 'lr (log)' });
  const some = [...all, trial(3, { loss: 'R-CE', beta: 0.5 }, 0.3)];
  expect(optionOf(some).graphic).toHaveLength(2);
  expect(optionOf(some).parallelAxis.every(({ min }) => min === -0.25)).toBe(true);
});

test('a line has the colour of its loss and a place on every axis', () => {
  const some = [trial(1, {}, 0.1), trial(2, { loss: 'R-CE', beta: 0.5 }, 0.3)];
  const { series } = optionOf(some);
  expect(series.data[1]).toMatchObject({
    name: '#2',
    value: [0.75, 0.5, 1],
    lineStyle: { color: '--loss-rce' },
  });
});
