/** Checks what came over the wire: a message that decodes can still be nonsense. */
import type { MachineLoad, MetricPoint, MetricValue } from '@adt/proto/gen/adt/v1/common';
import type { Checkpoint as WireCheckpoint } from '@adt/proto/gen/adt/v1/trial';
import { metricName } from '@adt/proto/metric';
import type { Checkpoint } from '../store/checkpoints.js';
import type { Point } from '../store/metrics.js';
import { LIMITS } from '../tunables.js';
import { invalid, Refusal, status } from './refusal.js';

export const WORKER_ID = /^[a-z0-9-]{8,64}$/;
export const POOL = /^[a-z0-9-]{1,32}$/;
const MAX_INT = 2 ** 31 - 1;
/** A test has two measures at up to eight K, of all users and of four groups of them: 80. */
const MAX_VALUES = 128;

export function checkText(path: string, value: string, pattern: RegExp): string {
  if (!pattern.test(value))
    throw invalid(path, `must match ${pattern.source} (got ${JSON.stringify(value.slice(0, 80))})`);
  return value;
}

export function checkLength(path: string, value: string, max: number): string {
  if (value.length > max) throw invalid(path, `must have at most ${max} characters (has ${value.length})`);
  if (/\0/.test(value)) throw invalid(path, 'must not contain NUL');
  return value;
}

export function checkInteger(path: string, value: number, min: number, max = MAX_INT): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw invalid(path, `must be an integer from ${min} to ${max} (got ${value})`);
  }
  return value;
}

/** The attempt that a call speaks for. */
export function checkLease(request: { workerId: string; trialId: number; epoch: number }): {
  workerId: string;
  trialId: number;
  epoch: number;
} {
  return {
    workerId: checkText('worker_id', request.workerId, WORKER_ID),
    trialId: checkInteger('trial_id', request.trialId, 1),
    epoch: checkInteger('epoch', request.epoch, 1),
  };
}

/** A checkpoint as a worker names it. */
export function checkCheckpoint(given: WireCheckpoint | undefined): Checkpoint {
  if (!given) throw invalid('checkpoint', 'must be given');
  const step = checkInteger('checkpoint.step', given.step, 1);
  return {
    epoch: checkInteger('checkpoint.epoch', given.epoch, 1),
    step,
    resumeStep: checkInteger('checkpoint.resume_step', given.resumeStep, 0, step),
    sha256: checkText('checkpoint.sha256', given.sha256, /^[0-9a-f]{64}$/),
    bytes: checkInteger('checkpoint.bytes', given.bytes, 1, Number.MAX_SAFE_INTEGER),
  };
}

/** How busy a worker's machine is, or null where it does not say: a number that is none is no reason to lose its leases. */
export function checkLoad(load: MachineLoad | undefined): MachineLoad | null {
  if (!load) return null;
  const { memoryUsedBytes, memoryTotalBytes, cpuLoad } = load;
  const isSane = Number.isFinite(cpuLoad) && cpuLoad >= 0 && memoryUsedBytes <= memoryTotalBytes;
  return isSane ? { memoryUsedBytes, memoryTotalBytes, cpuLoad } : null;
}

/** A batch's points as they are stored: NaN and infinities become null. */
export function checkPoints(points: readonly MetricPoint[]): Point[] {
  if (points.length === 0) throw invalid('points', 'must not be empty');
  if (points.length > LIMITS.batchPoints) {
    const message = `a batch has at most ${LIMITS.batchPoints} points (this one ${points.length})`;
    throw new Refusal({ status: status.RESOURCE_EXHAUSTED, reason: 'BATCH_TOO_LARGE', message });
  }
  return points.map((point, at) => ({
    step: checkInteger(`points[${at}].step`, point.step, 1),
    metric: checkMetric(`points[${at}].metric`, point.metric),
    value: Number.isFinite(point.value) ? point.value : null,
  }));
}

/** Metric values by name; null where one was not finite. */
export function checkValues(path: string, values: readonly MetricValue[]): Record<string, number | null> {
  if (values.length > MAX_VALUES)
    throw invalid(path, `must have at most ${MAX_VALUES} values (has ${values.length})`);
  return Object.fromEntries(
    values.map(({ metric, value }, at) => [
      checkLength(`${path}[${at}].metric`, metric, 64),
      value === undefined || !Number.isFinite(value) ? null : value,
    ]),
  );
}

function checkMetric(path: string, name: string): string {
  const checked = metricName.safeParse(name);
  if (!checked.success) throw invalid(path, checked.error.issues[0]?.message ?? 'is not a metric name');
  return name;
}
