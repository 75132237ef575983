/** gRPC refusals as HTTP problems. */
import { ErrorInfo } from '@adt/proto/gen/adt/v1/common';
import { ERROR_INFO } from '@adt/proto/token';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { problemOfCall, problemResponse } from './problem';

function refused(code: status, details: string, info?: Partial<ErrorInfo> | Buffer): ServiceError {
  const metadata = new Metadata();
  if (Buffer.isBuffer(info)) metadata.set(ERROR_INFO, info);
  else if (info)
    metadata.set(ERROR_INFO, Buffer.from(ErrorInfo.encode(ErrorInfo.fromPartial(info)).finish()));
  return Object.assign(new Error(details), { code, details, metadata });
}

test('a refused input keeps its reason and its fields', () => {
  const violations = [{ path: 'parameters.lr.min', message: 'must be > 0' }];
  const error = refused(status.INVALID_ARGUMENT, 'refused', { reason: 'SPACE_INVALID', violations });
  expect(problemOfCall(error)).toMatchObject({
    status: 422,
    code: 'SPACE_INVALID',
    violations,
    retryAfterS: null,
  });
});

test('text that does not parse is 400, another body under the same key is 409', () => {
  expect(problemOfCall(refused(status.INVALID_ARGUMENT, 'line 3', { reason: 'PARSE_ERROR' }))).toMatchObject({
    status: 400,
  });
  expect(problemOfCall(refused(status.ALREADY_EXISTS, 'other spec'))).toMatchObject({ status: 409 });
});

test('what is too large says so, and nobody is told to wait for it to shrink', () => {
  for (const [reason, http] of [
    ['SWEEP_TOO_LARGE', 422],
    ['TOO_LARGE', 413],
  ] as const) {
    const problem = problemOfCall(refused(status.RESOURCE_EXHAUSTED, 'too much', { reason }));
    expect(problem).toMatchObject({ status: http, code: reason, retryAfterS: null });
  }
  const busy = problemOfCall(refused(status.RESOURCE_EXHAUSTED, 'too many at once', { reason: 'BUSY' }));
  expect(busy).toMatchObject({ status: 429, code: 'BUSY', retryAfterS: expect.any(Number) });
});

test('an unreachable coordinator asks to retry and tells no address', () => {
  const error = refused(status.UNAVAILABLE, 'connect ECONNREFUSED 10.0.0.7:50051');
  const problem = problemOfCall(error);
  expect(problem).toMatchObject({ status: 503, code: 'COORDINATOR_UNREACHABLE' });
  expect(JSON.stringify(problem)).not.toContain('10.0.0.7');
  expect(problemResponse(problem).headers.get('retry-after')).toBe(String(problem.retryAfterS));
});

test('a failure inside the coordinator tells nothing of its insides', () => {
  const problem = problemOfCall(refused(status.INTERNAL, 'SELECT * FROM trial failed'));
  expect(problem.status).toBe(502);
  expect(JSON.stringify(problem)).not.toContain('SELECT');
});

test('a malformed detail does not hide the status it came with', () => {
  const error = refused(status.NOT_FOUND, 'no sweep 9', Buffer.from([0xff, 0xff, 0xff]));
  expect(problemOfCall(error)).toMatchObject({ status: 404, detail: 'no sweep 9', violations: [] });
});
