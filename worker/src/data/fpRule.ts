/** How false positives are told from true ones: a flag of the file's own, a bound on a column, or not at all. */
import { DataError } from './dataError.js';
import type { Label } from './formats/format.js';

export type FpRule =
  /** Column `true_positive`: 1 = true positive, 0 = false positive. */
  | { kind: 'flag' }
  /** A value below `limit` is a false positive. */
  | { kind: 'below'; column: 'rating' | 'dwell'; limit: number }
  | { kind: 'none' };

const BELOW = /^(rating|dwell)\s*<\s*(\d+(?:\.\d+)?)$/;

/** The bounds of Wang et al., WSDM 2021: a rating under 3, a stay under 10 seconds. */
const USUAL: readonly FpRule[] = [
  { kind: 'flag' },
  { kind: 'below', column: 'rating', limit: 3 },
  { kind: 'below', column: 'dwell', limit: 10 },
];

/** @throws DataError BAD_INPUT */
export function parseFpRule(text: string): FpRule {
  if (text === 'flag' || text === 'none') return { kind: text };
  const [, column, limit] = text.trim().match(BELOW) ?? [];
  if (column === undefined) {
    const shown = JSON.stringify(text.slice(0, 80));
    throw new DataError('BAD_INPUT', `--fp: must be rating<N, dwell<N, flag or none (got ${shown})`);
  }
  return { kind: 'below', column: column as 'rating' | 'dwell', limit: Number(limit) };
}

/** As the bundle's header says it: `rating<3`, `flag`, `none`. */
export function formatFpRule(rule: FpRule): string {
  return rule.kind === 'below' ? `${rule.column}<${rule.limit}` : rule.kind;
}

/** The column that the rule reads; null where it reads none. */
export function fpColumn(rule: FpRule): Label | null {
  switch (rule.kind) {
    case 'flag':
      return 'true_positive';
    case 'below':
      return rule.column;
    case 'none':
      return null;
    default:
      return rule satisfies never;
  }
}

/** The rule for files whose owner named none: that of the first column of true_positive, rating, dwell there is. */
export function usualFpRule(columns: readonly string[]): FpRule {
  return USUAL.find((rule) => columns.includes(fpColumn(rule) ?? '')) ?? { kind: 'none' };
}
