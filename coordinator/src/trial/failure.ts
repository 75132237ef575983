/** What becomes of a trial when its attempt ends: which endings are retried, and how often. Pure. */
import type { TrialStateName } from '@adt/proto/trialState';
import { assertTransition } from './lifecycle.js';

export type FailureClass = 'USER' | 'INFRA' | 'OOM';
export type AttemptOutcome = 'SUCCEEDED' | 'PRUNED' | 'CANCELLED' | 'FAILED' | 'LOST' | 'RELEASED';

/** How an attempt ended. */
export type Ending =
  | { kind: 'completed'; outcome: 'SUCCEEDED' | 'PRUNED' | 'CANCELLED' }
  | { kind: 'failed'; failureClass: FailureClass; reason: string }
  /** The lease ran out: the worker is dead, cut off or frozen. */
  | { kind: 'lost' }
  /** Handed back by a worker that drains. */
  | { kind: 'released' };

/** Where the trial stood when the attempt ended. */
export type Standing = {
  failures: number;
  maxFailures: number;
  cancelRequested: boolean;
  /** The search wants it stopped early, and knows all of it that it needs. */
  pruneRequested: boolean;
  /** An earlier attempt ran out of memory. */
  oomBefore: boolean;
  /** Of an attempt that ran out of memory: what it had, and whether a live worker has more. Absent: not known. */
  memory?: { had: number; isMoreThere: boolean } | null;
};

export type Verdict = {
  state: TrialStateName;
  outcome: AttemptOutcome;
  /** Failures counted so far, this one included. */
  failures: number;
  failureClass: FailureClass | null;
  reason: string | null;
};

export const LOST_REASON = 'worker lost: its lease ran out';

/**
 * USER is never retried, OOM once and not where nobody has more memory, INFRA until failures exceed maxFailures; a drain costs nothing.
 * A cancelled or pruned trial is not retried whatever the ending; a success that came before the cancel was heard stays one.
 */
export function judge(standing: Standing, ending: Ending): Verdict {
  const verdict = verdictOf(standing, ending);
  assertTransition('RUNNING', verdict.state);
  return verdict;
}

function verdictOf(standing: Standing, ending: Ending): Verdict {
  const { failures } = standing;
  switch (ending.kind) {
    case 'completed':
      return { state: ending.outcome, outcome: ending.outcome, failures, failureClass: null, reason: null };
    case 'released': {
      const state = whereTo(standing) ?? 'QUEUED';
      return { state, outcome: 'RELEASED', failures, failureClass: null, reason: null };
    }
    case 'lost':
      return failed(standing, 'LOST', 'INFRA', LOST_REASON);
    case 'failed':
      return failed(standing, 'FAILED', ending.failureClass, ending.reason);
    default:
      return ending satisfies never;
  }
}

function failed(
  standing: Standing,
  outcome: 'LOST' | 'FAILED',
  failureClass: FailureClass,
  reason: string,
): Verdict {
  const failures = standing.failures + 1;
  const stopped = failureClass === 'USER' ? null : whereTo(standing);
  const retried = failures <= standing.maxFailures && mayRetry(standing, failureClass);
  const state = stopped ?? (retried ? 'QUEUED' : 'FAILED');
  if (failureClass !== 'OOM' || !isBiggest(standing))
    return { state, outcome, failures, failureClass, reason };
  return { state, outcome, failures, failureClass, reason: `${reason}; ${biggestReason(standing)}` };
}

function isBiggest({ memory }: Standing): boolean {
  return memory !== undefined && memory !== null && !memory.isMoreThere;
}

function biggestReason({ memory }: Standing): string {
  const gib = ((memory?.had ?? 0) / 2 ** 30).toFixed(1);
  return `no worker of its pool has more memory a slot than the ${gib} GiB that it had`;
}

/** Where a trial ends that was to be stopped anyway, however its attempt ended; null: it was not. */
function whereTo({ cancelRequested, pruneRequested }: Standing): 'CANCELLED' | 'PRUNED' | null {
  return cancelRequested ? 'CANCELLED' : pruneRequested ? 'PRUNED' : null;
}

function mayRetry(standing: Standing, failureClass: FailureClass): boolean {
  switch (failureClass) {
    case 'USER':
      return false;
    case 'OOM':
      return !standing.oomBefore && !isBiggest(standing);
    case 'INFRA':
      return true;
    default:
      return failureClass satisfies never;
  }
}
