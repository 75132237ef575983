/** Adapts an async function to a gRPC handler. */
import type { handleUnaryCall } from '@grpc/grpc-js';
import type { Log } from '../log.js';
import { statusOf } from './refusal.js';

/** Answers with what the function returns, or refuses with what it throws. */
export function unary<Request, Reply>(
  log: Log,
  handle: (request: Request) => Promise<Reply>,
): handleUnaryCall<Request, Reply> {
  return (call, callback) => {
    handle(call.request).then(
      (reply) => callback(null, reply),
      (error) => callback(statusOf(error, log)),
    );
  };
}
