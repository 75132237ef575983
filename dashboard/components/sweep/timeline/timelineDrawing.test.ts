/** The timeline as it is exported. */
import { expect, test } from 'vitest';
import { timelineOf } from './lanes';
import { timelineDrawing, timeTicks } from './timelineDrawing';

const attempt = (number: number, outcome: string, startedMs: number, endedMs: number) => ({
  ...{ trialId: number, number, loss: 'R-CE', epoch: 1, workerId: 'a<b', startedMs, endedMs, outcome },
});

function timeline(toMs: number) {
  const line = timelineOf([attempt(1, 'SUCCEEDED', 0, toMs / 2), attempt(2, 'LOST', toMs / 2, toMs)], toMs);
  if (line === null) throw new Error('no timeline');
  return line;
}

test('what gave no result is hollow, in the colour of its loss', () => {
  const { svg } = timelineDrawing(timeline(10_000), (variable) => `col(${variable})`, String);
  expect(svg.match(/fill="col\(--loss-rce\)"/g)).toHaveLength(1);
  expect(svg.match(/fill="none" stroke="col\(--loss-rce\)"/g)).toHaveLength(1);
  expect(svg).toContain('a&lt;b');
});

test('ticks lie on round seconds, minutes or hours', () => {
  expect(timeTicks(timeline(10_000), 5)).toEqual([0, 2_000, 4_000, 6_000, 8_000, 10_000]);
  expect(timeTicks(timeline(600_000), 5)).toEqual([0, 120_000, 240_000, 360_000, 480_000, 600_000]);
  expect(timeTicks(timeline(5 * 3_600_000), 5)).toEqual([0, 1, 2, 3, 4, 5].map((hours) => hours * 3_600_000));
});
