/** What a failed gRPC call means for the worker: wait, stop, resend or give up. */
import { ErrorInfo } from '@adt/proto/gen/adt/v1/common';
import { ERROR_INFO } from '@adt/proto/token';
import { type ServiceError, status } from '@grpc/grpc-js';

/**
 * - `away`: no answer, or the coordinator cannot answer now. The call is repeated.
 * - `fenced`: another attempt owns the trial. Nothing more is sent for this one.
 * - `unregistered`: the coordinator does not know the worker (its database is another one). Register again.
 * - `gap`: the coordinator holds fewer points than the worker thought. Resend what follows `ackedSeq`.
 * - `too-small`: the trial ran out of as much memory as a slot has here, and another worker has more.
 * - `bad`: the coordinator will never take this. Repeating it would go on for ever.
 */
export type Refusal =
  | { kind: 'away' | 'fenced' | 'unregistered' | 'too-small' | 'bad'; message: string }
  | { kind: 'gap'; message: string; ackedSeq: number };

const KIND_OF_REASON: Record<string, 'fenced' | 'unregistered' | 'too-small'> = {
  STALE_EPOCH: 'fenced',
  UNKNOWN_WORKER: 'unregistered',
  SLOT_TOO_SMALL: 'too-small',
};

const KIND_OF_STATUS: Partial<Record<status, 'fenced' | 'bad'>> = {
  [status.INVALID_ARGUMENT]: 'bad',
  [status.FAILED_PRECONDITION]: 'bad',
  [status.UNAUTHENTICATED]: 'bad',
  [status.UNIMPLEMENTED]: 'bad',
  // The trial is gone with its sweep, or was never ours: either way it is not ours now.
  [status.NOT_FOUND]: 'fenced',
  [status.PERMISSION_DENIED]: 'fenced',
};

/** Sorts a gRPC error. @throws the error itself when no call failed (a bug of ours) */
export function refusalOf(error: unknown): Refusal {
  if (isCutStream(error)) return { kind: 'away', message: error.message };
  if (!isServiceError(error)) throw error;
  const info = errorInfo(error);
  const message = `${status[error.code]}: ${error.details}`;
  if (info?.reason === 'SEQ_GAP') return { kind: 'gap', message, ackedSeq: info.ackedSeq ?? 0 };
  return { kind: KIND_OF_REASON[info?.reason ?? ''] ?? KIND_OF_STATUS[error.code] ?? 'away', message };
}

/** A stream that was torn down on our side of the channel, before any status came. */
function isCutStream(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error;
}

function errorInfo(error: ServiceError): ErrorInfo | null {
  const bytes = error.metadata?.get(ERROR_INFO)[0];
  if (!(bytes instanceof Uint8Array)) return null;
  try {
    return ErrorInfo.decode(bytes);
  } catch {
    return null;
  }
}
