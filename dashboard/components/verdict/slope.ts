/** Where the lines of a slope chart run. Pure. */
import { isMaximized } from '@adt/proto/metricGoal';
import { ticksOf } from '../plots/ticks';
import type { SeedRow } from './snapshot';

/** Whether the loss is better than the reference on this seed. */
export function isGain({ loss, reference }: Pick<SeedRow, 'loss' | 'reference'>, metric: string): boolean {
  return isMaximized(metric) ? loss > reference : loss < reference;
}

const LEFT = 62;
const RIGHT = 76;
const TOP = 14;
const BOTTOM = 34;

export type SlopeLine = { row: SeedRow; from: number; to: number };

/** In pixels of the box; larger values stand higher. */
export function slopeGeometry(
  rows: readonly SeedRow[],
  { width, height }: { width: number; height: number },
): { lines: SlopeLine[]; ticks: { y: number; value: number }[]; left: number; right: number } {
  const values = rows.flatMap(({ loss, reference }) => [loss, reference]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const pad = (most - least) * 0.06 || Math.abs(most) * 0.05 || 1;
  const [low, high] = [least - pad, most + pad];
  const y = (value: number) =>
    Math.round((height - BOTTOM - ((value - low) / (high - low)) * (height - TOP - BOTTOM)) * 10) / 10;
  return {
    lines: rows.map((row) => ({ row, from: y(row.reference), to: y(row.loss) })),
    ticks: rows.length === 0 ? [] : ticksOf(low, high, 4).map((value) => ({ y: y(value), value })),
    left: LEFT,
    right: width - RIGHT,
  };
}
