/** Numbers and dates out of bytes, without a string for the usual ones. */

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2}):(\d{2}))?$/;
const ZERO = 48;
const POINT = 46;

/** The number that bytes[start .. end) spell; NaN where they spell none, or none that is finite. */
export function readDecimal(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  let scale = 0;
  if (end - start > 15 || end === start) return readOddDecimal(bytes, start, end);
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === POINT && scale === 0 && at > start) scale = 1;
    else if (byte >= ZERO && byte <= ZERO + 9) {
      value = value * 10 + byte - ZERO;
      scale *= 10;
    } else return readOddDecimal(bytes, start, end);
  }
  // Both are integers below 10^15, so the quotient is the double nearest to the decimal.
  return scale > 1 ? value / scale : value;
}

/**
 * Seconds since 1970 that bytes[start .. end) spell as a number or as 2019-07-01 12:30:00 (or its date alone), the
 * latter taken as UTC; NaN where they spell neither.
 */
export function readTime(bytes: Buffer, start: number, end: number): number {
  const value = readDecimal(bytes, start, end);
  if (!Number.isNaN(value)) return value;
  const [, ...fields] = bytes.toString('latin1', start, end).match(DATE) ?? [];
  if (fields.length === 0) return Number.NaN;
  const [year, month, day, hour, minute, second] = fields.map((field) => Number(field ?? 0)) as Six;
  const valid = month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
  if (!valid || hour > 23 || minute > 59 || second > 60) return Number.NaN;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

type Six = [number, number, number, number, number, number];

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function readOddDecimal(bytes: Buffer, start: number, end: number): number {
  const text = bytes.toString('latin1', start, end);
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}
