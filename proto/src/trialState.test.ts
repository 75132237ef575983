import { describe, expect, it } from 'vitest';
import { TrialState } from './gen/adt/v1/common.js';
import { isTerminal, TRIAL_STATES, TRIAL_TRANSITIONS, trialStateName } from './trialState.js';

describe('the life of a trial', () => {
  it('names every state of the wire', () => {
    const wire = Object.keys(TrialState).filter((name) => name !== 'UNSPECIFIED');
    expect([...TRIAL_STATES].sort()).toEqual(wire.sort());
    expect(() => trialStateName(TrialState.UNSPECIFIED)).toThrow(RangeError);
  });

  it('ends: a terminal state is reachable from every state, and only a retry by hand leads on from it', () => {
    const open = TRIAL_STATES.filter((state) => !isTerminal(state));
    expect(open).toEqual(['QUEUED', 'RUNNING']);
    for (const state of open) expect(Object.keys(TRIAL_TRANSITIONS[state])).toContain('CANCELLED');
    for (const state of TRIAL_STATES.filter(isTerminal))
      expect(['', 'QUEUED']).toContain(Object.keys(TRIAL_TRANSITIONS[state]).join());
    expect(TRIAL_TRANSITIONS.SUCCEEDED).toEqual({});
  });
});
