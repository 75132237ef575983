/** Curves that outgrow a plot. */
import { describe, expect, test } from 'vitest';
import { thinned } from './thinned';

const line = (values: (number | null)[]) => ({ steps: values.map((_, at) => 10 * at), values });

describe('thinned', () => {
  test('leaves a line alone that fits', () => {
    const short = line([1, 2, 3]);
    expect(thinned(short, 6)).toBe(short);
  });

  test('keeps both ends and every extreme, in order, in about half of the room', () => {
    const values = Array.from({ length: 1_001 }, (_, at) => (at === 333 ? 99 : at === 700 ? -99 : at % 10));
    const { steps, values: kept } = thinned(line(values), 1_000);
    expect(steps.length).toBeLessThanOrEqual(500);
    expect([steps[0], steps.at(-1)]).toEqual([0, 10_000]);
    expect(kept[steps.indexOf(3_330)]).toBe(99);
    expect(kept[steps.indexOf(7_000)]).toBe(-99);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    for (const [at, step] of steps.entries()) expect(kept[at]).toBe(values[step / 10]);
  });

  test('keeps a hole visible', () => {
    const values = Array.from({ length: 100 }, (_, at) => (at >= 20 && at < 80 ? null : 1));
    expect(thinned(line(values), 20).values).toContain(null);
  });
});
