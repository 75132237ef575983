/** The gRPC clients of the process, one a coordinator, and the gate that every question to the coordinator goes through. */
import 'server-only';
import { SearchServiceClient } from '@adt/proto/gen/adt/v1/search';
import { DEADLINE_EXCEEDED, neverLeft, Rotation, UNAVAILABLE } from '@adt/proto/rotation';
import { AUTHORIZATION } from '@adt/proto/token';
import { type CallOptions, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
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

const held = globalThis as { adtSearchClients?: Rotation<SearchServiceClient> };

function clients(): Rotation<SearchServiceClient> {
  held.adtSearchClients ??= new Rotation(dashboardEnv().ADT_COORDINATOR.split(',').map(open));
  return held.adtSearchClients;
}

function open(address: string): SearchServiceClient {
  return new SearchServiceClient(address, credentials.createInsecure(), {
    'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.max_receive_message_length': MAX_REPLY_BYTES,
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': RECONNECT_MAX_MS,
  });
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
  const rotation = clients();
  for (let tries = rotation.servers.length; ; tries -= 1) {
    const { error, reply } = await askOnce(rotation, method, request, { metadata, deadlineMs });
    if (error === null) return { ok: true, value: reply };
    if (tries > 1 && neverLeft(error)) continue;
    logRefusal(error);
    return { ok: false, problem: problemOfCall(error) };
  }
}

type Outcome<Reply> = { error: null; reply: Reply } | { error: ServiceError; reply?: undefined };

/** A coordinator that does not answer is left: the next question goes to another, if there is one. */
function askOnce<Request, Reply>(
  rotation: Rotation<SearchServiceClient>,
  method: (client: SearchServiceClient) => Unary<Request, Reply>,
  request: Request,
  { metadata, deadlineMs }: { metadata: Metadata; deadlineMs: number },
): Promise<Outcome<Reply>> {
  const client = rotation.current;
  const options = { deadline: Date.now() + deadlineMs };
  return new Promise((resolve) => {
    method(client).call(client, request, metadata, options, (error, reply) => {
      if (error === null) return resolve({ error, reply });
      if (error.code === UNAVAILABLE || error.code === DEADLINE_EXCEEDED) rotation.leave(client);
      resolve({ error });
    });
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
