/** Reads data files into arrays: users, items and flags of every row, validated line by line. */
import { readBytes } from './byteSource.js';
import { AUTHORS_COLUMNS, type ColumnPlan, planColumns } from './columns.js';
import { DataError } from './dataError.js';
import type { FpRule } from './fpRule.js';
import type { GrowableU8 } from './growable.js';
import type { IdColumn } from './idColumn.js';
import { badLine, type Fields, fieldText, readRecords } from './records.js';
import type { SourceFile } from './sourceFiles.js';

/** Rows [from, to) of the id columns and flags: those of one file. */
export type RowRange = { from: number; to: number; hasFlags: boolean };

/** All rows of all files, in the order they were read. */
export type Rows = { users: IdColumn; items: IdColumn; flags: GrowableU8 };

export type ReadOptions = { signal: AbortSignal; onRead?: (bytes: number) => void };

/** Flag of a row whose file has no label column. */
const UNKNOWN = 1;
const MAX_ROWS = 0xffff_ffff;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * Names of the columns, from the header line where the file has one.
 * @throws DataError BAD_INPUT
 */
export async function readHeader(file: SourceFile, signal: AbortSignal): Promise<readonly string[]> {
  if (!file.hasHeader) return AUTHORS_COLUMNS;
  let columns: string[] | null = null;
  await readRecords(readBytes(file.path, file.name, { signal }), file.name, (fields) => {
    columns = headerOf(fields);
    return false;
  });
  if (columns === null) throw new DataError('BAD_INPUT', `${file.name}: there is no line in it`);
  return columns;
}

/**
 * Appends a file's rows.
 * @throws DataError BAD_INPUT with file and line of the first row that is off
 */
export async function readRows(
  file: SourceFile,
  rule: FpRule,
  rows: Rows,
  options: ReadOptions,
): Promise<RowRange> {
  const from = rows.users.length;
  let plan: ColumnPlan | null = file.hasHeader ? null : await planWithoutHeader(file, options.signal);
  if (rule.kind === 'none' && plan !== null) plan.label = null;
  const hasFlags = () => plan !== null && plan.label !== null;
  const place = { name: file.name, line: 0 };
  await readRecords(readBytes(file.path, file.name, options), file.name, (fields) => {
    if (plan === null) plan = planColumns(file.name, headerOf(fields), rule);
    else appendRow(fields, plan, rule, rows, place);
    return true;
  });
  const to = rows.users.length;
  if (to === from) throw new DataError('BAD_INPUT', `${file.name}: no interaction in it`);
  return { from, to, hasFlags: hasFlags() };
}

function appendRow(
  fields: Fields,
  plan: ColumnPlan,
  rule: FpRule,
  { users, items, flags }: Rows,
  place: { name: string; line: number },
): void {
  place.line = fields.line;
  if (fields.count !== plan.count) {
    throw badLine(place.name, place.line, `${fields.count} fields, ${plan.count} expected`);
  }
  if (users.length === MAX_ROWS) throw badLine(place.name, place.line, `more than ${MAX_ROWS} interactions`);
  const { bytes, starts, ends } = fields;
  const push = (column: IdColumn, field: number) =>
    column.push(bytes, starts[field] as number, ends[field] as number, place, () => fieldText(fields, field));
  push(users, plan.user);
  push(items, plan.item);
  flags.push(plan.label === null ? UNKNOWN : readFlag(fields, plan.label, rule, place));
}

/** @returns 1 for a true positive, 0 for a false one */
function readFlag(fields: Fields, field: number, rule: FpRule, place: { name: string; line: number }): 0 | 1 {
  const start = fields.starts[field] as number;
  const single = fields.ends[field] === start + 1 ? (fields.bytes[start] as number) - 48 : -1;
  if (rule.kind === 'below') {
    const value = single >= 0 && single <= 9 ? single : readNumber(fields, field, rule.column, place);
    return value < rule.limit ? 0 : 1;
  }
  if (single === 0 || single === 1) return single;
  const shown = JSON.stringify(fieldText(fields, field).slice(0, 40));
  throw badLine(place.name, place.line, `true_positive must be 0 or 1 (got ${shown})`);
}

function readNumber(
  fields: Fields,
  field: number,
  column: string,
  place: { name: string; line: number },
): number {
  const text = fieldText(fields, field);
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw badLine(place.name, place.line, `${column} ${JSON.stringify(text.slice(0, 40))} is not a number`);
}

/** The authors' files have a third column, the flag, or leave it out on every line. */
async function planWithoutHeader(file: SourceFile, signal: AbortSignal): Promise<ColumnPlan> {
  let count = 0;
  await readRecords(readBytes(file.path, file.name, { signal }), file.name, (fields) => {
    count = fields.count;
    return false;
  });
  if (count !== 2 && count !== 3) {
    throw badLine(file.name, 1, `${count} fields; in this layout a line is user, item, flag`);
  }
  return { count, user: 0, item: 1, label: count === 3 ? 2 : null };
}

function headerOf(fields: Fields): string[] {
  const count = Math.min(fields.count, fields.starts.length);
  return Array.from({ length: count }, (_, field) => fieldText(fields, field));
}
