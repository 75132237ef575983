/** The one gate a trial's state passes through. The table of arrows is @adt/proto/trialState. */
import { TRIAL_TRANSITIONS, type TrialStateName } from '@adt/proto/trialState';

/** States that a trial can still leave. */
export const OPEN_STATES = ['QUEUED', 'RUNNING'] as const satisfies TrialStateName[];

/** @throws Error when the table has no such arrow: a bug here, never an input's fault */
export function assertTransition(from: TrialStateName, to: TrialStateName): void {
  if (!(to in TRIAL_TRANSITIONS[from])) throw new Error(`a trial can't go from ${from} to ${to}`);
}
