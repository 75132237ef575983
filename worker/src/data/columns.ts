/** Which column of a data file holds what: from its header line, or from the authors' fixed layout. */
import { nearest } from '@adt/proto/nearest';
import { DataError } from './dataError.js';
import { type FpRule, fpColumn } from './fpRule.js';

const REQUIRED = ['user', 'item'] as const;
const LABELS = ['true_positive', 'rating', 'dwell'] as const;

/** Columns of `*.train.rating`, `*.valid.rating` and `*.test.negative`, which have no header line. */
export const AUTHORS_COLUMNS: readonly string[] = ['user', 'item', 'true_positive'];

export type ColumnPlan = {
  /** Fields a line must have. */
  count: number;
  user: number;
  item: number;
  /** Field that the rule for false positives reads; null: this file does not have it. */
  label: number | null;
};

/**
 * Finds the columns that the rule needs in a header.
 * @throws DataError BAD_INPUT: user or item missing, a column twice
 */
export function planColumns(name: string, columns: readonly string[], rule: FpRule): ColumnPlan {
  for (const column of [...REQUIRED, ...LABELS]) refuseTwice(name, columns, column);
  const [user, item] = REQUIRED.map((column) => requireColumn(name, columns, column)) as [number, number];
  const labelColumn = fpColumn(rule);
  const label = labelColumn === null ? -1 : columns.indexOf(labelColumn);
  return { count: columns.length, user, item, label: label < 0 ? null : label };
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
