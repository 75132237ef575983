/** A coordinator inside the test, on a database of its own, and clients that speak to it as workers and browsers do. */
import { EventEmitter, on, once } from 'node:events';
import { type Coordinator, startCoordinator } from '@adt/coordinator/service';
import { DEFAULT_TUNABLES, type Tunables } from '@adt/coordinator/tunables';
import type { NatsServer } from '@adt/deploy/local/nats';
import { type Database, openDatabase } from '@adt/prisma/client';
import { ErrorInfo } from '@adt/proto/gen/adt/v1/common';
import { SearchServiceClient } from '@adt/proto/gen/adt/v1/search';
import { type MetricDown, type MetricUp, TrialServiceClient } from '@adt/proto/gen/adt/v1/trial';
import { channelCredentials } from '@adt/proto/grpcCredentials';
import type { ClientToServer, Delta, ServerToClient, Topic } from '@adt/proto/live';
import { type NatsLogin, tokenLogin } from '@adt/proto/natsLogin';
import type { Tls } from '@adt/proto/tls';
import { AUTHORIZATION, ERROR_INFO, LIVE_TICKET, mintTicket, newToken } from '@adt/proto/token';
import {
  type CallOptions,
  type ClientDuplexStream,
  type ClientUnaryCall,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { io, type Socket } from 'socket.io-client';
import { atEnd } from '../harness/cleanup.js';
import { createDatabase } from '../harness/postgres.js';

export const ORIGIN = 'http://127.0.0.1:3000';

export type TestCoordinator = Coordinator & {
  token: string;
  db: Database;
  databaseUrl: string;
  trials: TrialServiceClient;
  search: SearchServiceClient;
  /** What it logged, `level msg {fields}`. */
  logged: string[];
  /** The next line, from now on, that contains the text. */
  nextLog(text: string): Promise<string>;
};

export type CoordinatorParams = {
  nats?: NatsServer | null;
  /** An address where NATS may be later. */
  natsUrl?: string;
  natsToken?: string;
  natsLogin?: NatsLogin;
  natsWorkerSecret?: string;
  migratorUrl?: string;
  databaseUrl?: string;
  token?: string;
  tunables?: Partial<Tunables>;
  tls?: Tls;
  grpcListen?: string;
};

/** Ends with the test file, or by `stop`. */
export async function testCoordinator(params: CoordinatorParams = {}): Promise<TestCoordinator> {
  const databaseUrl = params.databaseUrl ?? (await createDatabase());
  const token = params.token ?? newToken();
  const logged: string[] = [];
  const lines = new EventEmitter();
  const nextLog = async (text: string): Promise<string> => {
    for await (const [line] of on(lines, 'line')) if (line.includes(text)) return line;
    throw new Error('unreachable');
  };
  const coordinator = await startCoordinator({
    databaseUrl,
    natsUrl: params.natsUrl ?? params.nats?.url ?? '',
    nats: params.natsLogin ?? tokenLogin(params.natsToken ?? params.nats?.token ?? ''),
    natsWorkerSecret: params.natsWorkerSecret ?? '',
    migratorUrl: params.migratorUrl ?? '',
    token,
    tls: params.tls ?? null,
    grpcListen: params.grpcListen ?? '127.0.0.1:0',
    liveListen: '127.0.0.1:0',
    liveOrigins: [ORIGIN],
    tunables: { ...DEFAULT_TUNABLES, stopGraceMs: 500, ...params.tunables },
    log: (level, msg, fields) => {
      const line = `${level} ${msg} ${JSON.stringify(fields ?? {})}`;
      logged.push(line);
      lines.emit('line', line);
    },
  });
  const db = openDatabase({ url: databaseUrl, connectionLimit: 4 });
  const credentials = channelCredentials(params.tls ?? null);
  const trials = new TrialServiceClient(coordinator.grpcAddress, credentials);
  const search = new SearchServiceClient(coordinator.grpcAddress, credentials);
  atEnd(async () => {
    trials.close();
    search.close();
    await coordinator.stop();
    await db.close();
  });
  return { ...coordinator, token, db, databaseUrl, trials, search, logged, nextLog };
}

type Answer<Reply> = (error: ServiceError | null, reply: Reply) => void;

type Unary<Request, Reply> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: Answer<Reply>,
) => ClientUnaryCall;

export function bearer(token: string): Metadata {
  const metadata = new Metadata();
  metadata.set(AUTHORIZATION, `Bearer ${token}`);
  return metadata;
}

