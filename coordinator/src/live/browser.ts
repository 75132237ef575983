/** One browser's connection: what is sent to it, what it missed while it was behind, and when it is let go. */
import type { ClientToServer, Delta, ServerToClient } from '@adt/proto/live';
import type { Socket } from 'socket.io';
import type { Log } from '../log.js';
import { LIMITS, LIVE_CATCH_UP_MS } from '../tunables.js';

export type LiveSocket = Socket<ClientToServer, ServerToClient>;

/** Neither engine.io's queue nor what hangs in the WebSocket has a public count, or a way to throw it away. */
type Wire = {
  writeBuffer: { data?: unknown }[];
  transport: { socket?: { bufferedAmount: number; terminate(): void } };
};

export class Browser {
  /** The newest delta of each topic that was not sent. */
  readonly #missed = new Map<string, Delta>();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly socket: LiveSocket,
    log: Log,
  ) {
    socket.on('disconnect', () => clearTimeout(this.#timer ?? undefined));
    // Replies are queued whatever the backlog: who asks on and on and reads nothing must not fill our memory.
    socket.use((_event, next) => {
      if (!this.#isDead()) return next();
      log('warn', 'live client is too slow: disconnected', { bytes: this.#bytes() });
      this.#cut();
    });
  }

  /**
   * Sends, or keeps the delta until there is room: socket.io has no back-pressure of its own. Of several that had to
   * wait only the newest is sent; the gap in the versions then makes the page fetch a snapshot.
   */
  send(delta: Delta): void {
    if (this.#bytes() <= LIMITS.liveBufferedBytes) {
      this.#missed.delete(delta.topic);
      this.socket.emit('delta', delta);
    } else {
      this.#missed.set(delta.topic, delta);
      this.#timer ??= setTimeout(() => this.#catchUp(), LIVE_CATCH_UP_MS);
    }
  }

  /** No more of this topic, or anew from another version. */
  forget(topic: string): void {
    this.#missed.delete(topic);
  }

  #catchUp(): void {
    this.#timer = null;
    for (const delta of [...this.#missed.values()]) this.send(delta);
  }

  #isDead(): boolean {
    return this.#wire.writeBuffer.length > LIMITS.liveQueued || this.#bytes() > LIMITS.liveDeadBytes;
  }

  #bytes(): number {
    const { writeBuffer, transport } = this.#wire;
    const queued = writeBuffer.reduce(
      (sum, { data }) => sum + (typeof data === 'string' || data instanceof Uint8Array ? data.length : 0),
      0,
    );
    return queued + (transport.socket?.bufferedAmount ?? 0);
  }

  /** A polite close would wait behind all that is queued. */
  #cut(): void {
    const { socket } = this.#wire.transport;
    if (socket) socket.terminate();
    else this.socket.conn.close(true);
  }

  get #wire(): Wire {
    return this.socket.conn as unknown as Wire;
  }
}
