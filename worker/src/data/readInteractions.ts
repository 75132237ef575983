/** Reads data files into arrays: users, items, flags and times of every row, whatever the format. */
import type { ReadOptions } from './byteSource.js';
import { TIME } from './columns.js';
import { DataError } from './dataError.js';
import type { Row } from './formats/format.js';
import { type FpRule, fpColumn } from './fpRule.js';
import type { GrowableF64, GrowableU8 } from './growable.js';
import type { IdColumn } from './idColumn.js';
import { badLine } from './lines.js';
import type { SourceFile } from './sourceFiles.js';

/** Rows [from, to) of the id columns, flags and times: those of one file. */
export type RowRange = { from: number; to: number; hasFlags: boolean; skipped: number };

/** All rows of all files, in the order they were read; `times` is null when no one needs them. */
export type Rows = { users: IdColumn; items: IdColumn; flags: GrowableU8; times: GrowableF64 | null };

/** Flag of a row whose file has no label column. */
const UNKNOWN = 1;
const MAX_ROWS = 0xffff_ffff;

/**
 * Appends a file's rows.
 * @param columns what the file's format says it has
 * @throws DataError BAD_INPUT with file and line of the first row that is off
 */
export async function readRows(
  file: SourceFile,
  columns: readonly string[],
  rule: FpRule,
  { users, items, flags, times }: Rows,
  options: ReadOptions,
): Promise<RowRange> {
  const from = users.length;
  const ruled = fpColumn(rule);
  const label = ruled !== null && columns.includes(ruled) ? ruled : null;
  if (times !== null && !columns.includes(TIME))
    throw new DataError('BAD_INPUT', `${file.name}: a split by time needs a column ${TIME}`);
  const limit = rule.kind === 'below' ? rule.limit : 1;
  const append = (row: Row) => {
    if (users.length === MAX_ROWS) throw badLine(file.name, row.line, `more than ${MAX_ROWS} interactions`);
    users.push(row.user, file.name, row.line);
    items.push(row.item, file.name, row.line);
    flags.push(label === null ? UNKNOWN : row.label < limit ? 0 : 1);
    times?.push(row.time);
  };
  const wanted = { label, time: times !== null };
  const { skipped } = await file.format.read(file, wanted, append, options);
  const to = users.length;
  if (to === from) throw new DataError('BAD_INPUT', `${file.name}: no interaction in it${left(skipped)}`);
  return { from, to, hasFlags: label !== null, skipped };
}

function left(skipped: number): string {
  return skipped === 0 ? '' : ` (${skipped} records that are none were left out)`;
}
