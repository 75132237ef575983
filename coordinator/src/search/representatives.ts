/** Configurations that stand for those a model has yet to suggest. */
import type { Assignment } from './grid.js';
import { namesOf, type PlannedStratum, type SearchPlan } from './plan.js';
import { drawSobol } from './sampler.js';
import { TPE } from './tpe.js';

/** Points that tell what a space costs; more of them only cost time. */
const MOST_POINTS = 256;

/**
 * The stratum's configurations in the order of their ordinals: all that are listed; else Sobol's points, as many as
 * the budget allows or enough to stand for them. The first `knownFirst` of them are what the search begins with.
 */
export function representatives(
  { samplerSeed }: Pick<SearchPlan, 'samplerSeed'>,
  stratum: PlannedStratum,
): readonly Assignment[] {
  const { listed, wanted, parameters } = stratum;
  return listed ?? drawSobol(parameters, Math.min(wanted, MOST_POINTS), samplerSeed, namesOf(stratum));
}

/** How many configurations of a stratum are known before any has ended. */
export function knownFirst({ listed, wanted }: PlannedStratum): number {
  return listed?.length ?? Math.min(wanted, TPE.startups);
}
