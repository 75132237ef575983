/** A domain cut into cells, so that a density over it is a short vector. */
import type { Domain, Range } from '../document.js';
import { domainSize } from '../grid.js';

/** Cells of a continuous range, as many as Optuna's PedAnovaImportanceEvaluator takes. */
const MAX_CELLS = 50;

export type Cells = {
  count: number;
  /** Whether neighbouring cells are alike: true of ranges, false of listed values. */
  ordered: boolean;
  /** Cell of a value, from 0; null for a value that the domain does not hold. */
  cellOf(value: number): number | null;
};

/**
 * Ranges are cut evenly on their own scale, lists into their values. A whole-number log range gets about one cell a
 * doubling: its small values lie further apart than an even cut would have them.
 */
export function cellsOf(domain: Domain): Cells {
  if (domain.kind === 'choice') {
    const index = new Map(domain.values.map((value, at) => [value, at]));
    return { count: index.size, ordered: false, cellOf: (value) => index.get(value) ?? null };
  }
  const scaled = domain.scale === 'log' ? Math.log : (value: number) => value;
  const [low, high] = [scaled(domain.low), scaled(domain.high)];
  const count = cellCount(domain);
  const cellOf = (value: number) => {
    if (!(value >= domain.low && value <= domain.high)) return null;
    return Math.round(((scaled(value) - low) / (high - low)) * (count - 1));
  };
  return { count, ordered: true, cellOf };
}

function cellCount(range: Range): number {
  if (range.scale === 'log' && range.integer)
    return Math.min(Math.ceil(Math.log2(range.high - range.low + 1)) + 1, MAX_CELLS);
  return Math.min(domainSize(range), MAX_CELLS);
}
