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

/** A trial's best objective until it reached a rung; larger is better. */
export type RungReport = {
  /** Configuration and seed of the trial. */
  configuration: number;
  seed: number;
  /** From 0. */
  rung: number;
  score: number;
};

/** Whether a trial goes on after a rung, and why, in words that a user reads. */
export type RungVerdict = { prune: boolean; reason: string };
