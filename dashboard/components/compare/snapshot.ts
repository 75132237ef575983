/** What the compare screen is given: the chosen trials, the curves of one metric, and which metrics there are. */
import type { SweepSummary, TrialSummary } from '@adt/proto/gen/adt/v1/search';
import type { SnapshotCurve } from '../../live/snapshot';

/** More lines in one plot are told apart by nobody; ten seeds of four configurations still fit. */
export const MOST_COMPARED = 48;

export type CompareSnapshot = {
  sweep: SweepSummary;
  trials: TrialSummary[];
  curves: SnapshotCurve[];
  /** Names of all series that any of the trials has. */
  metrics: string[];
  /** Nothing was chosen: these are the best of each loss. */
  isProposal: boolean;
};

/** Ids from an address, `7,8,9`: each once, at most MOST_COMPARED; what is no id is left out. */
export function readTrialIds(text: string): number[] {
  const ids = text
    .split(',')
    .filter((word) => /^[1-9]\d{0,9}$/.test(word))
    .map(Number);
  return [...new Set(ids)].filter((id) => id < 2 ** 31).slice(0, MOST_COMPARED);
}

/** Per data set, model and loss the best configuration, all its seeds: `trials` come best first. */
export function bestOfEachLoss(trials: readonly TrialSummary[]): number[] {
  const chosen = new Map<string, number>();
  const stratumOf = ({ stratum, phase }: TrialSummary) => `${phase} ${stratum}`;
  for (const trial of trials) {
    const key = stratumOf(trial);
    if (!chosen.has(key) && trial.bestValue !== undefined) chosen.set(key, trial.configuration);
  }
  return trials
    .filter((trial) => isSearch(trial) && chosen.get(stratumOf(trial)) === trial.configuration)
    .map(({ trialId }) => trialId)
    .slice(0, MOST_COMPARED);
}

function isSearch({ phase }: TrialSummary): boolean {
  return `${phase}` !== 'TRIAL_PHASE_CONFIRM';
}
