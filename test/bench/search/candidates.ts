/** Recorded trainings as the candidates of a race: in which order they come, and where they are judged. */
import type { Parameter } from '@adt/coordinator/search/document';
import type { Assignment } from '@adt/coordinator/search/grid';
import type { PrunerSettings } from '@adt/coordinator/search/pruners/earlyTerminate';
import { rungsOf } from '@adt/coordinator/search/pruners/rungs';
import type { Candidate } from './prunerSimulation.js';
import { shuffled } from './shuffled.js';

export const PRUNED_LOSSES = ['CE', 'T-CE', 'R-CE'] as const;
export type PrunedLoss = (typeof PRUNED_LOSSES)[number];

export type CurveTrial = {
  assignment: Assignment;
  /** Objective at each of the table's steps; larger is better. */
  curve: readonly number[];
};

/** What the benches of pruning read of a table of recorded trials. */
export type CurveTable = {
  settings: { epochs: number; evalEvery: number };
  /** Iterations of the validations, ascending, the end of the training last. */
  steps: readonly number[];
  trials(loss: PrunedLoss): readonly CurveTrial[];
  /** The space whose every configuration is among the trials. */
  parameters(loss: PrunedLoss): readonly Parameter[];
};

export type Judged = {
  settings: PrunerSettings;
  /** false: as though ε_N were none, which users are not offered. */
  heedsEpsN: boolean;
};

/** The stratum's trials in the order of one sweep. */
export function trialsInOrder(table: CurveTable, loss: PrunedLoss, sweep: number): CurveTrial[] {
  return shuffled(table.trials(loss), ['pruning', loss, sweep]);
}

/** A trial with the rungs that a sweep file would give it. */
export function candidateOf(params: {
  table: CurveTable;
  loss: PrunedLoss;
  judged: Judged;
  trial: CurveTrial;
  /** Its place in the order. */
  configuration: number;
}): Candidate {
  const { table, loss, judged, trial, configuration } = params;
  const { steps, settings: recorded } = table;
  const { bracket, steps: rungs } = rungsOf({
    settings: judged.settings,
    configuration,
    seedIndex: 0,
    totalSteps: totalStepsOf(table),
    stepsPerEpoch: stepsPerEpochOf(table),
    evalEvery: recorded.evalEvery,
    loss: judged.heedsEpsN ? loss : 'CE',
    epsN: judged.heedsEpsN ? (trial.assignment.eps_n ?? null) : null,
  });
  const curve = steps.map((step, index) => ({ step, value: trial.curve[index] ?? Number.NaN }));
  return { curve, rungs, bracket };
}

export function totalStepsOf({ steps }: CurveTable): number {
  return steps.at(-1) ?? 0;
}

export function stepsPerEpochOf(table: CurveTable): number {
  return totalStepsOf(table) / table.settings.epochs;
}