/** Calls a unary method: `ask(c, c.trials, 'claim', {…})`. @throws Refused */
export function ask<Client extends object, Name extends keyof Client>(
  coordinator: Pick<TestCoordinator, 'token'>,
  client: Client,
  name: Name,
  request: Parameters<Extract<Client[Name], (...args: never[]) => unknown>>[0],
): Promise<ReplyOf<Client[Name]>> {
  const method = client[name] as Unary<typeof request, ReplyOf<Client[Name]>>;
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + 10_000 };
    method.call(client, request, bearer(coordinator.token), options, (error, reply) => {
      if (error) reject(refused(error));
      else resolve(reply);
    });
  });
}

/** What a unary method calls back with. Inference looks at all three overloads, so all three are spelt out. */
type ReplyOf<Method> = Method extends {
  (request: never, callback: Answer<infer Reply>): ClientUnaryCall;
  (request: never, metadata: Metadata, callback: Answer<infer Reply>): ClientUnaryCall;
  (
    request: never,
    metadata: Metadata,
    options: Partial<CallOptions>,
    callback: Answer<infer Reply>,
  ): ClientUnaryCall;
}
  ? Reply
  : never;

/** A refused call as a test reads it. */
export class Refused extends Error {
  constructor(
    readonly status: string,
    readonly reason: string,
    readonly info: ErrorInfo | null,
    message: string,
  ) {
    super(message);
  }
}

export function refused(error: ServiceError): Refused {
  const [bytes] = error.metadata?.get(ERROR_INFO) ?? [];
  const info = Buffer.isBuffer(bytes) ? ErrorInfo.decode(bytes) : null;
  return new Refused(status[error.code] ?? String(error.code), info?.reason ?? '', info, error.details);
}

/** What a promise is refused with. @throws Error when it is not refused */
export async function refusalOf(call: Promise<unknown>): Promise<Refused> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
  throw new Error('the call was not refused');
}

/** One metric stream, message by message. */
export class MetricStream {
  readonly #call: ClientDuplexStream<MetricUp, MetricDown>;
  readonly #answers: AsyncIterator<MetricDown>;

  constructor(coordinator: Pick<TestCoordinator, 'trials' | 'token'>) {
    this.#call = coordinator.trials.reportMetrics(bearer(coordinator.token));
    this.#answers = this.#call[Symbol.asyncIterator]();
  }

  /** Sends a message and waits for the answer to it. @throws Refused */
  async say(up: Partial<MetricUp>): Promise<MetricDown> {
    this.#call.write({ hello: undefined, batch: undefined, ...up });
    const next = await this.#answers.next().catch((error: ServiceError) => Promise.reject(refused(error)));
    if (next.done) throw new Error('the stream has ended');
    return next.value;
  }

  /** Half-closes and waits for the end. */
  async end(): Promise<void> {
    this.#call.end();
    await this.#answers.next();
  }
}

type LiveSocket = Socket<ServerToClient, ClientToServer>;

/** A browser's live connection: keeps every delta, and waits for one. */
export class LiveClient {
  readonly deltas: Delta[] = [];
  readonly #waiting: { matches: (delta: Delta) => boolean; resolve: (delta: Delta) => void }[] = [];

  private constructor(readonly socket: LiveSocket) {
    socket.on('delta', (delta) => {
      this.deltas.push(delta);
      for (const { matches, resolve } of this.#waiting) if (matches(delta)) resolve(delta);
    });
  }

  /** @throws Error with the server's words when it does not let us in */
  static async connect(
    coordinator: Pick<TestCoordinator, 'liveAddress' | 'token'>,
    params: { ticket?: string; origin?: string; transports?: ('websocket' | 'polling')[] } = {},
  ): Promise<LiveClient> {
    const socket: LiveSocket = io(`http://${coordinator.liveAddress}`, {
      auth: { ticket: params.ticket ?? mintTicket(coordinator.token, LIVE_TICKET, 60_000) },
      extraHeaders: { origin: params.origin ?? ORIGIN },
      transports: params.transports ?? ['websocket'],
      reconnection: false,
      forceNew: true,
    });
    atEnd(() => {
      socket.disconnect();
    });
    const client = new LiveClient(socket);
    const failed = once(socket as never, 'connect_error').then(([error]) => Promise.reject(error));
    await Promise.race([once(socket as never, 'connect'), failed]);
    return client;
  }

  /** @returns the version after which deltas follow */
  async subscribe(topic: Topic): Promise<number> {
    const answer = await this.socket.timeout(5_000).emitWithAck('subscribe', topic);
    if ('error' in answer) throw new Error(answer.error);
    return answer.version;
  }

  /** The first delta that matches, among those that came and those to come. */
  seen(matches: (delta: Delta) => boolean): Promise<Delta> {
    const earlier = this.deltas.find(matches);
    if (earlier) return Promise.resolve(earlier);
    return new Promise((resolve) => this.#waiting.push({ matches, resolve }));
  }
}
