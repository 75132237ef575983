/** The heat map: how strongly a value colours its cell. Pure. */
import type { FieldRange } from '@adt/proto/gen/adt/v1/table';

/** Of the accent in the ground: beyond it, text would fall below the contrast of WCAG AA. */
const STRONGEST = 0.32;
/** Values that span more than this are coloured by their logarithm. */
const LOG_BEYOND = 50;

/** 0 at the least value, 1 at the greatest; null: nothing to tell apart. */
export function heatOf(value: number | string | undefined, range: FieldRange | undefined): number | null {
  const { least, greatest } = range ?? {};
  if (typeof value !== 'number' || least === undefined || greatest === undefined || greatest <= least)
    return null;
  const isLog = least > 0 && greatest / least > LOG_BEYOND;
  const [x, a, b] = [value, least, greatest].map((number) => (isLog ? Math.log(number) : number)) as [
    number,
    number,
    number,
  ];
  return Math.min(1, Math.max(0, (x - a) / (b - a)));
}

/** A background for a share from `heatOf`. */
export function heatColour(share: number): string {
  return `color-mix(in srgb, var(--accent) ${(100 * STRONGEST * share).toFixed(1)}%, transparent)`;
}
