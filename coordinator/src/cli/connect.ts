/** The command line's way to a platform: where it is, one channel, calls with a deadline, refusals as errors. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { ErrorInfo } from '@adt/proto/gen/adt/v1/common';
import { SearchServiceClient, type SearchServiceService } from '@adt/proto/gen/adt/v1/search';
import { channelCredentials } from '@adt/proto/grpcCredentials';
import { neverLeft, Rotation } from '@adt/proto/rotation';
import { readTls, type Tls } from '@adt/proto/tls';
import { AUTHORIZATION, ERROR_INFO } from '@adt/proto/token';
import { type ClientUnaryCall, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { Context } from './context.js';
import { Refused, UsageError } from './failure.js';
import { type Platform, readRunFile } from './runFile.js';
import { CALL_DEADLINE_MS, KEEPALIVE_INTERVAL_MS, KEEPALIVE_TIMEOUT_MS } from './tunables.js';

type Method = Exclude<keyof SearchServiceService, 'uploadDataset'>;
type Request<M extends Method> = Parameters<SearchServiceService[M]['requestSerialize']>[0];
export type Reply<M extends Method> = ReturnType<SearchServiceService[M]['responseDeserialize']>;
type UnaryCall<M extends Method> = (
  request: Request<M>,
  metadata: Metadata,
  options: { deadline: number },
  callback: (error: ServiceError | null, reply: Reply<M>) => void,
) => ClientUnaryCall;

/** Nothing answers: not started, stopped, or out of reach. Worth another try while a command waits. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** An open channel to the coordinator. */
export type Connection = {
  /** host:port */
  address: string;
  token: string;
  client: SearchServiceClient;
  /** One call. @throws Refused (bad input), Unreachable, Interrupted, or Error with the platform's words */
  call<M extends Method>(method: M, request: Request<M>): Promise<Reply<M>>;
};

/**
 * Where the platform is: ADT_COORDINATOR with ADT_TOKEN or ADT_TOKEN_FILE, else what `npm start` wrote down.
 * @throws UsageError when the environment is half set, Unreachable when no platform is running
 */
export async function findPlatform(context: Pick<Context, 'dataDir'>, env = process.env): Promise<Platform> {
  if (env.ADT_COORDINATOR) return { grpc: env.ADT_COORDINATOR, token: tokenFrom(env), tls: tlsFrom(env) };
  const platform = await readRunFile(context.dataDir);
  if (platform === null) throw notRunning(context.dataDir);
  return platform;
}

/** Runs `use` with a connection that is closed afterwards, whatever happens. */
export async function withPlatform<T>(
  context: Context,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const platform = await findPlatform(context);
  const absent = () => (process.env.ADT_COORDINATOR ? noAnswer(platform.grpc) : notRunning(context.dataDir));
  const connection = openConnection({ ...platform, signal: context.signal, absent });
  try {
    return await use(connection);
  } finally {
    connection.close();
  }
}

/**
 * A channel to the coordinator at `grpc` (host:port, or several with commas between: any will do); nothing is sent yet.
 * @param params.signal aborts running calls, which then throw its reason
 * @param params.absent the error for a coordinator that does not answer
 */
export function openConnection(
  params: Platform & { signal: AbortSignal; absent?: () => Error },
): Connection & { close(): void } {
  const { grpc, token, signal, absent = () => noAnswer(grpc) } = params;
  const open = (address: string) =>
    new SearchServiceClient(address, channelCredentials(params.tls ?? null), {
      'grpc.keepalive_time_ms': KEEPALIVE_INTERVAL_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    });
  const clients = new Rotation(grpc.split(',').map(open));
  return {
    address: grpc,
    token,
    get client() {
      return clients.current;
    },
    async call(method, request) {
      for (let tries = clients.servers.length; ; tries -= 1) {
        const client = clients.current;
        try {
          return await unary(client, method, request, { token, signal });
        } catch (error) {
          signal.throwIfAborted();
          const isAway = isServiceError(error) && error.code === status.UNAVAILABLE;
          if (isAway) clients.leave(client);
          if (isAway && tries > 1 && neverLeft(error)) continue;
          throw explain(error, absent);
        }
      }
    },
    close: () => {
      for (const client of clients.servers) client.close();
    },
  };
}

function unary<M extends Method>(
  client: SearchServiceClient,
  method: M,
  request: Request<M>,
  { token, signal }: { token: string; signal: AbortSignal },
): Promise<Reply<M>> {
  signal.throwIfAborted();
  const metadata = new Metadata();
  metadata.set(AUTHORIZATION, `Bearer ${token}`);
  const start = client[method].bind(client) as unknown as UnaryCall<M>;
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + CALL_DEADLINE_MS };
    const call = start(request, metadata, options, (error, reply) => {
      signal.removeEventListener('abort', cancel);
      if (error === null) resolve(reply);
      else reject(error);
    });
    const cancel = () => call.cancel();
    signal.addEventListener('abort', cancel, { once: true });
  });
}

/** What the caller did wrong: exit code 2. Everything else is the platform's or the network's trouble. */
const CALLERS_FAULT: readonly status[] = [
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.ALREADY_EXISTS,
  status.FAILED_PRECONDITION,
  status.OUT_OF_RANGE,
];

/** A refused call as the command line says it. @param absent the error for a coordinator that does not answer */
export function explain(error: unknown, absent: () => Error): unknown {
  if (!isServiceError(error)) return error;
  if (error.code === status.UNAVAILABLE) return absent();
  if (error.code === status.DEADLINE_EXCEEDED)
    return new Unreachable(`the platform did not answer within ${CALL_DEADLINE_MS / 1000} s`);
  if (error.code === status.UNAUTHENTICATED)
    return new Error('the platform refuses the token: it was started with another one');
  if (!CALLERS_FAULT.includes(error.code)) return new Error(error.details, { cause: error });
  const info = errorInfo(error);
  return new Refused(error.details, info?.reason ?? status[error.code], info?.violations ?? []);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error;
}

function errorInfo(error: ServiceError): ErrorInfo | null {
  const [bytes] = error.metadata?.get(ERROR_INFO) ?? [];
  if (!(bytes instanceof Uint8Array)) return null;
  try {
    return ErrorInfo.decode(bytes);
  } catch {
    return null;
  }
}

export function noAnswer(address: string): Unreachable {
  return new Unreachable(`no coordinator answers at ${address}`);
}

/** Says which data dir was looked at, as short as it can be said. */
export function notRunning(dataDir: string): Unreachable {
  const near = relative(process.cwd(), dataDir);
  const shown = near === '' || near.startsWith('..') ? dataDir : near;
  return new Unreachable(`no platform is running in ${shown} (start it with npm start)`);
}

/** Like the token's: for a platform of ADT_COORDINATOR; one on this machine speaks plain text on loopback. */
function tlsFrom(env: NodeJS.ProcessEnv): Tls | null {
  try {
    return readTls(env);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Never from a flag: other users of the machine can read command lines. */
function tokenFrom(env: NodeJS.ProcessEnv): string {
  if (env.ADT_TOKEN) return env.ADT_TOKEN;
  if (env.ADT_TOKEN_FILE) return readTokenFile(env.ADT_TOKEN_FILE);
  throw new UsageError('ADT_COORDINATOR is set but neither ADT_TOKEN nor ADT_TOKEN_FILE');
}

/** @throws UsageError when the file cannot be read or is empty */
export function readTokenFile(path: string): string {
  try {
    const token = readFileSync(path, 'utf8').trim();
    if (token !== '') return token;
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`);
  }
  throw new UsageError(`${path}: the token file is empty`);
}
