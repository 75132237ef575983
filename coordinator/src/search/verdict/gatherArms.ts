/** From what is stored of sweeps to the arms of a comparison, or to why these sweeps can't be compared. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import type { TrialStateName } from '@adt/proto/trialState';
import { assignmentOf } from '../assignment.js';
import type { Arm, ConfirmationRun, MissingSeed, Tuning } from './comparison.js';

/** A training of the chosen configuration on a confirmation seed. */
export type ConfirmationTrial = {
  trialId: number;
  seed: number;
  state: TrialStateName;
  failureReason: string | null;
  /** Of the chosen checkpoint; null for all but a succeeded one, a value null where it was not finite. */
  test: Readonly<Record<string, number | null>> | null;
};

/** One stratum of a sweep, as it stands. */
export type StratumResult = {
  sweepId: number;
  dataset: string;
  datasetSha256: string;
  model: string;
  loss: string;
  /** What ranks it, `valid/recall@50`. */
  select: string;
  tuning: Tuning;
  /** Hyper-parameters that its sweep file names under `parameters`; the arm is shown by these. */
  named: readonly string[];
  /** Of rank 1 by validation, any seed; null: none is confirmed. */
  chosen: TrainingConfig | null;
  confirmation: readonly ConfirmationTrial[];
};

export type Gathered = { ok: true; arms: Arm[] } | { ok: false; message: string };

/**
 * An arm a stratum that is confirmed; the others have none. Refused, in one line: a stratum that two sweeps confirm,
 * and a data set or a ranking that is not the same in both.
 */
export function gatherArms(strata: readonly StratumResult[]): Gathered {
  const confirmed = strata.flatMap((stratum) =>
    stratum.chosen ? [{ ...stratum, chosen: stratum.chosen }] : [],
  );
  for (const [at, stratum] of confirmed.entries()) {
    const message = confirmed
      .slice(0, at)
      .map((earlier) => conflictOf(earlier, stratum))
      .find((found) => found !== null);
    if (message) return { ok: false, message };
  }
  return { ok: true, arms: confirmed.map(armOf) };
}

function conflictOf(earlier: StratumResult, later: StratumResult): string | null {
  if (earlier.dataset !== later.dataset) return null;
  const sweeps = `sweeps ${earlier.sweepId} and ${later.sweepId}`;
  const { dataset, model, loss } = later;
  if (earlier.datasetSha256 !== later.datasetSha256)
    return `${sweeps} ran on different contents of ${dataset}: their results can't be compared`;
  if (earlier.model !== model) return null;
  if (earlier.loss === loss)
    return `${sweeps} both confirm ${dataset}, ${model}, ${loss}: compare one of them`;
  if (earlier.select !== later.select)
    return `${sweeps} rank ${dataset}, ${model} differently, by ${earlier.select} and ${later.select}`;
  return null;
}

function armOf(stratum: StratumResult & { chosen: TrainingConfig }): Arm {
  const { dataset, model, loss, select, tuning, named, chosen, confirmation } = stratum;
  const configuration = Object.fromEntries(
    Object.entries(assignmentOf(chosen)).filter(([name]) => named.includes(name)),
  );
  const runs = confirmation.flatMap((trial): ConfirmationRun[] =>
    trial.state === 'SUCCEEDED' ? [{ seed: trial.seed, metrics: finite(trial.test ?? {}) }] : [],
  );
  const missing = confirmation.flatMap((trial): MissingSeed[] => {
    const reason = whyMissing(trial);
    return reason === null ? [] : [{ seed: trial.seed, reason }];
  });
  return { dataset, model, loss, select, configuration, tuning, runs, missing };
}

/** A test that was not finite is no value: the seed counts as one without it. */
function finite(test: Readonly<Record<string, number | null>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(test).filter((entry): entry is [string, number] => entry[1] !== null),
  );
}

/** Null: it is not missing. */
function whyMissing({ state, failureReason }: ConfirmationTrial): string | null {
  switch (state) {
    case 'SUCCEEDED':
      return null;
    case 'FAILED':
      return `failed: ${(failureReason ?? 'no reason given').split('\n')[0]}`;
    case 'CANCELLED':
      return 'was cancelled';
    case 'PRUNED':
      return 'was stopped early';
    case 'RUNNING':
      return 'is running';
    case 'QUEUED':
      return 'is queued';
    default:
      return state satisfies never;
  }
}
