/** TrialService: what workers say. Thin: check, call, convert. */

import { TrialState } from '@adt/proto/gen/adt/v1/common';
import { type ClaimReply, Decision, type TrialServiceServer } from '@adt/proto/gen/adt/v1/trial';
import { reasonOf } from '../log.js';
import { commitCheckpoint, resumeFrom } from '../store/checkpoints.js';
import { type Claim, claimNext, claimTrial, type LeaseDecision, renewLeases } from '../store/claims.js';
import { returnHint } from '../store/outbox.js';
import { waitsForMore } from '../store/slotMemory.js';
import { finishSweeps } from '../store/sweeps.js';
import { registerWorker } from '../store/workers.js';
import { type Finished, type FinishParams, finishAttempt } from '../trial/finish.js';
import { LIMITS } from '../tunables.js';
import {
  checkCheckpoint,
  checkInteger,
  checkLease,
  checkLength,
  checkLoad,
  checkText,
  POOL,
  WORKER_ID,
} from './check.js';
import { endingOf, saidIn } from './completion.js';
import type { Context } from './context.js';
import { refuseFenced } from './fence.js';
import { IdleBeats } from './idleBeats.js';
import { metricStream } from './metricStream.js';
import { invalid, Refusal, status } from './refusal.js';
import { unary } from './unary.js';
import { claimedToWire } from './wire.js';

