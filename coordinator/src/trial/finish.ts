/** Ends an attempt: read how it stands, judge, write by compare-and-set; read again when something moved meanwhile. */
import type { Database } from '@adt/prisma/client';
import type { TrialStateName } from '@adt/proto/trialState';
import {
  type AttemptNow,
  type Closed,
  closeAttempt,
  readAttempt,
  type TrialResult,
} from '../store/attempts.js';
import type { LeaderTerm } from '../store/leader.js';
import { slotMemory } from '../store/slotMemory.js';
import { type Ending, judge } from './failure.js';

export type FinishParams = {
  trialId: number;
  epoch: number;
  ending: Ending;
  /** Points the attempt reported; null (reaper, drain) takes what is stored. */
  lastSeq: number | null;
  /** Of a success. Its objective decides the trial's best value; one that is not finite makes the success a failure. */
  result?: Omit<TrialResult, 'bestValue'>;
  exitCode?: number | null;
  stderrTail?: string;
} & ({ workerId: string; reaper?: undefined } | { workerId?: undefined; reaper: LeaderTerm });

export type Finished =
  | ({ kind: 'moved'; state: TrialStateName } & Closed)
  /** The attempt had ended before: what the first call was answered. */
  | { kind: 'repeated'; state: TrialStateName }
  /** Another attempt owns the trial, or the lease was taken. */
  | { kind: 'fenced' }
  /** Points are missing, or more are stored than were announced. */
  | { kind: 'gap'; ackedSeq: number }
  /** The worker says CANCELLED or PRUNED though nobody asked for it. */
  | { kind: 'not-asked'; outcome: 'CANCELLED' | 'PRUNED' };

/** Rounds of compare-and-set. Each lost one means that a cancel or an ingest came between; two are usual at most. */
const ROUNDS = 8;

/** @throws Error when the row keeps changing under us */
export async function finishAttempt(db: Database, params: FinishParams): Promise<Finished> {
  return (await finishUsual(db, params)) ?? (await finishJudged(db, params));
}

/**
 * How nearly all attempts end, in one statement: a success of a trial that has never failed and was not asked to stop,
 * all of whose points are stored. Null: something of it is not so, and nothing was written.
 */
async function finishUsual(db: Database, params: FinishParams): Promise<Finished | null> {
  const { trialId, epoch, workerId, ending, lastSeq, result, stderrTail = null } = params;
  if (workerId === undefined || lastSeq === null || !result) return null;
  if (ending.kind !== 'completed' || ending.outcome !== 'SUCCEEDED') return null;
  if (Object.values(result.valid).includes(null)) return null;
  const seen = { workerId, failures: 0, cancelRequested: false, pruneRequested: false, ackedSeq: lastSeq };
  const verdict = judge({ ...seen, maxFailures: 0, oomBefore: false }, ending);
  const end = { trialId, epoch, verdict, seen, result, exitCode: null, stderrTail, reaper: null };
  const written = await closeAttempt(db, end);
  return written && { kind: 'moved', state: verdict.state, ...written };
}

async function finishJudged(db: Database, params: FinishParams): Promise<Finished> {
  for (let round = 0; round < ROUNDS; round++) {
    const now = await readAttempt(db, params);
    if (!now) return { kind: 'fenced' };
    const refusal = refuse(now, params);
    if (refusal) return refusal;
    const { workerId, failures, cancelRequested, pruneRequested, ackedSeq } = now;
    const isMeasured = params.result?.valid[now.objective] !== null;
    const ending = isMeasured ? params.ending : nonFinite(now.objective);
    const memory = isOutOfMemory(ending) ? await slotMemory(db, params) : null;
    const verdict = judge({ ...now, memory }, ending);
    const written = await closeAttempt(db, {
      trialId: params.trialId,
      epoch: params.epoch,
      verdict,
      seen: { workerId, failures, cancelRequested, pruneRequested, ackedSeq },
      result: params.result ?? null,
      exitCode: params.exitCode ?? null,
      stderrTail: params.stderrTail ?? null,
      reaper: params.reaper ?? null,
    });
    if (written) return { kind: 'moved', state: verdict.state, ...written };
    // The reaper's guard is the clock: a lease renewed meanwhile is no conflict to retry.
    if (params.reaper) return { kind: 'fenced' };
  }
  throw new Error(`trial ${params.trialId} epoch ${params.epoch} keeps changing while it ends`);
}

function isOutOfMemory(ending: Ending): boolean {
  return ending.kind === 'failed' && ending.failureClass === 'OOM';
}

function nonFinite(objective: string): Ending {
  return { kind: 'failed', failureClass: 'USER', reason: `NON_FINITE: ${objective} is not a finite number` };
}

function refuse(now: AttemptNow, params: FinishParams): Finished | null {
  if (params.workerId !== undefined && now.workerId !== params.workerId) return { kind: 'fenced' };
  if (now.outcome !== null) return repeat(now, params);
  if (now.trialState !== 'RUNNING' || now.trialEpoch !== params.epoch) return { kind: 'fenced' };
  if (params.lastSeq !== null && params.lastSeq !== now.ackedSeq)
    return { kind: 'gap', ackedSeq: now.ackedSeq };
  const { ending } = params;
  if (ending.kind !== 'completed' || ending.outcome === 'SUCCEEDED') return null;
  const asked = ending.outcome === 'CANCELLED' ? now.cancelRequested : now.pruneRequested;
  return asked ? null : { kind: 'not-asked', outcome: ending.outcome };
}

/** What the call that ended the attempt was told. A lease that was taken away had no such call: fenced. */
function repeat(now: AttemptNow, params: FinishParams): Finished {
  switch (now.outcome) {
    case 'SUCCEEDED':
    case 'PRUNED':
    case 'CANCELLED':
      return params.ending.kind === 'released'
        ? { kind: 'fenced' }
        : { kind: 'repeated', state: now.outcome };
    case 'FAILED': {
      if (params.ending.kind === 'released') return { kind: 'fenced' };
      const isLast = now.trialEpoch === params.epoch && now.trialState !== 'QUEUED';
      return { kind: 'repeated', state: isLast ? now.trialState : 'QUEUED' };
    }
    case 'RELEASED':
      return params.ending.kind === 'released' ? { kind: 'repeated', state: 'QUEUED' } : { kind: 'fenced' };
    default:
      return { kind: 'fenced' };
  }
}
