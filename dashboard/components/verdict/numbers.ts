/** How the numbers of a comparison read: shares with their sign, p values, hours. Pure. */
import type { PairVerdict, Tuning } from '@adt/proto/gen/adt/v1/results';
import { ABSENT, formatMetric } from '../../format/number';

const MINUS = '−';

/** +3.1 %, −0.4 %; absent where the reference is 0. */
export function signedPercent(share: number | undefined): string {
  return share === undefined
    ? ABSENT
    : `${signOf(share)}${Math.abs(100 * share).toFixed(percentDigits(share))} %`;
}

export function signedMetric(value: number | undefined): string {
  return value === undefined ? ABSENT : `${signOf(value)}${formatMetric(Math.abs(value))}`;
}

/** Three decimals, four below 0.01 and where three would not tell on which side of 0.05 it is. */
export function formatP(p: number | undefined): string {
  if (p === undefined) return ABSENT;
  if (p < 0.0001) return '< 0.0001';
  if (p >= 0.9995) return '1';
  return p.toFixed(p < 0.01 || Math.abs(p - 0.05) < 0.001 ? 4 : 3);
}

export function formatHours({ gpuHours, cpuHours }: Tuning): string {
  const parts = [
    ...(gpuHours > 0 ? [`${hours(gpuHours)} GPU-h`] : []),
    ...(cpuHours > 0 || gpuHours === 0 ? [`${hours(cpuHours)} CPU-h`] : []),
  ];
  return parts.join(' + ');
}

/** Of the difference in %, whichever end is further out; 0 where there is none. */
export function reachOf({ difference }: Pick<PairVerdict, 'difference'>): number {
  const { relative = 0, relativeInterval } = difference ?? {};
  const { low = relative, high = relative } = relativeInterval ?? {};
  return Math.max(Math.abs(low), Math.abs(high), Math.abs(relative));
}

function signOf(value: number): string {
  return value < 0 ? MINUS : '+';
}

function percentDigits(share: number): number {
  return Math.abs(share) < 0.001 ? 2 : 1;
}

function hours(value: number): string {
  return value < 0.01 ? '< 0.01' : value.toFixed(2);
}
