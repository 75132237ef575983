/** Importance of one parameter in one stratum: how far its best values lie from all that were tried. */
import type { Parameter } from '../document.js';
import { domainSize } from '../grid.js';
import { keyOf, uniform } from '../philox.js';
import { type Cells, cellsOf } from './cells.js';
import { parzenDensity, pearsonDivergence } from './parzen.js';

/** γ' of the paper: what counts as good. */
export const TOP_SHARE = 0.1;

/** Fewer in the top and its density says more of chance than of the parameter (Optuna's advice for this method). */
export const MIN_TOP = 5;

/** Configurations with the parameter active; below it the top would be more than a half of them. */
export const MIN_CONFIGURATIONS = 2 * MIN_TOP;

/** Tops drawn at random to learn what chance alone reaches. The noise's own error is a sixth of its spread. */
const NULL_DRAWS = 32;

/** What became of one value of the parameter, and how good that was; larger is better. */
export type Rated = { value: number; score: number };

export type Divergence = {
  /** D(top ‖ all), the paper's importance without the factor that all parameters share; 0 or more. */
  raw: number;
  /** What `raw` is on average for a parameter that does not matter, on the same values. */
  noise: number;
  /** Configurations with the parameter active, and those of them in the top. */
  configurations: number;
  top: number;
};

/** null: fewer configurations than MIN_CONFIGURATIONS. 'single': never active, or no two values to tell apart. */
export function divergenceOf(
  { name, domain }: Pick<Parameter, 'name' | 'domain'>,
  rated: readonly Rated[],
): Divergence | 'single' | null {
  const cells = cellsOf(domain);
  const placed = rated.flatMap(({ value, score }) => {
    const cell = cells.cellOf(value);
    return cell === null ? [] : [{ cell, value, score }];
  });
  if (domainSize(domain) === 1 || placed.length === 0) return 'single';
  if (placed.length < MIN_CONFIGURATIONS) return null;
  if (new Set(placed.map(({ value }) => value)).size === 1) return 'single';
  const all = parzenDensity(countsOf(cells, placed), cells.ordered);
  const best = bestOf(placed);
  return {
    raw: divergence(cells, best, all),
    noise: noiseOf(name, cells, placed, best.length, all),
    configurations: placed.length,
    top: best.length,
  };
}

type Placed = { cell: number; score: number };

/** The best tenth, at least MIN_TOP; equals of the last one belong to it, so that the order of the list has no say. */
function bestOf(placed: readonly Placed[]): Placed[] {
  const wanted = Math.max(Math.ceil(TOP_SHARE * placed.length), MIN_TOP);
  const descending = placed.map(({ score }) => score).sort((a, b) => b - a);
  const worst = descending[wanted - 1] ?? Number.NEGATIVE_INFINITY;
  return placed.filter(({ score }) => score >= worst);
}

function divergence(cells: Cells, best: readonly Placed[], all: Float64Array): number {
  return pearsonDivergence(parzenDensity(countsOf(cells, best), cells.ordered), all);
}

function countsOf({ count }: Cells, placed: readonly Placed[]): Float64Array {
  const counts = new Float64Array(count);
  for (const { cell } of placed) counts[cell] = (counts[cell] ?? 0) + 1;
  return counts;
}

/** Mean divergence of tops picked by lot: a function of the values and the parameter's name alone. */
function noiseOf(
  name: string,
  cells: Cells,
  placed: readonly Placed[],
  top: number,
  all: Float64Array,
): number {
  const key = keyOf('importance', name);
  // By value, not as listed: the lot must not depend on the order that trials came in.
  const pool = [...placed].sort((a, b) => a.cell - b.cell);
  let sum = 0;
  for (let draw = 0; draw < NULL_DRAWS; draw++) {
    for (let index = 0; index < top; index++) {
      const other = index + Math.floor(uniform([index, draw, 0, 0], key) * (pool.length - index));
      [pool[index], pool[other]] = [pool[other] as Placed, pool[index] as Placed];
    }
    sum += divergence(cells, pool.slice(0, top), all);
  }
  return sum / NULL_DRAWS;
}
