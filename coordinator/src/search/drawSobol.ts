/** Sobol search in one stratum: its first points, none twice. */
import type { Parameter } from './document.js';
import type { Assignment } from './grid.js';
import type { Observation } from './history.js';
import { suggest } from './sampler.js';

/** Up to `wanted` distinct configurations; fewer when the space holds no more. */
export function drawSobol(
  parameters: readonly Parameter[],
  wanted: number,
  samplerSeed: number,
  stratum: readonly string[],
): Assignment[] {
  const history: Observation[] = [];
  while (history.length < wanted) {
    const next = suggest({ method: 'sobol', parameters, samplerSeed, stratum, history });
    if (next === null) break;
    history.push({ assignment: next.assignment, outcome: 'running', score: null, step: null });
  }
  return history.map(({ assignment }) => assignment);
}
