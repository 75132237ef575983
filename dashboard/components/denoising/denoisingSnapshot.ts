/** What the denoising screen is given: one data set and model, a few trials on it, and all of their series. */
import type { SweepSummary, TrialSummary } from '@adt/proto/gen/adt/v1/search';
import type { SnapshotCurve } from '../../live/snapshot';
import { isConfirming } from '../ui/phase';
import { stateName } from '../ui/stateName';

export type DenoisingSnapshot = {
  sweep: SweepSummary;
  /** Data sets and models that can be looked at, `data set · model`; the first one is shown if none is asked for. */
  strata: string[];
  stratum: string;
  /** Of the stratum, best first, those that have begun. */
  trials: TrialSummary[];
  /** Ids of the trials whose series are in `curves`. */
  chosen: number[];
  curves: SnapshotCurve[];
  /** Whether the data set's training part has flags; null: the data set is gone, nobody knows. */
  flags: boolean | null;
};

/** What a reader asks for: nothing means the best of each loss. */
export type DenoisingChoice = { stratum: string | null; trials: readonly number[] };

/** Of the address, as the page and its route read it. */
export function choiceOf(query: URLSearchParams): DenoisingChoice {
  const trials = (query.get('trials') ?? '').split(',').map(Number);
  return {
    stratum: query.get('on'),
    trials: trials.filter((id) => Number.isInteger(id) && id > 0 && id < 2 ** 31),
  };
}

/** @returns the query of an address, with its question mark, or nothing */
export function queryOf({ stratum, trials }: DenoisingChoice): string {
  const query = new URLSearchParams();
  if (stratum !== null) query.set('on', stratum);
  if (trials.length > 0) query.set('trials', trials.join());
  return query.size === 0 ? '' : `?${query}`;
}

/**
 * The best trial of each loss, in the order of the losses; where nothing has ended, one that runs.
 * @param trials best first
 */
export function bestOfEachLoss(trials: readonly TrialSummary[], losses: readonly string[]): number[] {
  return losses.flatMap((loss) => {
    const own = trials.filter((trial) => trial.config?.loss === loss && trial.epoch > 0);
    const whole = own.filter((trial) => stateName(trial.state) === 'SUCCEEDED');
    const best = whole.find((trial) => !isConfirming(trial)) ?? whole[0] ?? own[0];
    return best ? [best.trialId] : [];
  });
}
