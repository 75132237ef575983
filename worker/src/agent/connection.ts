/** The worker's gRPC channels to the coordinators, one in use at a time: keepalive, deadlines, bearer token; refusals as values. */
import {
  type MetricDown,
  type MetricUp,
  TrialServiceClient,
  type TrialServiceService,
} from '@adt/proto/gen/adt/v1/trial';
import { channelCredentials } from '@adt/proto/grpcCredentials';
import { DEADLINE_EXCEEDED, Rotation, UNAVAILABLE } from '@adt/proto/rotation';
import type { Tls } from '@adt/proto/tls';
import { AUTHORIZATION } from '@adt/proto/token';
import { callerTracing, isTraced } from '@adt/proto/tracing';
import { type ClientDuplexStream, type ClientUnaryCall, Metadata, type ServiceError } from '@grpc/grpc-js';
import {
  BACKOFF_FIRST_MS,
  BACKOFF_LAST_MS,
  CALL_DEADLINE_MS,
  KEEPALIVE_INTERVAL_MS,
  KEEPALIVE_TIMEOUT_MS,
  MAX_MESSAGE_BYTES,
} from '../tunables.js';
import { Backoff } from './backoff.js';
import { type Refusal, refusalOf } from './refusal.js';

type Method = Exclude<keyof TrialServiceService, 'reportMetrics'>;
type Request<M extends Method> = Parameters<TrialServiceService[M]['requestSerialize']>[0];
type Reply<M extends Method> = ReturnType<TrialServiceService[M]['responseDeserialize']>;
type UnaryCall<M extends Method> = (
  request: Request<M>,
  metadata: Metadata,
  options: { deadline: number },
  callback: (error: Error | null, reply: Reply<M>) => void,
) => ClientUnaryCall;

/** Refusals that pass by themselves; who beats registers anew where that is what is missing. */
const PASSING: readonly Refusal['kind'][] = ['away', 'unregistered'];

export type Answer<T> = { reply: T } | { refusal: Refusal };

export type MetricCall = ClientDuplexStream<MetricUp, MetricDown>;

export class Connection {
  private readonly clients: Rotation<TrialServiceClient>;
  private readonly metadata = new Metadata();

  private readonly onRefusal: (kind: Refusal['kind']) => void;

  /**
   * @param addresses host:port, or several with commas between; workers spread over them
   * @param options.onRefusal told of each call that was refused or not answered
   */
  constructor(
    addresses: string,
    token: string,
    {
      tls = null,
      onRefusal = () => {},
    }: { tls?: Tls | null; onRefusal?: (kind: Refusal['kind']) => void } = {},
  ) {
    this.onRefusal = onRefusal;
    this.metadata.set(AUTHORIZATION, `Bearer ${token}`);
    const clients = addresses.split(',').map((address) => this.open(address, tls));
    this.clients = new Rotation(clients, Math.floor(Math.random() * clients.length));
  }

  private open(address: string, tls: Tls | null): TrialServiceClient {
    return new TrialServiceClient(address, channelCredentials(tls), {
      'grpc.keepalive_time_ms': KEEPALIVE_INTERVAL_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
      'grpc.keepalive_permit_without_calls': 1,
      'grpc.initial_reconnect_backoff_ms': BACKOFF_FIRST_MS,
      'grpc.max_reconnect_backoff_ms': BACKOFF_LAST_MS,
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      interceptors: isTraced(process.env) ? [callerTracing] : [],
      // A TCP connection of its own: by default all clients of a process share one.
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  /** One try. Resolves with the reply or with why there is none. */
  call<M extends Method>(
    method: M,
    request: Request<M>,
    deadlineMs = CALL_DEADLINE_MS,
  ): Promise<Answer<Reply<M>>> {
    const client = this.clients.current;
    const unary = client[method].bind(client) as unknown as UnaryCall<M>;
    return new Promise((resolve, reject) => {
      unary(request, this.metadata, { deadline: Date.now() + deadlineMs }, (error, reply) => {
        if (error === null) return resolve({ reply });
        this.leaveIfSilent(client, error);
        try {
          const refusal = refusalOf(error);
          this.onRefusal(refusal.kind);
          resolve({ refusal });
        } catch (unexpected) {
          reject(unexpected);
        }
      });
    });
  }

  /**
   * Repeats the call, with backoff, until it is answered; null when `signal` aborts first.
   * @param onAway called once, when the first try found nobody
   */
  async persist<M extends Method>(
    method: M,
    request: Request<M>,
    signal: AbortSignal,
    onAway: (why: string) => void = () => {},
  ): Promise<Answer<Reply<M>> | null> {
    const backoff = new Backoff();
    for (let told = false; !signal.aborted; told = true) {
      const answer = await this.call(method, request);
      if ('reply' in answer || !PASSING.includes(answer.refusal.kind)) return answer;
      if (!told) onAway(answer.refusal.message);
      await backoff.wait(signal);
    }
    return null;
  }

  reportMetrics(): MetricCall {
    const client = this.clients.current;
    const call = client.reportMetrics(this.metadata);
    call.on('error', (error) => this.leaveIfSilent(client, error));
    return call;
  }

  close(): void {
    for (const client of this.clients.servers) client.close();
  }

  /** What is asked next goes to another coordinator, if there is one: all serve, whoever leads. */
  private leaveIfSilent(client: TrialServiceClient, error: Error & Partial<ServiceError>): void {
    if (error.code === UNAVAILABLE || error.code === DEADLINE_EXCEEDED) this.clients.leave(client);
  }
}
