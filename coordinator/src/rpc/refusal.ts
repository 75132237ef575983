/** What a refused call says: a gRPC status, and the details in trailing metadata. */
import { ErrorInfo, type FieldViolation } from '@adt/proto/gen/adt/v1/common';
import { ERROR_INFO } from '@adt/proto/token';
import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { type Log, reasonOf } from '../log.js';

export { status } from '@grpc/grpc-js';

/** Thrown by handlers; becomes the call's status. */
export class Refusal extends Error {
  readonly status: status;
  readonly info: ErrorInfo;

  constructor(params: {
    status: status;
    reason: string;
    message: string;
    violations?: FieldViolation[];
    ackedSeq?: number;
  }) {
    super(params.message);
    this.status = params.status;
    this.info = { reason: params.reason, violations: params.violations ?? [], ackedSeq: params.ackedSeq };
  }
}

/** INVALID_ARGUMENT for one field. */
export function invalid(path: string, message: string): Refusal {
  const violations = [{ path, message }];
  return new Refusal({
    status: status.INVALID_ARGUMENT,
    reason: 'INVALID',
    message: `${path}: ${message}`,
    violations,
  });
}

export function notFound(what: string): Refusal {
  return new Refusal({ status: status.NOT_FOUND, reason: 'NOT_FOUND', message: `there is no ${what}` });
}

/** The status that a failed call ends with. What is not a Refusal is a fault of ours: logged, and not told in detail. */
export function statusOf(error: unknown, log: Log): StatusObject {
  const refusal = error instanceof Refusal ? error : fault(error, log);
  const metadata = new Metadata();
  metadata.set(ERROR_INFO, Buffer.from(ErrorInfo.encode(refusal.info).finish()));
  return { code: refusal.status, details: refusal.message, metadata };
}

function fault(error: unknown, log: Log): Refusal {
  log('error', 'call failed', { reason: reasonOf(error) });
  if (isOutage(error)) {
    const message = 'the database is not to be had: try again';
    return new Refusal({ status: status.UNAVAILABLE, reason: 'DATABASE_UNAVAILABLE', message });
  }
  return new Refusal({ status: status.INTERNAL, reason: 'INTERNAL', message: 'internal error, see the log' });
}

/** SQLSTATE classes that pass by themselves: connection, operator intervention, a time-out, resources, serialisation. */
const TRANSIENT = /^(08|57P|57014|53|40)/;

function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (TRANSIENT.test(code) || /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|P1\d\d\d)/.test(code)) return true;
  return /timeout exceeded when trying to connect|query read timeout|connection terminated|not queryable/i.test(
    error.message,
  );
}
