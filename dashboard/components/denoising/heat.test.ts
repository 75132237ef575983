/** The grid of a heat-map. */
import type { SensitivityCell } from '@adt/proto/gen/adt/v1/results';
import { expect, test } from 'vitest';
import { gridOf, heatOf, shadeOf } from './heat';

function cell(epsMax: number, epsN: number, mean: number): SensitivityCell {
  return { epsMax, epsN, spread: { mean, n: 1 }, configHash: '', among: 1 };
}

const cells = [cell(0.2, 1000, 0.3), cell(0.1, 1000, 0.1), cell(0.2, 500, 0.2)];

test('rows and columns ascend, and what nobody ran is a hole', () => {
  const grid = gridOf(cells);
  expect([grid.epsMax, grid.epsN]).toEqual([
    [0.1, 0.2],
    [500, 1000],
  ]);
  expect(grid.cells.map((row) => row.map((one) => one?.spread?.mean ?? null))).toEqual([
    [null, 0.1],
    [0.2, 0.3],
  ]);
});

test('the best cell is warmest, the worst coldest, and a single one warm', () => {
  const heat = heatOf(cells);
  expect(cells.map(heat)).toEqual([1, 0, expect.closeTo(0.5)]);
  expect(heatOf([cell(0.1, 1, 5)])(cell(0.1, 1, 5))).toBe(1);
  expect([shadeOf(0), shadeOf(1)]).toEqual([6, 50]);
});
