/** The iterations at which a trial is judged. */
import type { Loss } from '@adt/proto/trainingConfig';
import { bracketOf } from './brackets.js';
import type { PrunerSettings } from './earlyTerminate.js';

/** The median lets half of the trials go on; as in successive halving, each rung is then twice as far. */
const MEDIAN_FACTOR = 2;

type Ladder = Exclude<PrunerSettings, { type: 'none' }>;

export type RungsParams = {
  settings: PrunerSettings;
  /** Ordinal of the configuration within its stratum, from 0. */
  configuration: number;
  /** Place of the trial's seed among the search seeds, from 0: only the first one races. */
  seedIndex: number;
  /** Iterations of the whole training, of one epoch, and between two validations. */
  totalSteps: number;
  stepsPerEpoch: number;
  evalEvery: number;
  loss: Loss;
  /** Of T-CE, else null. */
  epsN: number | null;
};

export type Rungs = {
  /** How many rungs of the ladder Hyperband spares this configuration; 0 for the others. */
  bracket: number;
  /** Ascending multiples of evalEvery below totalSteps. */
  steps: readonly number[];
  /** Why there is no step, in words that a user reads; null when there is one. */
  whyNone: string | null;
};

/**
 * Rungs of one trial: the ladder min_steps · η^k, each rounded up to a validation, from the first one at which the
 * configuration can be told from the others. T-CE below ε_N is not yet what it will be, so it joins the same ladder at
 * its first rung from max(ε_N, one epoch) on.
 */
export function rungsOf(params: RungsParams): Rungs {
  const { settings, configuration, seedIndex, totalSteps, evalEvery, epsN } = params;
  const none = (whyNone: string | null, bracket = 0): Rungs => ({ bracket, steps: [], whyNone });
  if (settings.type === 'none') return none('early stopping is off');
  if (seedIndex > 0) return none('only the first seed races: the others measure what it let through');
  const ladder = ladderOf(settings, params);
  if (ladder.length === 0) {
    const first = Math.ceil(firstOf(settings, params)).toLocaleString('en-US');
    return none(
      `no validation (every ${evalEvery.toLocaleString('en-US')} iterations) falls between the first rung ` +
        `${first} and the end ${totalSteps.toLocaleString('en-US')}`,
    );
  }
  const earliest = earliestOf(params);
  const told = ladder.filter((step) => step >= earliest);
  if (told.length === 0) {
    const bound = epsN === null || epsN < earliest ? 'one epoch' : 'eps_n';
    return none(
      `T-CE is not judged before ${bound} ${earliest.toLocaleString('en-US')}, ` +
        `and no rung is left before the end ${totalSteps.toLocaleString('en-US')}`,
    );
  }
  const bracket = settings.type === 'hyperband' ? bracketOf(configuration, ladder.length, settings.eta) : 0;
  const steps = told.filter((step) => step >= (ladder[bracket] ?? Number.POSITIVE_INFINITY));
  return steps.length > 0
    ? { bracket, steps, whyNone: null }
    : none(`bracket ${bracket} of Hyperband runs to the end`, bracket);
}

/** Below this T-CE is plain CE with an ever larger share dropped. */
function earliestOf({ loss, epsN, stepsPerEpoch }: RungsParams): number {
  return loss === 'T-CE' ? Math.max(epsN ?? 0, stepsPerEpoch) : 0;
}

/** Where the ladder begins, before it is rounded up to a validation. */
function firstOf(settings: Ladder, { totalSteps, stepsPerEpoch }: RungsParams): number {
  const share = settings.type === 'asha' ? settings.minShare : 0;
  return settings.minSteps ?? Math.max(stepsPerEpoch, share * totalSteps);
}

/** Without repeats: rungs closer than a validation are one. */
function ladderOf(settings: Ladder, params: RungsParams): number[] {
  const { totalSteps, evalEvery } = params;
  const factor = settings.type === 'median' ? MEDIAN_FACTOR : settings.eta;
  const steps = new Set<number>();
  for (let wanted = firstOf(settings, params); wanted < totalSteps; wanted *= factor) {
    const step = Math.ceil(wanted / evalEvery) * evalEvery;
    if (step < totalSteps) steps.add(step);
  }
  return [...steps];
}
