/** Configurations that stand for those a model has yet to suggest. */
import type { Assignment } from './grid.js';
import { namesOf, type PlannedStratum, type SearchPlan } from './plan.js';
import { drawSobol } from './sampler.js';
import { TPE } from './tpe.js';

/** Points that tell what a space costs; more of them only cost time. */
const MOST_POINTS = 256;

/**
 * The stratum's configurations in the order of their ordinals: all that are listed, then Sobol's points, as many as
 * the budget allows or enough to stand for them. The first `knownFirst` of them are what the search begins with.
 */
export function representatives(
  { samplerSeed }: Pick<SearchPlan, 'samplerSeed'>,
  stratum: PlannedStratum,
): readonly Assignment[] {
  const { listed, wanted, parameters } = stratum;
  const unknown = Math.min(wanted - listed.length, MOST_POINTS);
  if (unknown === 0) return listed;
  return [...listed, ...drawSobol(parameters, unknown, samplerSeed, namesOf(stratum))];
}

/** How many configurations of a stratum are known before any has ended. */
export function knownFirst({ listed, wanted }: PlannedStratum): number {
  return listed.length === wanted ? wanted : Math.max(listed.length, Math.min(wanted, TPE.startups));
}
