/** Numbers as people read them: the same on the server and in the browser, so fixed to one locale. */

/** What stands for an absent value. */
export const ABSENT = '—';

const count = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function formatCount(value: number): string {
  return count.format(value);
}

/** A metric to four decimals, the precision at which runs differ; losses may be large. */
export function formatMetric(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return ABSENT;
  return Math.abs(value) >= 1000 ? value.toPrecision(6) : value.toFixed(4);
}

/** A hyper-parameter: short, no rounding that would merge two configurations. */
export function formatParameter(value: number | undefined): string {
  if (value === undefined) return ABSENT;
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e7))
    return trimmed(value.toExponential(3));
  return Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(5)));
}

export function formatPercent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${UNITS[power]}`;
}

function trimmed(exponential: string): string {
  return exponential.replace(/\.?0+e/, 'e').replace('e+', 'e');
}
