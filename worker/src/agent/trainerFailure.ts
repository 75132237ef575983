/** Sorts what a training threw by whose fault it is: it decides whether the trial is tried again. */
import { messageOf } from '../log.js';
import type { FailureKind } from './trainerIpc.js';

const OUT_OF_MEMORY = /out of memory|bad_alloc|allocation failed|cannot allocate/i;

/** A damaged or vanished bundle; no engine that loads. */
const INFRA_CODES: readonly string[] = ['BUNDLE_INVALID', 'UNKNOWN_DATASET', 'NO_ENGINE'];

/**
 * - OOM: memory ran out, here or in the native core.
 * - INFRA: the machine's fault (a file that can't be read, a damaged bundle, an engine that does not load).
 * - USER: everything else; the same configuration would throw the same again.
 */
export function trainerFailure(error: unknown): { failure: FailureKind; reason: string } {
  const reason = messageOf(error);
  const code = codeOf(error);
  if (code === 'ENOMEM' || OUT_OF_MEMORY.test(reason)) return { failure: 'OOM', reason };
  const isInfra = isSystemError(error) || INFRA_CODES.includes(String(code));
  return { failure: isInfra ? 'INFRA' : 'USER', reason };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
