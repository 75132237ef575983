/** Rows of a file whose fields stand in columns: one plan says which, whatever separates them. */

import type { ReadOptions } from '../byteSource.js';
import { readBytes } from '../byteSource.js';
import { badLine } from '../lines.js';
import { type Fields, fieldText, readRecords } from '../records.js';
import {
  type DataFile,
  emptyRow,
  type Format,
  labelOf,
  type Row,
  type Slice,
  setSlice,
  timeOf,
  type Wanted,
} from './format.js';

const QUOTE = 34;

/** Which field of a line holds what. */
export type ColumnPlan = {
  /** Fields a line must have. */
  count: number;
  user: number;
  item: number;
  /** Field of the wanted label; null: this file does not have it. */
  label: number | null;
  time: number | null;
};

export type Layout = {
  plan: ColumnPlan;
  hasHeader: boolean;
  /** null: a tab if the first line has one, else a comma. */
  delimiter: number | null;
  /** Fields that must be empty. */
  empty?: readonly number[];
  /** Said of a line with another number of fields, where "2 fields, 3 expected" would not help. */
  shape?: string;
};

/** Format.read for such a file. */
export async function readDelimited(
  file: DataFile,
  { plan, hasHeader, delimiter, empty = [], shape }: Layout,
  wanted: Wanted,
  onRow: (row: Row) => void,
  options: ReadOptions,
): Promise<{ skipped: number }> {
  const row = emptyRow();
  const value: Slice = { bytes: Buffer.alloc(0), start: 0, end: 0 };
  const take = (fields: Fields) => {
    if (fields.count !== plan.count || empty.some((field) => fields.ends[field] !== fields.starts[field])) {
      throw badLine(file.name, fields.line, shape ?? `${fields.count} fields, ${plan.count} expected`);
    }
    row.line = fields.line;
    setField(row.user, fields, plan.user);
    setField(row.item, fields, plan.item);
    if (plan.label !== null && wanted.label !== null) {
      setField(value, fields, plan.label);
      row.label = labelOf(wanted.label, value, file.name, fields.line);
    }
    if (plan.time !== null && wanted.time) {
      setField(value, fields, plan.time);
      row.time = timeOf(value, file.name, fields.line);
    }
    onRow(row);
  };
  let begun = !hasHeader;
  const onRecord = (fields: Fields) => {
    if (begun) take(fields);
    begun = true;
    return true;
  };
  await readRecords(readBytes(file.path, file.name, options), file.name, onRecord, delimiter);
  return { skipped: 0 };
}

/** The fields of the first line; none when there is none. */
export async function firstRecord(file: DataFile, signal: AbortSignal): Promise<string[]> {
  let texts: string[] = [];
  await readRecords(readBytes(file.path, file.name, { signal }), file.name, (fields) => {
    const count = Math.min(fields.count, fields.starts.length);
    texts = Array.from({ length: count }, (_, field) => fieldText(fields, field));
    return false;
  });
  return texts;
}

/** A format without a header line, whose columns never change. */
export function fixedFormat(id: Format['id'], layout: Omit<Layout, 'hasHeader'>): Format {
  return {
    id,
    ids: 'numbered',
    columns: async () => ['user', 'item', 'rating', 'timestamp'],
    read: (file, wanted, onRow, options) =>
      readDelimited(file, { ...layout, hasHeader: false }, wanted, onRow, options),
  };
}

function setField(slice: Slice, fields: Fields, field: number): void {
  const start = fields.starts[field] as number;
  const end = fields.ends[field] as number;
  const quoted = start > 0 && fields.bytes[start - 1] === QUOTE;
  if (quoted && fields.bytes.subarray(start, end).includes(QUOTE)) {
    const bytes = Buffer.from(fieldText(fields, field));
    setSlice(slice, bytes, 0, bytes.length);
  } else setSlice(slice, fields.bytes, start, end);
}
