/** Curves as they are exported. */
import { describe, expect, test } from 'vitest';
import { ITERATIONS } from './axis';
import { curvesDrawing } from './curvesDrawing';
import type { PlotSeries } from './series';

const colourOf = (variable: string) => `col(${variable})`;

function draw(fields: Partial<PlotSeries>, range: { from: number; to: number } | null = null) {
  const curve: PlotSeries = {
    key: 'a',
    label: 'a',
    colour: '--loss-ce',
    steps: [0, 10, 20],
    values: [0, 1, 2],
    ...fields,
  };
  return curvesDrawing({ series: [curve], axis: ITERATIONS, range, colourOf, width: 166, height: 148 });
}

function pathIn(drawing: ReturnType<typeof draw>): string | undefined {
  return /<path d="([^"]*)"/.exec(drawing?.svg ?? '')?.[1];
}

describe('curvesDrawing', () => {
  test('draws a line through the points, in the colour of the token', () => {
    const drawing = draw({});
    expect(pathIn(drawing)).toMatch(/^M56 \S+L106 \S+L156 \S+$/);
    expect(drawing?.svg).toContain('stroke="col(--loss-ce)"');
  });

  test('breaks the line where a value was not finite', () => {
    expect(pathIn(draw({ values: [0, null, 2] }))).toMatch(/^M\S+ \S+M\S+ \S+$/);
  });

  test('holds a stepped value until the next one', () => {
    expect(pathIn(draw({ stepped: true }))).toMatch(/^M56 \S+H106V\S+H156V\S+$/);
  });

  test('keeps to the part of the axis that is looked at', () => {
    expect(pathIn(draw({}, { from: 10, to: 20 }))).toMatch(/^M56 \S+L156 \S+$/);
  });

  test('is nothing without a finite point', () => {
    expect(draw({ values: [null, null, null] })).toBeNull();
  });
});
