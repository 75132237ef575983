/** The process's gRPC clients, and one call on them. Without a gate: questions of browsers go through `coordinator.ts`. */
import 'server-only';
import { AccessServiceClient } from '@adt/proto/gen/adt/v1/access';
import { SearchServiceClient } from '@adt/proto/gen/adt/v1/search';
import { channelCredentials } from '@adt/proto/grpcCredentials';
import { DEADLINE_EXCEEDED, neverLeft, Rotation, UNAVAILABLE } from '@adt/proto/rotation';
import { readTls } from '@adt/proto/tls';
import { AUTHORIZATION } from '@adt/proto/token';
import { type CallOptions, Metadata, type ServiceError } from '@grpc/grpc-js';
import { dashboardEnv } from './env';
import { type Answer, problemOfCall } from './problem';
import { KEEPALIVE_TIME_MS, KEEPALIVE_TIMEOUT_MS, MAX_REPLY_BYTES, RECONNECT_MAX_MS } from './tunables';

export type Unary<Request, Reply> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, reply: Reply) => void,
) => unknown;

/** Of one coordinator. */
type Clients = { search: SearchServiceClient; access: AccessServiceClient };

// Route handlers may live in several bundles of one process: what must be one of a kind hangs on globalThis.
const held = globalThis as { adtClients?: Rotation<Clients> };

function rotation(): Rotation<Clients> {
  held.adtClients ??= new Rotation(dashboardEnv().ADT_COORDINATOR.split(',').map(openClients));
  return held.adtClients;
}

function openClients(address: string): Clients {
  const credentials = channelCredentials(readTls(process.env));
  const options = {
    'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.max_receive_message_length': MAX_REPLY_BYTES,
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': RECONNECT_MAX_MS,
  };
  return {
    search: new SearchServiceClient(address, credentials, options),
    access: new AccessServiceClient(address, credentials, options),
  };
}

/**
 * One call as the dashboard itself; a refusal is logged and comes back as a problem. A call that reached no coordinator
 * is made again on each of the others.
 */
export async function callCoordinator<Name extends keyof Clients, Request, Reply>(
  service: Name,
  method: (client: Clients[Name]) => Unary<Request, Reply>,
  request: Request,
  deadlineMs: number,
): Promise<Answer<Reply>> {
  const coordinators = rotation();
  for (let tries = coordinators.servers.length; ; tries -= 1) {
    const clients = coordinators.current;
    const { error, reply } = await callOnce(clients[service], method, request, deadlineMs);
    if (error === null) return { ok: true, value: reply };
    if (error.code === UNAVAILABLE || error.code === DEADLINE_EXCEEDED) coordinators.leave(clients);
    if (tries > 1 && neverLeft(error)) continue;
    logRefusal(error);
    return { ok: false, problem: problemOfCall(error) };
  }
}

type Outcome<Reply> = { error: null; reply: Reply } | { error: ServiceError; reply?: undefined };

function callOnce<Client, Request, Reply>(
  client: Client,
  method: (client: Client) => Unary<Request, Reply>,
  request: Request,
  deadlineMs: number,
): Promise<Outcome<Reply>> {
  const metadata = identity();
  const options = { deadline: Date.now() + deadlineMs };
  return new Promise((resolve) => {
    method(client).call(client, request, metadata, options, (error, reply) =>
      resolve(error === null ? { error, reply } : { error }),
    );
  });
}

/** For a call that streams: the client in use, and what identifies the dashboard. */
export function searchStream(): { client: SearchServiceClient; metadata: Metadata } {
  return { client: rotation().current.search, metadata: identity() };
}

function identity(): Metadata {
  const metadata = new Metadata();
  metadata.set(AUTHORIZATION, `Bearer ${dashboardEnv().ADT_TOKEN}`);
  return metadata;
}

/** What the browser is not told stands here, one JSON object a line. */
export function logRefusal(error: ServiceError): void {
  const entry = {
    level: 'warn',
    msg: 'coordinator call refused',
    time: new Date().toISOString(),
    grpc: error.code,
  };
  process.stderr.write(`${JSON.stringify({ ...entry, details: error.details })}\n`);
}
