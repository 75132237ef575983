/** What samplers and pruners may know of a stratum, and what they answer. */
import type { Assignment } from './grid.js';

/**
 * One configuration of a stratum, in the order of suggestion. Scores are oriented: larger is better, whatever the
 * sweep's goal.
 */
export type Observation = {
  assignment: Assignment;
  /** pruned: at least one of its trainings was stopped early. failed: it has no score and tells nothing. */
  outcome: 'running' | 'done' | 'pruned' | 'failed';
  /** done: mean of the objective over the search seeds. pruned: best value until it was stopped. Else null. */
  score: number | null;
  /** pruned: iterations until it was stopped. Else null. */
  step: number | null;
};

/** What to try next, and why, in words that a user reads. */
export type Suggestion = { assignment: Assignment; reason: string };

/** A trial at a rung; larger is better. Judged once a trial and rung. */
export type RungReport = {
  /** Ordinal of the configuration within its stratum, from 0; with the seed it names the trial. */
  configuration: number;
  seed: number;
  /** Of Hyperband; 0 for the others. */
  bracket: number;
  /** The rung, named by its iteration: trials meet at a rung only if they have trained equally long. */
  step: number;
  /** Best objective until the rung; null or not finite: there is none yet. */
  score: number | null;
  /** What of the score came after half of the rung's iterations, from 0; absent where the pruner does not count it. */
  gain?: number;
};

/** Whether a trial goes on after a rung, and why, in words that a user reads. */
export type RungVerdict = {
  prune: boolean;
  reason: string;
  /** From 1, the best; null when the trial was not ranked. */
  rank: number | null;
  /** Trials at this rung so far, this one included. */
  of: number;
};

/** Whether an observation has a result that a sampler may learn from. */
export function isScored({ outcome }: Observation): boolean {
  return outcome === 'done' || outcome === 'pruned';
}

/**
 * The `count` best observations, best first, and the others in order. Pruned ones come after all that are done, and
 * the longer they ran the better, then by score, as in Optuna: what was stopped early was judged by less.
 */
export function splitByScore(
  scored: readonly Observation[],
  count: number,
): { best: Observation[]; rest: Observation[] } {
  const best: Observation[] = [];
  // Insertion into a short list: sorting 10,000 observations would cost more than all else that a sampler does.
  for (const observation of scored) {
    const last = best[count - 1];
    if (last !== undefined && compareScored(observation, last) >= 0) continue;
    const place = best.findLastIndex((known) => compareScored(known, observation) <= 0) + 1;
    best.splice(place, 0, observation);
    best.length = Math.min(best.length, count);
  }
  const chosen = new Set(best);
  return { best, rest: scored.filter((observation) => !chosen.has(observation)) };
}

/** Negative where `a` is the better one. */
function compareScored(a: Observation, b: Observation): number {
  const reach = ({ outcome, step }: Observation) => (outcome === 'done' ? Number.MAX_VALUE : (step ?? 0));
  const value = ({ score }: Observation) => score ?? -Number.MAX_VALUE;
  return reach(b) - reach(a) || value(b) - value(a);
}
