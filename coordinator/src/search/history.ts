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

/** A trial's best objective until it reached a rung; larger is better. Judged once a trial and rung. */
export type RungReport = {
  /** Ordinal of the configuration within its stratum, from 0; with the seed it names the trial. */
  configuration: number;
  seed: number;
  /** Of Hyperband; 0 for the others. */
  bracket: number;
  /** The rung, named by its iteration: trials meet at a rung only if they have trained equally long. */
  step: number;
  /** null or not finite: there is no objective yet. */
  score: number | null;
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
