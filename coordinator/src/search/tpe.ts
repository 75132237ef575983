/**
 * Tree-structured Parzen estimator: two densities over the configurations, of the good ones and of the others; what
 * is tried next is likely under the first and unlikely under the second (Bergstra et al., NeurIPS 2011). Multivariate
 * and over the conditional space as a whole, see parzen.ts.
 */
import { type Axis, axisOf } from './axis.js';
import type { Parameter } from './document.js';
import { type Assignment, isActive, valueAt } from './grid.js';
import type { Observation, Suggestion } from './history.js';
import { isScored, splitByScore } from './history.js';
import { truncatedNormal } from './normal.js';
import { fitParzen, type Parzen } from './parzen.js';
import { type Key, philox, uniform } from './philox.js';
import type { Taken } from './taken.js';

/** Counts and shares as in Optuna and, but for the widths, as its users know them. */
export const TPE = {
  /** Results that must be in before they are modelled. */
  startups: 10,
  candidates: 24,
  goodShare: 0.1,
  mostGood: 25,
  priorWeight: 1,
  /** Of the bad ones that have a result, evenly over their order: 10,000 kernels take 34 ms, 1,000 take 6. */
  mostBad: 1000,
  /** Standard deviation of a single kernel, of [0, 1]; it falls with their number as Scott's rule has it. */
  width: 0.1,
  /** Watanabe 2023: below this a density only repeats its observations. */
  leastWidth: 0.03,
} as const;

/** A parameter and where its values lie; null where it has one value. */
type Dimension = { parameter: Parameter; axis: Axis | null };

/** @returns null when every candidate came before */
export function suggestTpe(params: {
  parameters: readonly Parameter[];
  history: readonly Observation[];
  key: Key;
  taken: Taken;
}): Suggestion | null {
  const { parameters, history, key, taken } = params;
  const space = parameters.map((parameter) => ({ parameter, axis: axisOf(parameter.domain) }));
  const scored = history.filter(isScored);
  const goods = Math.min(Math.ceil(TPE.goodShare * scored.length), TPE.mostGood);
  const { best: good, rest } = splitByScore(scored, goods);
  const running = history.filter(({ outcome }) => outcome === 'running');
  const likely = fit(space, good);
  // The constant liar: what runs counts as bad, so that nothing else is tried beside it before its result is in.
  const unlikely = fit(space, [...thinned(rest, TPE.mostBad), ...running]);
  let choice: { assignment: Assignment; ratio: number } | null = null;
  for (let candidate = 0; candidate < TPE.candidates; candidate++) {
    const assignment = drawCandidate({ space, likely, key, ordinal: history.length, candidate });
    if (taken.has(assignment)) continue;
    const point = pointOf(space, assignment);
    const ratio = likely.density(point) / unlikely.density(point);
    if (choice === null || ratio > choice.ratio) choice = { assignment, ratio };
  }
  if (choice === null) return null;
  const improvement = expectedImprovement(choice.ratio, goods / scored.length).toPrecision(2);
  const seen = `${goods} good of ${scored.length}${running.length > 0 ? `, ${running.length} running` : ''}`;
  const reason = `TPE: best of ${TPE.candidates} candidates, expected improvement ${improvement}x, ${seen}`;
  return { assignment: choice.assignment, reason };
}

function thinned<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, index) => items[Math.floor((index * items.length) / most)] as Item);
}

/** Over that of a configuration drawn from the prior: Bergstra et al., equation 16, where that one's ratio is 1. */
function expectedImprovement(ratio: number, goodShare: number): number {
  return 1 / (goodShare + (1 - goodShare) / ratio);
}

function fit(space: readonly Dimension[], observations: readonly Observation[]): Parzen {
  const axes = space.flatMap(({ axis }) => axis ?? []);
  return fitParzen({
    axes,
    points: observations.map(({ assignment }) => pointOf(space, assignment)),
    widthOf: (kernels) =>
      Math.max(TPE.width * Math.max(kernels, 1) ** (-1 / (axes.length + 4)), TPE.leastWidth),
    priorWeight: TPE.priorWeight,
  });
}

/** Positions along the axes, NaN for what is not active. */
function pointOf(space: readonly Dimension[], assignment: Assignment): Float64Array {
  const point = new Float64Array(space.length);
  let count = 0;
  for (const { parameter, axis } of space) {
    if (axis === null) continue;
    const value = assignment[parameter.name];
    point[count++] = value === undefined ? Number.NaN : axis.position(value);
  }
  return point.subarray(0, count);
}

/** One configuration from the density of the good ones: around one of them, or from the prior. Parents come first. */
function drawCandidate(params: {
  space: readonly Dimension[];
  likely: Parzen;
  key: Key;
  ordinal: number;
  candidate: number;
}): Assignment {
  const { space, likely, key, ordinal, candidate } = params;
  const kernel = likely.kernelAt(uniform([ordinal, candidate, 0, 0], key));
  const chosen: Assignment = {};
  let axes = 0;
  space.forEach(({ parameter, axis }, place) => {
    const along = axis === null ? 0 : axes++;
    if (!isActive(parameter, chosen)) return;
    const draw = (attempt: number) => philox([ordinal, candidate, place + 1, attempt], key);
    chosen[parameter.name] =
      axis === null ? valueAt(parameter.domain, 0) : axis.valueAt(drawAlong(likely, kernel, along, draw));
  });
  return chosen;
}

/** A number in [0, 1) around the kernel, uniform where it is the prior. */
function drawAlong(
  { widths }: Parzen,
  kernel: Float64Array | null,
  axis: number,
  draw: Parameters<typeof truncatedNormal>[2],
): number {
  const centre = kernel?.[axis] ?? Number.NaN;
  if (Number.isNaN(centre)) return draw(0)[0] / 2 ** 32;
  return truncatedNormal(centre, widths[axis] as number, draw);
}
