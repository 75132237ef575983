/** Real validation curves of a lattice of configurations, read back: what a sampler or a pruner would have seen. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Parameter } from '@adt/coordinator/search/document';
import type { Assignment } from '@adt/coordinator/search/grid';
import { RESULTS } from '../results.js';
import { latticeParameters, PLANS, type RecordedLoss, type TableName } from './lattice.js';

/** How every training of the table was run. */
export type RecordedSettings = {
  dataset: string;
  datasetSha256: string;
  model: 'GMF';
  /** Of the losses whose lattice does not vary them. */
  factors: number;
  epochs: number;
  evalEvery: number;
  validUsers: number;
  metric: string;
  seed: number;
};

export type RecordedTrial = {
  loss: RecordedLoss;
  assignment: Assignment;
  /** Validation metric at each of the table's steps, five digits. */
  curve: readonly number[];
};

export type RecordedFile = {
  command: string;
  machine: unknown;
  settings: RecordedSettings;
  /** Iterations at which every training was validated, ascending. */
  steps: readonly number[];
  trials: readonly RecordedTrial[];
};

export type RecordedTable = {
  settings: RecordedSettings;
  steps: readonly number[];
  /**
   * What the configuration reached, step by step; larger is better.
   * @throws RangeError when the table has no such configuration
   */
  curve(loss: RecordedLoss, assignment: Assignment): ReadonlyMap<number, number>;
  /** Best value of the whole curve: the score of a training that is not pruned. */
  score(loss: RecordedLoss, assignment: Assignment): number;
  /** All of a loss, in the lattice's order. */
  trials(loss: RecordedLoss): readonly RecordedTrial[];
  /** The lattice's space. */
  parameters(loss: RecordedLoss): readonly Parameter[];
};

type Place = { table?: TableName; folder?: string };

export function recordedPath({ table = 'samplers', folder = RESULTS }: Place = {}): string {
  return join(folder, `trials-${PLANS[table].dataset}${table === 'samplers' ? '' : `-${table}`}.json`);
}

/** @returns null where nothing was recorded */
export function readRecordedFile(path: string): RecordedFile | null {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as RecordedFile) : null;
}

/** @returns null where the table's trials were not recorded (`npm run record-trials`) */
export function openRecordedTable(place: Place = {}): RecordedTable | null {
  const file = readRecordedFile(recordedPath(place));
  if (file === null) return null;
  const byName = new Map(file.trials.map((trial) => [nameOf(trial.loss, trial.assignment), trial]));
  const find = (loss: RecordedLoss, assignment: Assignment): RecordedTrial => {
    const found = byName.get(nameOf(loss, assignment));
    if (found === undefined) throw new RangeError(`not recorded: ${nameOf(loss, assignment)}`);
    return found;
  };
  return {
    settings: file.settings,
    steps: file.steps,
    curve(loss, assignment) {
      const { curve } = find(loss, assignment);
      return new Map(file.steps.map((step, index) => [step, curve[index] as number]));
    },
    score: (loss, assignment) => Math.max(...find(loss, assignment).curve),
    trials: (loss) => file.trials.filter((trial) => trial.loss === loss),
    parameters: (loss) => latticeParameters(loss, place.table),
  };
}

/** Independent of the order in which an assignment names its parameters. */
export function nameOf(loss: string, assignment: Assignment): string {
  const parts = Object.entries(assignment).map(([name, value]) => `${name} ${value}`);
  return [loss, ...parts.sort()].join(', ');
}
