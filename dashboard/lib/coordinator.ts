/** The one gRPC client of the process, and the gate that every question to the coordinator goes through. */
import 'server-only';
import { SearchServiceClient } from '@adt/proto/gen/adt/v1/search';
import { channelCredentials } from '@adt/proto/grpcCredentials';
import { readTls } from '@adt/proto/tls';
import { AUTHORIZATION } from '@adt/proto/token';
import { type CallOptions, Metadata, type ServiceError } from '@grpc/grpc-js';
import { dashboardEnv } from './env';
import { type Answer, problem, problemOfCall } from './problem';
import { hasSession } from './session';
import { KEEPALIVE_TIME_MS, KEEPALIVE_TIMEOUT_MS, MAX_REPLY_BYTES, RECONNECT_MAX_MS } from './tunables';

type Unary<Request, Reply> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, reply: Reply) => void,
) => unknown;

const held = globalThis as { adtSearchClient?: SearchServiceClient };

function client(): SearchServiceClient {
  held.adtSearchClient ??= new SearchServiceClient(
    dashboardEnv().ADT_COORDINATOR,
    channelCredentials(readTls(process.env)),
    {
      'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
      'grpc.max_receive_message_length': MAX_REPLY_BYTES,
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': RECONNECT_MAX_MS,
    },
  );
  return held.adtSearchClient;
}

export const NOT_SIGNED_IN = problem(
  401,
  'NOT_SIGNED_IN',
  'Not signed in',
  'Get a new link with `npx adt login`.',
);

/**
 * Calls the coordinator for a signed-in browser. The session is checked here, beside the data, so that a page
 * or route that forgets to check cannot leak anything.
 */
export async function ask<Request, Reply>(
  method: (client: SearchServiceClient) => Unary<Request, Reply>,
  request: Request,
  deadlineMs: number,
): Promise<Answer<Reply>> {
  if (!(await hasSession())) return { ok: false, problem: NOT_SIGNED_IN };
  const metadata = new Metadata();
  metadata.set(AUTHORIZATION, `Bearer ${dashboardEnv().ADT_TOKEN}`);
  return new Promise((resolve) => {
    method(client()).call(
      client(),
      request,
      metadata,
      { deadline: Date.now() + deadlineMs },
      (error, reply) => {
        if (error) logRefusal(error);
        resolve(error ? { ok: false, problem: problemOfCall(error) } : { ok: true, value: reply });
      },
    );
  });
}

/** What the browser is not told stands here, one JSON object a line. */
function logRefusal(error: ServiceError): void {
  const entry = {
    level: 'warn',
    msg: 'coordinator call refused',
    time: new Date().toISOString(),
    grpc: error.code,
  };
  process.stderr.write(`${JSON.stringify({ ...entry, details: error.details })}\n`);
}
