/**
 * A domain laid out on [0, 1] so that its prior is uniform there: a log range by its logarithm, a discrete value as
 * the cell of numbers that give it, as wide as it is probable. Lists are ordered by value: all our hyper-parameters
 * are numbers, and what is learned of 16 factors says something of 32.
 */
import type { Choice, Domain, Range } from './document.js';
import { domainSize } from './grid.js';
import { logEnds, pick } from './random.js';

export type Axis = {
  /** The value at u in [0, 1). */
  valueAt(u: number): number;
  /** The middle of a value's cell, or of a continuous value itself; NaN for what the domain does not list. */
  position(value: number): number;
  /** The cells' ends, ascending from 0 to 1; null where values are continuous, or as good as. */
  edges: Float64Array | null;
};

/** With more values, what a kernel gives a cell is its density there times the cell's width, to a fraction of 1 %. */
const MOST_CELLS = 64;

/** null where there is nothing to choose. */
export function axisOf(domain: Domain): Axis | null {
  if (domainSize(domain) === 1) return null;
  return domain.kind === 'choice' ? choiceAxis(domain) : rangeAxis(domain);
}

function choiceAxis({ values, probabilities }: Choice): Axis {
  const cells = values
    .map((value, index) => ({ value, share: probabilities?.[index] ?? 1 / values.length }))
    .sort((a, b) => a.value - b.value);
  const edges = new Float64Array(cells.length + 1);
  cells.forEach(({ share }, index) => {
    edges[index + 1] = (edges[index] as number) + share;
  });
  edges[cells.length] = 1;
  return {
    valueAt: (u) => (cells[cellAt(edges, u)] as { value: number }).value,
    position(value) {
      const index = cells.findIndex((cell) => cell.value === value);
      return index === -1 ? Number.NaN : ((edges[index] as number) + (edges[index + 1] as number)) / 2;
    },
    edges: cells.length <= MOST_CELLS ? edges : null,
  };
}

function rangeAxis(range: Range): Axis {
  const size = domainSize(range);
  const valueAt = (u: number) => pick(range, u);
  if (range.scale === 'log') {
    const [from, to] = logEnds(range);
    const place = (value: number) => clamp((Math.log(value) - from) / (to - from));
    if (!range.integer) return { valueAt, position: place, edges: null };
    const below = (value: number) => (value <= range.low ? 0 : place(value - 0.5));
    const position = (value: number) => (below(value) + (value >= range.high ? 1 : place(value + 0.5))) / 2;
    const edges =
      size <= MOST_CELLS ? Float64Array.from({ length: size + 1 }, (_, i) => below(range.low + i)) : null;
    if (edges !== null) edges[size] = 1;
    return { valueAt, position, edges };
  }
  if (!Number.isFinite(size)) {
    const position = (value: number) => clamp((value - range.low) / (range.high - range.low));
    return { valueAt, position, edges: null };
  }
  const step = range.step ?? 1;
  return {
    valueAt,
    position: (value) => clamp((Math.round((value - range.low) / step) + 0.5) / size),
    edges: size <= MOST_CELLS ? Float64Array.from({ length: size + 1 }, (_, i) => i / size) : null,
  };
}

/** Which cell holds u. */
export function cellAt(edges: Float64Array, u: number): number {
  let [low, high] = [0, edges.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (u < (edges[middle] as number)) high = middle - 1;
    else low = middle;
  }
  return low;
}

function clamp(u: number): number {
  return Math.min(Math.max(u, 0), 1);
}
