/** What the lease statements should do, told in a few lines of TypeScript: the model that Postgres is held against. */
import type { TrialStateName } from '@adt/proto/trialState';

export type ModelAttempt = { epoch: number; workerId: string; outcome: string | null; acked: number };

export type ModelTrial = {
  id: number;
  /** In its sweep, from 1. */
  number: number;
  sweep: ModelSweep;
  state: TrialStateName;
  failures: number;
  cancel: boolean;
  prune: boolean;
  /** The lease has run out; a renewal or new points that come before the reaper save it. */
  expired: boolean;
  /** Oldest first; epochs count from 1. */
  attempts: ModelAttempt[];
};

export type ModelSweep = {
  id: number;
  limit: number | null;
  maxFailures: number;
  cancelled: boolean;
  /** Entries of its log. */
  entries: number;
  trials: ModelTrial[];
};

export type Model = { sweeps: ModelSweep[] };

/** An attempt that was made once: what a worker, alive or long dead, may speak of. */
export type Held = { trial: ModelTrial; attempt: ModelAttempt };

export function trialsOf({ sweeps }: Model): ModelTrial[] {
  return sweeps.flatMap(({ trials }) => trials);
}

export function attemptsOf(model: Model): Held[] {
  return trialsOf(model).flatMap((trial) => trial.attempts.map((attempt) => ({ trial, attempt })));
}

/** The fence: the attempt is open, hence the newest, and it is this worker's. */
export function owns({ trial, attempt }: Held, workerId: string): boolean {
  return trial.state === 'RUNNING' && trial.attempts.at(-1) === attempt && attempt.workerId === workerId;
}

export function runningIn({ trials }: ModelSweep): number {
  return trials.filter(({ state }) => state === 'RUNNING').length;
}

export function isClaimable({ state, cancel, sweep }: ModelTrial): boolean {
  return state === 'QUEUED' && !cancel && (sweep.limit === null || runningIn(sweep) < sweep.limit);
}

/**
 * What ClaimNext takes: of the sweep that has least running, what has waited longest.
 * @param queuedAt when each trial was queued last, by Postgres's clock: of two in one millisecond only it knows
 */
export function nextTrial({ sweeps }: Model, queuedAt: ReadonlyMap<number, number>): ModelTrial | undefined {
  const since = ({ id }: ModelTrial) => queuedAt.get(id) ?? Number.NaN;
  const inTurn = [...sweeps].sort((a, b) => runningIn(a) - runningIn(b) || a.id - b.id);
  return inTurn
    .flatMap(({ trials }) => trials.filter(isClaimable).sort((a, b) => since(a) - since(b) || a.id - b.id))
    .at(0);
}

export function open(trial: ModelTrial, workerId: string): ModelAttempt {
  const attempt = { epoch: trial.attempts.length + 1, workerId, outcome: null, acked: 0 };
  trial.attempts.push(attempt);
  trial.state = 'RUNNING';
  trial.expired = false;
  return attempt;
}

export type ModelEnding =
  | 'SUCCEEDED'
  | 'PRUNED'
  | 'CANCELLED'
  | 'USER'
  | 'INFRA'
  | 'OOM'
  | 'LOST'
  | 'RELEASED';

/** Ends the open attempt. @returns where the trial is then */
export function end({ trial, attempt }: Held, ending: ModelEnding): TrialStateName {
  const oomBefore = trial.attempts.some(({ outcome }) => outcome === 'OOM');
  const fails = ending === 'USER' || ending === 'INFRA' || ending === 'OOM' || ending === 'LOST';
  attempt.outcome = ending;
  trial.failures += fails ? 1 : 0;
  const isRetried = trial.failures <= trial.sweep.maxFailures && !(ending === 'OOM' && oomBefore);
  if (ending === 'SUCCEEDED' || ending === 'PRUNED' || ending === 'CANCELLED') trial.state = ending;
  else if (ending === 'USER') trial.state = 'FAILED';
  else if (trial.cancel) trial.state = 'CANCELLED';
  else if (trial.prune) trial.state = 'PRUNED';
  else trial.state = ending === 'RELEASED' || isRetried ? 'QUEUED' : 'FAILED';
  return trial.state;
}
