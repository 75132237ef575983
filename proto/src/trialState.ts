/** The life of a trial and of a sweep, as one table: who may move it where, and why. */
import { TrialState } from './gen/adt/v1/common.js';

export type TrialStateName = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'PRUNED' | 'FAILED' | 'CANCELLED';

/** Every arrow with its cause. A state without arrows is terminal and immutable. */
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
  FAILED: {},
  CANCELLED: {},
} as const satisfies Record<TrialStateName, Partial<Record<TrialStateName, string>>>;

export const TRIAL_STATES = Object.keys(TRIAL_TRANSITIONS) as TrialStateName[];

export function isTerminal(state: TrialStateName): boolean {
  return Object.keys(TRIAL_TRANSITIONS[state]).length === 0;
}

/** Wire to plain name. @throws RangeError for UNSPECIFIED */
export function trialStateName(wire: TrialState): TrialStateName {
  const name = TRIAL_STATES.find((state) => TrialState[state] === wire);
  if (name === undefined) throw new RangeError(`not a trial state: ${wire}`);
  return name;
}
