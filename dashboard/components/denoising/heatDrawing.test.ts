/** The heat-map as it is exported. */
import type { SensitivityCell } from '@adt/proto/gen/adt/v1/results';
import { expect, test } from 'vitest';
import { gridOf } from './heat';
import { heatDrawing } from './heatDrawing';

const cell = (epsMax: number, epsN: number, mean: number): SensitivityCell => ({
  ...{ epsMax, epsN, spread: { mean, n: 1 }, configHash: '', among: 1 },
});

test('every cell has its number, a hole a dash, and the best the deepest ground', () => {
  const cells = [cell(0.1, 50, 0.25), cell(0.2, 100, 0.5)];
  const drawing = heatDrawing(gridOf(cells), cells, (variable) => variable);
  const texts = [...(drawing?.svg.matchAll(/>([^<]+)<\/text>/g) ?? [])].map(([, text]) => text);
  expect(texts).toEqual(['50', '100', '0.1', '0.2500', '–', '0.2', '–', '0.5000']);
  const shades = [...(drawing?.svg.matchAll(/fill-opacity="([\d.]+)"/g) ?? [])].map(([, shade]) =>
    Number(shade),
  );
  expect(shades).toEqual([0.06, 0, 0, 0.5]);
});

test('there is nothing to draw without a cell', () => {
  expect(heatDrawing(gridOf([]), [], (variable) => variable)).toBeNull();
});
