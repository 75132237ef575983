/** The connection to NATS, which may come and go: the coordinator works without it, only slower. */
import { setTimeout as delay } from 'node:timers/promises';
import { type NatsLogin, natsConnectOptions } from '@adt/proto/natsLogin';
import type { Tls } from '@adt/proto/tls';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type Log, reasonOf } from '../log.js';

/** What there is while connected. */
export type Nats = { connection: NatsConnection; js: JetStreamClient; jsm: JetStreamManager };

/** Pause before the next try while the server has never been reached; later the client reconnects by itself. */
const FIRST_CONNECT_RETRY_MS = 1_000;
/** The client's default of two seconds and more would be felt at each restart of the server. */
const RECONNECT_MS = 500;
/** Longest wait for a clean close; then the socket goes anyway. */
const CLOSE_MS = 1_000;

export class NatsLink {
  #nats: Nats | null = null;
  #up = false;
  #listeners: ((nats: Nats) => void)[] = [];
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  /** @param params.url server addresses, comma-separated; empty: there is no NATS */
  constructor(
    private readonly params: { url: string; login: NatsLogin; tls: Tls | null; timeoutMs: number; log: Log },
  ) {}

  get servers(): string[] {
    return this.params.url.split(',').filter((server) => server !== '');
  }

  /** The connection, or null while there is none. */
  get current(): Nats | null {
    return this.#up ? this.#nats : null;
  }

  /** Calls back at each (re)connect; to be called before `start`. */
  onConnect(listener: (nats: Nats) => void): void {
    this.#listeners.push(listener);
  }

  /** Connects in the background. */
  start(): void {
    if (this.servers.length > 0) this.#running = this.#connect();
  }

  /** Safe to call twice. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#up = false;
    const nats = this.#nats;
    this.#nats = null;
    // close() waits for the server's last word, which a stopped server never says.
    if (nats) await Promise.race([nats.connection.close(), delay(CLOSE_MS, undefined, { ref: false })]);
    await this.#running;
  }

  async #connect(): Promise<void> {
    const { login, tls, timeoutMs, log } = this.params;
    let complained = false;
    while (!this.#stop.signal.aborted) {
      try {
        const connection = await connect({
          servers: this.servers,
          ...natsConnectOptions(login, this.servers, tls),
          name: 'adt-coordinator',
          timeout: timeoutMs,
          maxReconnectAttempts: -1,
          // A server that comes back with another token, by mistake or for a while, must not be the end of it.
          ignoreAuthErrorAbort: true,
          // What we publish is for the others.
          noEcho: true,
          reconnectTimeWait: RECONNECT_MS,
          pingInterval: 10_000,
        });
        await this.#adopt(connection);
        return;
      } catch (error) {
        if (!complained) log('warn', 'NATS is not to be had; workers will poll', { reason: reasonOf(error) });
        complained = true;
        await delay(FIRST_CONNECT_RETRY_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    }
  }

  async #adopt(connection: NatsConnection): Promise<void> {
    try {
      const jsm = await jetstreamManager(connection, { timeout: this.params.timeoutMs });
      this.#nats = { connection, jsm, js: jetstream(connection, { timeout: this.params.timeoutMs }) };
    } catch (error) {
      await connection.close();
      throw error;
    }
    if (this.#stop.signal.aborted) return connection.close();
    void this.#watch(connection);
    this.#announce();
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect' && this.#up) {
        this.#up = false;
        this.params.log('warn', 'NATS went away; workers will poll');
      } else if (status.type === 'reconnect' && !this.#stop.signal.aborted) {
        this.#announce();
      }
    }
  }

  #announce(): void {
    if (!this.#nats) return;
    this.#up = true;
    this.params.log('info', 'NATS is connected', { server: this.#nats.connection.getServer() });
    for (const listener of this.#listeners) listener(this.#nats);
  }
}
