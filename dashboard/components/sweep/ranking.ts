/**
 * Ranks trials, and configurations over their search seeds. Pure. What was stopped early and what confirms has no rank:
 * the one's value is of a shorter training, the other's says how good the choice was, not what to choose.
 */
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { isConfirming } from '../ui/phase';
import { type StateName, stateName } from '../ui/stateName';

/** One line of the ranking: a trial, or a configuration with all its seeds. */
export type RankRow = {
  key: string;
  /** 1 is best; null while nothing was measured, and for what is not ranked. */
  rank: number | null;
  /** Trainings on fresh seeds; a configuration has a row of its own for them. */
  confirms: boolean;
  /** Newest first within a configuration; never empty. */
  trials: readonly [TrialSummary, ...TrialSummary[]];
  state: StateName;
  /** Mean over the seeds that have a value. */
  best: number | undefined;
  /** Sample standard deviation; absent below two values. */
  sd: number | undefined;
  /** Seeds that have a value. */
  measured: number;
  /** Share of all iterations done, 0 to 1. */
  progress: number;
};

/** Where results may be compared: the same data and the same model. */
export function stratumOf(trial: TrialSummary): string {
  return `${trial.config?.dataset ?? ''} · ${trial.config?.model ?? ''}`;
}

export function rankTrials(trials: readonly TrialSummary[], maximize: boolean): RankRow[] {
  return ranked(
    trials.map((trial) => rowOf(String(trial.trialId), [trial])),
    maximize,
  );
}

/** One row a configuration and phase: seeds differ, everything else is the same. */
export function rankConfigurations(trials: readonly TrialSummary[], maximize: boolean): RankRow[] {
  const groups = new Map<string, [TrialSummary, ...TrialSummary[]]>();
  for (const trial of trials) {
    const key = configurationKey(trial);
    const group = groups.get(key);
    if (group) group.push(trial);
    else groups.set(key, [trial]);
  }
  return ranked(
    [...groups].map(([key, group]) => rowOf(key, group)),
    maximize,
  );
}

/** The best configuration of each loss, in the order of `losses`; null where nothing was measured yet. */
export function bestPerLoss(rows: readonly RankRow[], losses: readonly string[]): [string, RankRow | null][] {
  return losses.map((loss) => [
    loss,
    rows.find((row) => row.rank !== null && row.trials[0].config?.loss === loss) ?? null,
  ]);
}

function configurationKey(trial: TrialSummary): string {
  return `${trial.phase} ${JSON.stringify({ ...trial.config, seed: 0 })}`;
}

function rowOf(key: string, trials: [TrialSummary, ...TrialSummary[]]): RankRow {
  const values = trials.flatMap((trial) => trial.bestValue ?? []);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    key,
    rank: null,
    confirms: isConfirming(trials[0]),
    trials,
    state: jointState(trials.map((trial) => stateName(trial.state))),
    best: values.length === 0 ? undefined : mean,
    sd: values.length < 2 ? undefined : sampleDeviation(values, mean),
    measured: values.length,
    progress: trials.reduce((sum, trial) => sum + progressOf(trial), 0) / trials.length,
  };
}

function sampleDeviation(values: readonly number[], mean: number): number {
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

function progressOf(trial: TrialSummary): number {
  if (stateName(trial.state) === 'SUCCEEDED') return 1;
  return trial.totalSteps === 0 ? 0 : trial.lastStep / trial.totalSteps;
}

/** What still moves comes first, then what went wrong. */
const JOINT_ORDER: readonly StateName[] = ['RUNNING', 'QUEUED', 'FAILED', 'CANCELLED', 'PRUNED', 'SUCCEEDED'];

function jointState(states: readonly StateName[]): StateName {
  return JOINT_ORDER.find((state) => states.includes(state)) ?? 'UNSPECIFIED';
}

/** What stands below what: ranked, stopped early, confirming, without a value. */
function tierOf({ best, confirms, trials }: RankRow): number {
  if (best === undefined) return 3;
  if (confirms) return 2;
  return trials.some((trial) => stateName(trial.state) === 'PRUNED') ? 1 : 0;
}

/** Best first; rows without a value last, oldest first. Equal values share a rank. */
function ranked(rows: RankRow[], maximize: boolean): RankRow[] {
  const sign = maximize ? -1 : 1;
  const sorted = rows.sort(
    (a, b) => tierOf(a) - tierOf(b) || sign * ((a.best ?? 0) - (b.best ?? 0)) || numberOf(a) - numberOf(b),
  );
  let rank = 0;
  return sorted.map((row, at) => {
    if (tierOf(row) > 0) return row;
    if (at === 0 || row.best !== sorted[at - 1]?.best) rank = at + 1;
    return { ...row, rank };
  });
}

function numberOf(row: RankRow): number {
  return row.trials[0].number;
}
