/** Why an attempt failed, as the class that decides whether the trial is tried again. */
import { readFileSync } from 'node:fs';
import { FailureClass } from '@adt/proto/gen/adt/v1/common';
import type { Failure } from '@adt/proto/gen/adt/v1/trial';
import type { FailureKind } from './trainerIpc.js';
import type { TrainerEnd } from './trainerProcess.js';

const CLASS: Record<FailureKind, FailureClass> = {
  USER: FailureClass.USER,
  INFRA: FailureClass.INFRA,
  OOM: FailureClass.OOM,
};

const MAX_REASON_CHARS = 500;

export function failure(kind: FailureKind, reason: string, end?: TrainerEnd): Failure {
  return {
    failureClass: CLASS[kind],
    reason: reason.slice(0, MAX_REASON_CHARS),
    exitCode: end?.exitCode ?? undefined,
    stderrTail: end?.stderrTail ?? '',
  };
}

/**
 * A trainer that ended without a result, and not because it was told to.
 * @param oomKillsBefore oomKills() from before it was started
 */
export function failureOf(end: TrainerEnd, oomKillsBefore: number): Failure {
  if (end.last?.kind === 'failed') return failure(end.last.failure, end.last.reason, end);
  if (end.signal === 'SIGKILL' && oomKills() > oomKillsBefore) {
    return failure('OOM', 'the trainer was killed by the kernel: out of memory', end);
  }
  // V8 aborts the process when its heap is exhausted.
  if (end.stderrTail.includes('heap out of memory'))
    return failure('OOM', 'JavaScript heap out of memory', end);
  const how = end.signal === null ? `exited with code ${end.exitCode}` : `was killed by ${end.signal}`;
  return failure('INFRA', `the trainer ${how} without a result`, end);
}

/**
 * Processes that the kernel killed for lack of memory: of this cgroup where it counts them, else of the machine.
 * A kill elsewhere on the machine at the same moment is mistaken for ours; it costs one retry on a bigger slot.
 */
export function oomKills(): number {
  for (const file of ['/sys/fs/cgroup/memory.events', '/proc/vmstat']) {
    const count = readIfThere(file)?.match(/^oom_kill (\d+)$/m)?.[1];
    if (count !== undefined) return Number(count);
  }
  return 0;
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
