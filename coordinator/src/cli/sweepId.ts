/** The argument that names a sweep. */
import { UsageError } from './failure.js';

/** The largest id of Postgres' serial. */
const MAX_ID = 2_147_483_647;

/** A parser for commander's `.argument()`. @throws UsageError for anything but a sweep's number */
export function sweepId(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text) && Number(text) <= MAX_ID) return Number(text);
  throw new UsageError(`sweep: must be a number as adt sweep ls shows it (got ${JSON.stringify(text)})`);
}