export function trialService(context: Context): TrialServiceServer {
  const { db, tunables, log, changes, scheduler, metrics } = context;
  const { leaseTtlMs } = tunables;
  const idle = new IdleBeats(db);

  const answerClaim = (claim: Claim): ClaimReply => {
    if (claim.kind === 'unknown-worker') throw unknownWorker();
    metrics.claimed(claim.kind === 'claimed');
    if (claim.kind === 'none') return { trial: undefined };
    const { trialId, epoch, sweepId } = claim.trial;
    log('debug', 'trial claimed', { trialId, epoch, sweepId });
    changes.touch({ sweepId, trialIds: [trialId] });
    // Its hint has left the window.
    scheduler.wake();
    return { trial: claimedToWire(claim.trial) };
  };

  /** Ends an attempt and tells everybody who must know. */
  const finish = async (params: FinishParams & { workerId: string }): Promise<Finished> => {
    const end = await finishAttempt(db, params);
    if (end.kind !== 'moved') return end;
    const { trialId, epoch } = params;
    metrics.attemptEnded(end.state);
    log('debug', 'attempt ended', { trialId, epoch, sweepId: end.sweepId, state: end.state });
    changes.touch({ sweepId: end.sweepId, trialIds: [params.trialId] });
    // Whatever became of it, a slot is free; a search hears of its own trials only.
    if (end.told) scheduler.wake();
    else scheduler.wakeAll();
    // Of a large sweep's trials only the last ones ask. One that is cancelled at this moment waits for the reconciler.
    if (end.state !== 'QUEUED' && !end.moreQueued) await closeSweep(end.sweepId);
    return end;
  };

  /** The trial has ended whatever happens here; the reconciler closes what this can't. */
  const closeSweep = async (sweepId: number): Promise<void> => {
    try {
      if ((await finishSweeps(db, sweepId)).length > 0) changes.touch({ sweepId });
    } catch (error) {
      log('warn', 'sweep is not closed yet', { sweepId, reason: reasonOf(error) });
    }
  };

  return {
    register: unary(log, async (request) => {
      const pool = checkText('pool', request.pool, POOL);
      if (request.engines.length > 16) throw invalid('engines', 'must have at most 16 entries');
      await registerWorker(db, {
        id: checkText('worker_id', request.workerId, WORKER_ID),
        host: checkLength('host', request.host, 255),
        pool,
        slots: checkInteger('slots', request.slots, 1, 1024),
        threadsPerSlot: checkInteger('threads_per_slot', request.threadsPerSlot, 1, 1024),
        engines: request.engines.map((engine) => ({
          name: checkLength('engines.name', engine.name, 64),
          version: checkLength('engines.version', engine.version, 64),
          device: checkLength('engines.device', engine.device, 255),
          slotMemoryBytes: checkInteger(
            'engines.slot_memory_bytes',
            engine.slotMemoryBytes,
            0,
            Number.MAX_SAFE_INTEGER,
          ),
        })),
      });
      await scheduler.ensurePools().catch((error) => {
        log('warn', 'no consumer for the pool yet', { pool, reason: reasonOf(error) });
      });
      scheduler.wakeAll();
      const nats = context.natsFor(request.workerId);
      return {
        heartbeatMs: tunables.heartbeatMs,
        leaseTtlMs,
        natsServers: nats.servers,
        natsToken: nats.token,
        natsUser: nats.user,
        natsPassword: nats.password,
        natsInboxPrefix: nats.inboxPrefix,
      };
    }),

    claim: unary(log, async (request) => {
      const workerId = checkText('worker_id', request.workerId, WORKER_ID);
      const trialId = checkInteger('trial_id', request.trialId, 1);
      const claim = await claimTrial(db, { workerId, trialId, leaseTtlMs });
      if (claim.kind === 'none' && (await waitsForMore(db, { workerId, trialId }))) throw slotTooSmall();
      // Before the answer, on which the worker acks its hint.
      if (claim.kind === 'none' && (await returnHint(db, trialId))) scheduler.wake();
      return answerClaim(claim);
    }),

    claimNext: unary(log, async (request) => {
      const workerId = checkText('worker_id', request.workerId, WORKER_ID);
      const pool = checkText('pool', request.pool, POOL);
      return answerClaim(await claimNext(db, { workerId, pool, leaseTtlMs }));
    }),

    heartbeat: unary(log, async (request) => {
      const workerId = checkText('worker_id', request.workerId, WORKER_ID);
      if (request.leases.length > LIMITS.leasesPerHeartbeat) {
        throw invalid('leases', `must have at most ${LIMITS.leasesPerHeartbeat} entries`);
      }
      const leases = request.leases.map(({ trialId, epoch }, at) => ({
        trialId: checkInteger(`leases[${at}].trial_id`, trialId, 1),
        epoch: checkInteger(`leases[${at}].epoch`, epoch, 1),
      }));
      const load = checkLoad(request.load);
      const { draining } = request;
      if (leases.length === 0 && !draining) {
        const answer = await idle.beat(workerId, load);
        if (answer === null) throw unknownWorker();
        return { decisions: [], drain: answer.drain };
      }
      const renewed = await renewLeases(db, { workerId, leases, draining, leaseTtlMs, load });
      if (renewed.kind === 'unknown-worker') throw unknownWorker();
      return { decisions: renewed.decisions.map(toWireDecision), drain: renewed.drain };
    }),

    reportMetrics: metricStream(context),

    commitCheckpoint: unary(log, async (request) => {
      const lease = checkLease(request);
      const lastSeq = checkInteger('last_seq', request.lastSeq, 0, Number.MAX_SAFE_INTEGER);
      const { epoch, ...checkpoint } = checkCheckpoint(request.checkpoint);
      if (epoch !== lease.epoch) throw invalid('checkpoint.epoch', `must be the caller's, ${lease.epoch}`);
      const end = await commitCheckpoint(db, { ...lease, checkpoint, lastSeq });
      if (end.kind === 'gap') throw seqGap(lastSeq, end.ackedSeq);
      if (end.kind === 'fenced') await refuseFenced(context, lease);
      return {};
    }),

    resumeFrom: unary(log, async (request) => {
      const lease = checkLease(request);
      const from = request.checkpoint === undefined ? null : checkCheckpoint(request.checkpoint);
      const end = await resumeFrom(db, { ...lease, from });
      switch (end.kind) {
        case 'resumed':
          return { resumeStep: end.resumeStep };
        case 'late': {
          const message = 'the attempt has reported points already';
          throw new Refusal({ status: status.FAILED_PRECONDITION, reason: 'ILLEGAL_STATE', message });
        }
        case 'fenced':
          return refuseFenced(context, lease);
        default:
          return end satisfies never;
      }
    }),

    complete: unary(log, async (request) => {
      const lease = checkLease(request);
      const lastSeq = checkInteger('last_seq', request.lastSeq, 0, Number.MAX_SAFE_INTEGER);
      const end = await finish({ ...lease, ...endingOf(request), lastSeq });
      if (end.kind === 'gap') throw seqGap(lastSeq, end.ackedSeq);
      return { state: TrialState[stateOf(end) ?? (await refuseFenced(context, lease))] };
    }),

    release: unary(log, async (request) => {
      const lease = checkLease(request);
      const end = await finish({ ...lease, ending: { kind: 'released' }, lastSeq: null, ...saidIn(request) });
      if (stateOf(end) === null) await refuseFenced(context, lease);
      return {};
    }),
  };
}

function toWireDecision({ trialId, epoch, decision }: LeaseDecision) {
  return { trialId, epoch, decision: Decision[decision] };
}

function stateOf(end: Finished): keyof typeof TrialState | null {
  if (end.kind === 'moved' || end.kind === 'repeated') return end.state;
  if (end.kind === 'not-asked') {
    const message = `${end.outcome} is for trials that were asked to stop, and this one was not`;
    throw new Refusal({ status: status.FAILED_PRECONDITION, reason: 'ILLEGAL_STATE', message });
  }
  return null;
}

function seqGap(lastSeq: number, ackedSeq: number): Refusal {
  const message = `the attempt reported ${lastSeq} points, ${ackedSeq} are stored`;
  return new Refusal({ status: status.OUT_OF_RANGE, reason: 'SEQ_GAP', message, ackedSeq });
}

function slotTooSmall(): Refusal {
  const message =
    'the trial ran out of as much memory as this worker has a slot, and another worker has more';
  return new Refusal({ status: status.FAILED_PRECONDITION, reason: 'SLOT_TOO_SMALL', message });
}

function unknownWorker(): Refusal {
  const message = 'this worker is not registered (any more): call Register first';
  return new Refusal({ status: status.FAILED_PRECONDITION, reason: 'UNKNOWN_WORKER', message });
}
