import { TRIAL_TRANSITIONS } from '@adt/proto/trialState';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ending, judge, type Standing } from './failure.js';
import { assertTransition } from './lifecycle.js';

const fresh: Standing = {
  failures: 0,
  maxFailures: 2,
  cancelRequested: false,
  pruneRequested: false,
  oomBefore: false,
};
const infra: Ending = { kind: 'failed', failureClass: 'INFRA', reason: 'worker went away' };
const oom: Ending = { kind: 'failed', failureClass: 'OOM', reason: 'out of memory' };
const user: Ending = { kind: 'failed', failureClass: 'USER', reason: 'NON_FINITE' };

describe('judge', () => {
  it('retries a lost worker until the failures exceed the maximum, then fails with a reason', () => {
    expect(judge(fresh, { kind: 'lost' })).toMatchObject({ state: 'QUEUED', outcome: 'LOST', failures: 1 });
    expect(judge({ ...fresh, failures: 1 }, infra)).toMatchObject({ state: 'QUEUED', failures: 2 });
    expect(judge({ ...fresh, failures: 2 }, { kind: 'lost' })).toMatchObject({
      state: 'FAILED',
      failures: 3,
    });
    expect(judge({ ...fresh, failures: 2 }, { kind: 'lost' }).reason).toMatch(/lease/);
  });

  it("never retries a user's fault, not even when a cancel is pending", () => {
    expect(judge(fresh, user)).toMatchObject({ state: 'FAILED', reason: 'NON_FINITE', failureClass: 'USER' });
    expect(judge({ ...fresh, cancelRequested: true }, user).state).toBe('FAILED');
  });

  it('retries out of memory once', () => {
    expect(judge(fresh, oom).state).toBe('QUEUED');
    expect(judge({ ...fresh, failures: 1, oomBefore: true }, oom).state).toBe('FAILED');
  });

  it('retries out of memory only while somebody has more', () => {
    const had = 2 * 2 ** 30;
    expect(judge({ ...fresh, memory: { had, isMoreThere: true } }, oom)).toMatchObject({
      state: 'QUEUED',
      reason: 'out of memory',
    });
    expect(judge({ ...fresh, memory: { had, isMoreThere: false } }, oom)).toMatchObject({
      state: 'FAILED',
      failures: 1,
      reason: 'out of memory; no worker of its pool has more memory a slot than the 2.0 GiB that it had',
    });
  });

  it('counts no failure for a drain', () => {
    expect(judge({ ...fresh, failures: 2 }, { kind: 'released' })).toMatchObject({
      state: 'QUEUED',
      failures: 2,
    });
  });

  it('cancels instead of retrying, and keeps a success that came first', () => {
    const cancelled = { ...fresh, cancelRequested: true };
    for (const ending of [infra, oom, { kind: 'lost' }, { kind: 'released' }] as Ending[]) {
      expect(judge(cancelled, ending).state).toBe('CANCELLED');
    }
    expect(judge(cancelled, { kind: 'completed', outcome: 'SUCCEEDED' }).state).toBe('SUCCEEDED');
  });

  it('gives a finite number of attempts, whatever goes wrong in whatever order', () => {
    const ending = fc.constantFrom<Ending>(infra, oom, user, { kind: 'lost' });
    fc.assert(
      fc.property(fc.nat(5), fc.infiniteStream(ending), (maxFailures, endings) => {
        let standing: Standing = {
          failures: 0,
          maxFailures,
          cancelRequested: false,
          pruneRequested: false,
          oomBefore: false,
        };
        for (let attempts = 1; ; attempts++) {
          const next = endings.next().value;
          const verdict = judge(standing, next);
          if (verdict.state !== 'QUEUED') return verdict.state === 'FAILED' && verdict.reason !== null;
          expect(attempts).toBeLessThanOrEqual(maxFailures);
          standing = {
            ...standing,
            failures: verdict.failures,
            oomBefore: standing.oomBefore || next === oom,
          };
        }
      }),
    );
  });
});

describe('assertTransition', () => {
  it('lets nothing leave a terminal state, but for a retry by hand of what came to nothing', () => {
    for (const from of ['SUCCEEDED', 'PRUNED', 'FAILED', 'CANCELLED'] as const) {
      for (const to of Object.keys(TRIAL_TRANSITIONS) as (keyof typeof TRIAL_TRANSITIONS)[]) {
        const isRetry = (from === 'FAILED' || from === 'CANCELLED') && to === 'QUEUED';
        if (isRetry) expect(() => assertTransition(from, to)).not.toThrow();
        else expect(() => assertTransition(from, to)).toThrow(`from ${from} to ${to}`);
      }
    }
  });
});
