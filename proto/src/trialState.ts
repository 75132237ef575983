/** The life of a trial and of a sweep, as one table: who may move it where, and why. */
import { TrialState } from './gen/adt/v1/common.js';

export type TrialStateName = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'PRUNED' | 'FAILED' | 'CANCELLED';

/** Every arrow with its cause. What has ended is immutable for workers and searches: only a person's retry leads on. */
export const TRIAL_TRANSITIONS = {
  QUEUED: { RUNNING: 'claimed by a worker: epoch + 1', CANCELLED: 'the sweep was cancelled' },
  RUNNING: {
    QUEUED: 'lease expired, released by a drain, or a failure that is retried',
    SUCCEEDED: 'completed by the owner of the epoch',
    PRUNED: 'stopped early by the search',
    FAILED: 'failed for good: reason and class are recorded',
    CANCELLED: 'the sweep was cancelled and the worker has stopped, or its lease ran out',
  },
  SUCCEEDED: {},
  PRUNED: {},
  FAILED: { QUEUED: 'retried by hand' },
  CANCELLED: { QUEUED: 'retried by hand' },
} as const satisfies Record<TrialStateName, Partial<Record<TrialStateName, string>>>;

export const TRIAL_STATES = Object.keys(TRIAL_TRANSITIONS) as TrialStateName[];

/** Whether it has ended, for all that workers and searches can do. */
export function isTerminal(state: TrialStateName): boolean {
  return !('CANCELLED' in TRIAL_TRANSITIONS[state]);
}

/** Wire to plain name. @throws RangeError for UNSPECIFIED */
export function trialStateName(wire: TrialState): TrialStateName {
  const name = TRIAL_STATES.find((state) => TrialState[state] === wire);
  if (name === undefined) throw new RangeError(`not a trial state: ${wire}`);
  return name;
}
