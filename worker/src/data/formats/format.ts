/** What every kind of source offers the import: its columns, and its rows one by one. */
import type { ReadOptions } from '../byteSource.js';
import { badLine } from '../lines.js';
import { readDecimal, readTime } from '../numberText.js';

export const FORMATS = [
  'table',
  'authors',
  'movielens-udata',
  'movielens-dat',
  'movielens-csv',
  'amazon-reviews',
  'amazon-ratings',
  'yelp',
  'adressa',
  'adressa-url',
] as const;
export type FormatId = (typeof FORMATS)[number];

/** Columns that tell false positives, or when an interaction was. */
export const LABELS = ['true_positive', 'rating', 'dwell'] as const;
export type Label = (typeof LABELS)[number];

/** What the import needs of each row beside user and item; the rest need not even be well formed. */
export type Wanted = { label: Label | null; time: boolean };

/** bytes[start .. end) */
export type Slice = { bytes: Buffer; start: number; end: number };

/** The row at hand. It is the same object each time, and its bytes change: take what you need before you return. */
export type Row = {
  /** Number of its line in the file, from 1. */
  line: number;
  user: Slice;
  item: Slice;
  /** true_positive (0 or 1), rating, or dwell in seconds; NaN where no label is wanted. */
  label: number;
  /** Seconds since 1970, or whatever unit the file has; NaN where no time is wanted. */
  time: number;
};

/** A file to read: `name` is what messages call it. */
export type DataFile = { name: string; path: string };

export type Format = {
  id: FormatId;
  /** `kept`: integers stay what they are; `strict`: nothing but integers; `numbered`: by first appearance. */
  ids: 'kept' | 'strict' | 'numbered';
  /** Names of the columns: user, item, the labels there are, timestamp; a table has its own ones besides. */
  columns(file: DataFile, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * Calls `onRow` for each row of the file, in its order.
   * @returns records that are no interaction and were left out, as the format's file says
   * @throws DataError BAD_INPUT with the line
   */
  read(
    file: DataFile,
    wanted: Wanted,
    onRow: (row: Row) => void,
    options: ReadOptions,
  ): Promise<{ skipped: number }>;
};

export function emptyRow(): Row {
  const slice = () => ({ bytes: Buffer.alloc(0), start: 0, end: 0 });
  return { line: 0, user: slice(), item: slice(), label: Number.NaN, time: Number.NaN };
}

export function setSlice(slice: Slice, bytes: Buffer, start: number, end: number): void {
  slice.bytes = bytes;
  slice.start = start;
  slice.end = end;
}

/** @throws DataError BAD_INPUT: bytes[start .. end) is no number, or for true_positive neither 0 nor 1 */
export function labelOf(label: Label, { bytes, start, end }: Slice, name: string, line: number): number {
  const single = end === start + 1 ? (bytes[start] as number) - 48 : -1;
  if (label === 'true_positive') {
    if (single === 0 || single === 1) return single;
    throw badLine(name, line, `true_positive must be 0 or 1 (got ${shown(bytes, start, end)})`);
  }
  if (single >= 0 && single <= 9) return single;
  const value = readDecimal(bytes, start, end);
  if (Number.isNaN(value)) throw badLine(name, line, `${label} ${shown(bytes, start, end)} is not a number`);
  return value;
}

/** @throws DataError BAD_INPUT: bytes[start .. end) is no time */
export function timeOf({ bytes, start, end }: Slice, name: string, line: number): number {
  const value = readTime(bytes, start, end);
  if (!Number.isNaN(value)) return value;
  const reason = `timestamp ${shown(bytes, start, end)} is neither a number nor a date such as 2019-07-01 12:30:00`;
  throw badLine(name, line, reason);
}

/** As messages quote a value of a file. */
export function shown(bytes: Buffer, start: number, end: number): string {
  return JSON.stringify(bytes.toString('utf8', start, end).slice(0, 40));
}
