/** Stored trials as the histories that importance reads: a row a configuration, its seeds taken together. */
import { isMaximized } from '@adt/proto/metricGoal';
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import type { TrialStateName } from '@adt/proto/trialState';
import { assignmentOf } from '../assignment.js';
import type { StratumHistory, TimedObservation } from './importance.js';

/** What importance must know of a trial. */
export type StoredTrial = {
  config: TrainingConfig;
  /** Same for all seeds of a configuration. */
  configHash: string;
  state: TrialStateName;
  /** Objective so far, as reported; null when nothing was. */
  bestValue: number | null;
  lastStep: number;
  /** Of a whole training by phase; null for all but a succeeded one. */
  seconds: Readonly<Record<string, number | null>> | null;
};

/**
 * Strata and configurations in the order of the trials. A configuration is pruned when one of its trainings was, else
 * done as soon as one has succeeded: with seeds outermost a sweep would otherwise know nothing until its last seed.
 */
export function historiesOf(trials: readonly StoredTrial[]): StratumHistory[] {
  const strata = new Map<string, Map<string, StoredTrial[]>>();
  for (const trial of trials) {
    const { datasetSha256, model, loss } = trial.config;
    const stratum = entry(
      strata,
      `${datasetSha256} ${model} ${loss}`,
      () => new Map<string, StoredTrial[]>(),
    );
    entry(stratum, trial.configHash, () => []).push(trial);
  }
  return [...strata.values()].map((stratum) => {
    const configurations = [...stratum.values()] as [StoredTrial, ...StoredTrial[]][];
    const [[{ config }]] = configurations as [[StoredTrial]];
    const { dataset, model, loss } = config;
    return { dataset, model, loss, observations: configurations.map(observationOf) };
  });
}

function observationOf(trials: [StoredTrial, ...StoredTrial[]]): TimedObservation {
  const [{ config }] = trials;
  const assignment = assignmentOf(config);
  const sign = isMaximized(config.select) ? 1 : -1;
  const scored = (state: TrialStateName) =>
    trials.flatMap(({ bestValue, ...trial }) =>
      trial.state === state && bestValue !== null ? [{ ...trial, score: sign * bestValue }] : [],
    );
  const succeeded = scored('SUCCEEDED');
  const seconds = meanOrNull(succeeded.flatMap((trial) => totalOf(trial.seconds) ?? []));
  const [pruned, ...others] = scored('PRUNED').sort((a, b) => b.score - a.score);
  if (pruned !== undefined) {
    const step = Math.max(pruned.lastStep, ...others.map(({ lastStep }) => lastStep));
    return { assignment, outcome: 'pruned', score: pruned.score, step, seconds };
  }
  const score = meanOrNull(succeeded.map((trial) => trial.score));
  const isOpen = trials.some(({ state }) => state === 'QUEUED' || state === 'RUNNING');
  const outcome = score !== null ? 'done' : isOpen ? 'running' : 'failed';
  return { assignment, outcome, score, step: null, seconds };
}

function totalOf(seconds: StoredTrial['seconds']): number | null {
  if (seconds === null) return null;
  return Object.values(seconds).reduce<number>((sum, phase) => sum + (phase ?? 0), 0);
}

function meanOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
