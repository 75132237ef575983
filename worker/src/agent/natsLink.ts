/** The worker's connection to NATS, which comes and goes: hints to pull and bundles to fetch while it is there. */

import { type NatsLogin, natsConnectOptions } from '@adt/proto/natsLogin';
import { CHECKPOINT_BUCKET, DATASET_BUCKET, poolConsumer, TRIAL_STREAM } from '@adt/proto/subjects';
import type { Tls } from '@adt/proto/tls';
import { type Consumer, type JsMsg, jetstream } from '@nats-io/jetstream';
import { type ObjectStore, Objm } from '@nats-io/obj';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type Log, messageOf } from '../log.js';
import {
  BIND_RETRY_MS,
  NATS_CLOSE_MS,
  NATS_PING_INTERVAL_MS,
  NATS_RECONNECT_MS,
  PULL_EXPIRES_MS,
} from '../tunables.js';
import { sleep } from './backoff.js';
import type { Objects } from './checkpointStore.js';

export type NatsLinkParams = {
  servers: readonly string[];
  login: NatsLogin;
  tls: Tls | null;
  pool: string;
  log: Log;
};

/** While bound: the pool's consumer, and a signal that aborts when the connection is lost. */
type Binding = { consumer: Consumer; lost: AbortController };

export class NatsLink {
  private readonly stopping = new AbortController();
  private connection: NatsConnection | null = null;
  private connected = false;
  private binding: Binding | null = null;
  private readonly running: Promise<void>;
  private wakeOnBind = new AbortController();

  constructor(private readonly params: NatsLinkParams) {
    this.running = params.servers.length === 0 ? Promise.resolve() : this.run();
  }

  /** Whether hints can be pulled now. */
  get ready(): boolean {
    return this.binding !== null;
  }

  /** Aborts when hints can be pulled: a reason to stop polling. */
  get bound(): AbortSignal {
    return this.wakeOnBind.signal;
  }

  /** Waits for one hint; null after the pull's expiry, when the connection is lost or `signal` aborts. */
  async pull(signal: AbortSignal): Promise<JsMsg | null> {
    const { binding } = this;
    if (binding === null) return null;
    try {
      const messages = await binding.consumer.fetch({ max_messages: 1, expires: PULL_EXPIRES_MS });
      const stop = (): void => messages.stop();
      const either = AbortSignal.any([signal, binding.lost.signal]);
      either.addEventListener('abort', stop);
      if (either.aborted) stop();
      try {
        for await (const message of messages) return message;
      } finally {
        either.removeEventListener('abort', stop);
      }
    } catch (error) {
      this.unbind(binding, messageOf(error));
    }
    return null;
  }

  /** The bundles; null while NATS is away. @throws when the bucket is not there */
  async bundles(): Promise<ObjectStore | null> {
    return (await this.bucket(DATASET_BUCKET))?.store ?? null;
  }

  /** The checkpoints; null while NATS is away. @throws when the bucket is not there */
  checkpoints(): Promise<Objects | null> {
    return this.bucket(CHECKPOINT_BUCKET);
  }

  async close(): Promise<void> {
    this.stopping.abort();
    // A server that is gone never answers the farewell.
    await Promise.race([this.connection?.close(), sleep(NATS_CLOSE_MS)]);
    await this.running;
  }

  private async bucket(name: string): Promise<Objects | null> {
    if (this.connection === null || !this.connected) return null;
    const js = jetstream(this.connection);
    return { store: await new Objm(js).open(name), js };
  }

  private async run(): Promise<void> {
    const connection = await this.connectOnce();
    if (connection === null) return;
    void this.watch(connection);
    while (!this.stopping.signal.aborted) {
      if (this.connected && this.binding === null) await this.bind(connection);
      await sleep(BIND_RETRY_MS, this.stopping.signal);
    }
  }

  /** The client reconnects for ever by itself, but not to a server that was never there. */
  private async connectOnce(): Promise<NatsConnection | null> {
    const { servers, login, tls, log } = this.params;
    for (let told = false; !this.stopping.signal.aborted; told = true) {
      try {
        const connection = await connect({
          servers: [...servers],
          ...natsConnectOptions(login, servers, tls),
          maxReconnectAttempts: -1,
          // A server that comes back with another token, by mistake or for a while, must not be the end of it.
          ignoreAuthErrorAbort: true,
          reconnectTimeWait: NATS_RECONNECT_MS,
          pingInterval: NATS_PING_INTERVAL_MS,
        });
        this.connection = connection;
        this.connected = true;
        return connection;
      } catch (error) {
        if (!told) log.warn('NATS is not there: work comes by polling', { why: messageOf(error) });
        await sleep(NATS_RECONNECT_MS, this.stopping.signal);
      }
    }
    return null;
  }

  private async watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') {
        this.connected = false;
        if (this.binding !== null) this.unbind(this.binding, 'NATS disconnected');
      }
      if (status.type === 'reconnect') {
        this.connected = true;
        await this.bind(connection);
      }
    }
  }

  /** The coordinator makes stream and consumer; until it has, the worker polls. */
  private async bind(connection: NatsConnection): Promise<void> {
    try {
      const consumer = await jetstream(connection).consumers.get(
        TRIAL_STREAM,
        poolConsumer(this.params.pool),
      );
      if (this.binding !== null || !this.connected) return;
      this.binding = { consumer, lost: new AbortController() };
      this.wakeOnBind.abort();
      this.params.log.info('hints come by NATS', { pool: this.params.pool });
    } catch {
      // Tried again in BIND_RETRY_MS.
    }
  }

  private unbind(binding: Binding, why: string): void {
    if (this.binding !== binding) return;
    this.binding = null;
    this.wakeOnBind = new AbortController();
    binding.lost.abort();
    if (!this.stopping.signal.aborted) this.params.log.warn('hints stopped: work comes by polling', { why });
  }
}
