/** Rows of the store as messages of the wire. The only place that knows both. */
import {
  type MetricValue,
  TrialState,
  TrainingConfig as WireTrainingConfig,
} from '@adt/proto/gen/adt/v1/common';
import {
  type Attempt,
  type Curve,
  type Dataset,
  type SweepAttempt,
  SweepState,
  type SweepSummary,
  type Trial,
  TrialPhase,
  type TrialSummary,
  type Worker,
  WorkerState,
} from '@adt/proto/gen/adt/v1/search';
import type { ClaimedTrial as WireClaimedTrial } from '@adt/proto/gen/adt/v1/trial';
import type { ClaimedTrial } from '../store/claims.js';
import type { CurveRow } from '../store/curves.js';
import type { DatasetRow } from '../store/datasets.js';
import type { SweepAttemptRow } from '../store/sweepAttempts.js';
import type { SweepRow } from '../store/sweeps.js';
import type { AttemptRow, TrialRow } from '../store/trials.js';
import type { WorkerRow } from '../store/workers.js';

export function sweepToWire(row: SweepRow): SweepSummary {
  const { queued, running, succeeded, pruned, failed, cancelled } = row;
  return {
    sweepId: row.id,
    name: row.name,
    state: SweepState[row.state],
    owner: row.owner,
    metric: row.metric,
    maximize: row.maximize,
    counts: { queued, running, succeeded, pruned, failed, cancelled },
    bestValue: row.bestValue ?? undefined,
    bestTrialId: row.bestTrialId ?? undefined,
    datasets: row.datasets,
    models: row.models,
    losses: row.losses,
    createdMs: row.createdAt.getTime(),
    finishedMs: row.finishedAt?.getTime(),
    reason: row.reason ?? '',
    // What has ended is over, whatever was wanted of it before.
    paused: row.paused && row.state === 'RUNNING',
  };
}

/** NaN where a value was not finite. */
export function curveToWire({ trialId, metric, steps, values }: CurveRow): Curve {
  return { trialId, metric, steps, values: values.map((value) => value ?? Number.NaN) };
}

export function trialToWire(row: TrialRow): TrialSummary {
  return {
    trialId: row.id,
    sweepId: row.sweepId,
    number: row.number,
    state: TrialState[row.state],
    config: WireTrainingConfig.fromPartial(row.config),
    bestValue: row.bestValue ?? undefined,
    bestStep: row.bestStep ?? undefined,
    valid: values(row.result?.valid),
    test: values(row.result?.test),
    lastStep: row.lastStep,
    totalSteps: row.totalSteps,
    epoch: row.epoch,
    workerId: row.workerId ?? '',
    failureReason: row.failureReason ?? '',
    queuedMs: row.queuedAt.getTime(),
    startedMs: row.startedAt?.getTime(),
    endedMs: row.endedAt?.getTime(),
    phase: TrialPhase[row.phase],
    stratum: row.stratum,
    configuration: row.configuration,
    pruneReason: row.pruneReason ?? '',
    retries: row.retries || undefined,
  };
}

export function trialWithAttempts(row: TrialRow, attempts: readonly AttemptRow[]): Trial {
  const { result } = row;
  return {
    summary: trialToWire(row),
    attempts: attempts.map(attemptToWire),
    report: result
      ? {
          seconds: values(result.seconds),
          facts: values(result.facts ?? {}),
          engine: result.engine,
          parametersSha256: result.parametersSha256,
        }
      : undefined,
  };
}

function attemptToWire(row: AttemptRow): Attempt {
  return {
    epoch: row.epoch,
    workerId: row.workerId,
    startedMs: row.startedAt.getTime(),
    endedMs: row.endedAt?.getTime(),
    outcome: row.outcome ?? '',
    reason: row.reason ?? '',
    exitCode: row.exitCode ?? undefined,
    stderrTail: row.stderrTail ?? '',
    ackedSeq: row.ackedSeq,
    engine: row.engine ?? '',
    resumeStep: row.resumeStep,
    pointsDropped: row.pointsDropped,
  };
}

export function sweepAttemptToWire(row: SweepAttemptRow): SweepAttempt {
  const { startedAt, endedAt, outcome, ...rest } = row;
  return {
    ...rest,
    startedMs: startedAt.getTime(),
    endedMs: endedAt?.getTime(),
    outcome: outcome ?? '',
  };
}

export function datasetToWire(row: DatasetRow, missing: boolean): Dataset {
  const { name, sha256, bytes, header, createdAt } = row;
  const part = (key: keyof typeof header.parts) => ({
    interactions: header.parts[key].interactions,
    falsePositives: header.parts[key].falsePositives ?? undefined,
  });
  return {
    name,
    sha256,
    bytes,
    users: header.users,
    items: header.items,
    train: part('train'),
    valid: part('valid'),
    test: part('test'),
    fpRule: header.fpRule,
    source: header.source,
    createdMs: createdAt.getTime(),
    missing,
  };
}

export function workerToWire(row: WorkerRow): Worker {
  const state = row.lost ? WorkerState.LOST : row.draining ? WorkerState.DRAINING : WorkerState.ACTIVE;
  return {
    workerId: row.id,
    host: row.host,
    pool: row.pool,
    slots: row.slots,
    threadsPerSlot: row.threadsPerSlot,
    state,
    engines: row.engines.map((engine) => `${engine.name} ${engine.version} on ${engine.device}`),
    runningTrialIds: row.runningTrialIds,
    startedMs: row.startedAt.getTime(),
    lastSeenMs: row.lastSeenAt.getTime(),
    drainRequested: row.drainRequested,
    load: row.load ?? undefined,
  };
}

export function claimedToWire(trial: ClaimedTrial): WireClaimedTrial {
  return { ...trial, config: WireTrainingConfig.fromPartial(trial.config) };
}

function values(record: Record<string, number | null> | undefined): MetricValue[] {
  return Object.entries(record ?? {}).map(([metric, value]) => ({ metric, value: value ?? undefined }));
}
