/** Which column of a table holds what, from its header line. */
import { nearest } from '@adt/proto/nearest';
import { DataError } from './dataError.js';
import type { ColumnPlan } from './formats/delimited.js';
import { LABELS, type Wanted } from './formats/format.js';

const REQUIRED = ['user', 'item'] as const;
export const TIME = 'timestamp';

/**
 * Finds the columns that the import wants in a header.
 * @throws DataError BAD_INPUT: user or item missing, a column twice
 */
export function planColumns(name: string, columns: readonly string[], { label, time }: Wanted): ColumnPlan {
  for (const column of [...REQUIRED, ...LABELS, TIME]) refuseTwice(name, columns, column);
  const [user, item] = REQUIRED.map((column) => requireColumn(name, columns, column)) as [number, number];
  const find = (column: string | null) => {
    const at = column === null ? -1 : columns.indexOf(column);
    return at < 0 ? null : at;
  };
  return { count: columns.length, user, item, label: find(label), time: find(time ? TIME : null) };
}

function requireColumn(name: string, columns: readonly string[], column: string): number {
  const at = columns.indexOf(column);
  if (at >= 0) return at;
  const candidates = columns.filter((given) => given !== 'user' && given !== 'item');
  const guess = nearest(column, candidates);
  const hint = guess === null ? '' : `; is ${shown(guess)} meant? Then rename it to ${column}`;
  throw new DataError(
    'BAD_INPUT',
    `${name}: line 1: the header must name the columns user and item, ${column} is missing (got ${list(columns)})${hint}`,
  );
}

function refuseTwice(name: string, columns: readonly string[], column: string): void {
  if (columns.indexOf(column) !== columns.lastIndexOf(column)) {
    throw new DataError('BAD_INPUT', `${name}: line 1: the header names column ${column} twice`);
  }
}

/**
 * A file may lack flags, and other columns are left alone; but not one that looks like the label column
 * mistyped, for its flags would be lost without a word.
 * @throws DataError BAD_INPUT
 */
export function refuseNearMiss(name: string, columns: readonly string[]): void {
  const known: readonly string[] = [...REQUIRED, ...LABELS];
  for (const column of columns) {
    const meant = known.includes(column) ? null : nearest(column, LABELS);
    if (meant === null) continue;
    throw new DataError(
      'BAD_INPUT',
      `${name}: line 1: unknown column ${shown(column)}, is ${meant} meant? Rename it, or pass --fp none`,
    );
  }
}

function list(columns: readonly string[]): string {
  const more = columns.length > 8 ? ', …' : '';
  return columns.slice(0, 8).map(shown).join(', ') + more;
}

function shown(column: string): string {
  return JSON.stringify(column.length > 40 ? `${column.slice(0, 40)}…` : column);
}
