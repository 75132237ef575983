/** Refusals as problem+json (RFC 9457): how a gRPC status becomes an HTTP answer that a page can explain. */
import { ErrorInfo, type FieldViolation } from '@adt/proto/gen/adt/v1/common';
import { ERROR_INFO } from '@adt/proto/token';
import { type Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { RETRY_AFTER_S } from './tunables';

/** What went wrong, for people (`title`, `detail`), for programs (`code`), and where (`violations`). */
export type Problem = {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  violations: FieldViolation[];
  /** Seconds after which a repeat may succeed; null: it won't by waiting. */
  retryAfterS: number | null;
};

export type Answer<T> = { ok: true; value: T } | { ok: false; problem: Problem };

type Kind = { http: number; title: string; code: string; retry?: boolean };

const KINDS: Partial<Record<status, Kind>> = {
  [status.INVALID_ARGUMENT]: { http: 422, title: 'The input was refused', code: 'INVALID_ARGUMENT' },
  [status.NOT_FOUND]: { http: 404, title: 'Not found', code: 'NOT_FOUND' },
  [status.ALREADY_EXISTS]: { http: 409, title: 'Already submitted with other content', code: 'CONFLICT' },
  [status.FAILED_PRECONDITION]: { http: 409, title: 'Not possible in this state', code: 'CONFLICT' },
  [status.ABORTED]: { http: 409, title: 'Someone else was faster', code: 'CONFLICT' },
  [status.PERMISSION_DENIED]: { http: 403, title: 'Not allowed', code: 'FORBIDDEN' },
  [status.RESOURCE_EXHAUSTED]: { http: 429, title: 'Too much at once', code: 'BUSY', retry: true },
  [status.UNAVAILABLE]: {
    http: 503,
    title: 'The coordinator cannot be reached',
    code: 'COORDINATOR_UNREACHABLE',
    retry: true,
  },
  [status.DEADLINE_EXCEEDED]: {
    http: 503,
    title: 'The coordinator is too slow to answer',
    code: 'COORDINATOR_SLOW',
    retry: true,
  },
  // The dashboard's own token was refused: the browser can do nothing about it.
  [status.UNAUTHENTICATED]: {
    http: 502,
    title: 'The coordinator refused the dashboard’s token',
    code: 'TOKEN_MISMATCH',
  },
};

/** Reasons that say more than their gRPC status: what is too large stays so, however long one waits. */
const REASONS: Readonly<Record<string, { http: number; title: string }>> = {
  PARSE_ERROR: { http: 400, title: 'The text does not parse' },
  SWEEP_TOO_LARGE: { http: 422, title: 'The sweep is too large' },
  TOO_LARGE: { http: 413, title: 'Too large' },
};

const UNEXPECTED: Kind = { http: 502, title: 'The coordinator failed', code: 'COORDINATOR_ERROR' };

export function problem(http: number, code: string, title: string, detail: string): Problem {
  return {
    type: `urn:adt:${code}`,
    title,
    status: http,
    code,
    detail,
    violations: [],
    retryAfterS: null,
  };
}

/** The refusal of a call; `adt-error-bin` gives the reason and the fields where the coordinator sent them. */
export function problemOfCall(error: ServiceError): Problem {
  const kind = KINDS[error.code] ?? UNEXPECTED;
  const info = errorInfo(error.metadata);
  const code = info?.reason || kind.code;
  const { http, title } = REASONS[code] ?? kind;
  return {
    ...problem(http, code, title, detailOf(error, kind)),
    violations: info?.violations ?? [],
    retryAfterS: kind.retry && !(code in REASONS) ? RETRY_AFTER_S : null,
  };
}

/** Transport errors speak of sockets and addresses; those stay in the server's log. */
function detailOf(error: ServiceError, kind: Kind): string {
  if (kind.code === 'COORDINATOR_UNREACHABLE') return 'It may be starting or restarting. Nothing is lost.';
  if (kind.code === 'COORDINATOR_SLOW') return 'It is busy, or its database is. Nothing is lost.';
  if (kind.code === 'TOKEN_MISMATCH') return 'Both must be started with the same ADT_TOKEN.';
  return kind === UNEXPECTED ? 'Its log has the cause.' : error.details;
}

function errorInfo(metadata: Metadata | undefined): ErrorInfo | null {
  const bytes = metadata?.get(ERROR_INFO)[0];
  if (!Buffer.isBuffer(bytes)) return null;
  try {
    return ErrorInfo.decode(bytes);
  } catch {
    // A malformed detail must not hide the status it came with.
    return null;
  }
}

export function problemResponse(refusal: Problem): Response {
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  };
  if (refusal.retryAfterS !== null) headers['retry-after'] = String(refusal.retryAfterS);
  return new Response(JSON.stringify(refusal), { status: refusal.status, headers });
}
