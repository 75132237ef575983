/** Which parameters a ranking shows. */
import { TrainingConfig } from '@adt/proto/gen/adt/v1/common';
import { expect, test } from 'vitest';
import { parametersOf, symbolOf } from './parameters';

test('a parameter that no configuration has gets no column, one that a single configuration has does', () => {
  const ce = TrainingConfig.fromPartial({ loss: 'CE', lr: 0.001 });
  const tce = TrainingConfig.fromPartial({ loss: 'T-CE', lr: 0.001, epsMax: 0, epsN: 100 });
  expect(parametersOf([ce, tce, undefined])).toEqual(['epsMax', 'epsN', 'lr']);
  expect(parametersOf([])).toEqual([]);
});

test('a name of a sweep file is shown as the paper writes it, and one that the paper has not as words', () => {
  expect(['eps_max', 'eps_n', 'beta', 'batch_size'].map(symbolOf)).toEqual([
    'ε_max',
    'ε_N',
    'β',
    'batch size',
  ]);
});
