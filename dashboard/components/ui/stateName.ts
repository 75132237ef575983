/** The names of states of sweeps, trials, attempts and workers, as the wire spells them without its prefix. */

const NAMES = [
  'QUEUED',
  'RUNNING',
  'PAUSED',
  'SUCCEEDED',
  'FINISHED',
  'PRUNED',
  'FAILED',
  'CANCELLED',
  'ACTIVE',
  'DRAINING',
  'LOST',
  'RELEASED',
  'UNSPECIFIED',
] as const;

export type StateName = (typeof NAMES)[number];

/** A running sweep that is paused is called so. */
export function sweepStateName({ state, paused }: { state: string; paused: boolean }): StateName {
  return paused ? 'PAUSED' : stateName(state);
}

/** @param wire say TRIAL_STATE_RUNNING or LOST */
export function stateName(wire: string): StateName {
  const plain = wire.replace(/^(TRIAL|SWEEP|WORKER)_STATE_/, '');
  return NAMES.find((name) => name === plain) ?? 'UNSPECIFIED';
}
