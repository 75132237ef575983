/** A TCP proxy in the test's process: the network between two of our processes, slow, cut or half-open at will. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

export type TcpProxy = {
  port: number;
  /** Connections of now stand and carry nothing any more: half-open. New ones work. */
  freeze(): void;
  /** Connections of now are reset. */
  cut(): void;
  /** false: new connections are reset too. */
  accept(isOpen: boolean): void;
  /** Each chunk waits for `latencyMs`, then takes its time at `bytesPerSecond`. */
  slow(pace: { latencyMs: number; bytesPerSecond: number } | null): void;
  close(): void;
};

type Pace = { latencyMs: number; bytesPerSecond: number } | null;

/**
 * @param target port on loopback
 * @param host address that it listens on
 */
export async function startProxy(target: number, host = '127.0.0.1'): Promise<TcpProxy> {
  const state: { pace: Pace; isOpen: boolean } = { pace: null, isOpen: true };
  let sockets: Socket[] = [];
  const server = createServer((client) => {
    client.on('error', () => {});
    if (!state.isOpen) return void client.resetAndDestroy();
    const upstream = connect(target, '127.0.0.1').on('error', () => {});
    const both = [client, upstream];
    sockets.push(...both);
    for (const socket of both) socket.setNoDelay(true).on('close', () => both.map((end) => end.destroy()));
    client.pipe(throttle(() => state.pace)).pipe(upstream);
    upstream.pipe(throttle(() => state.pace)).pipe(client);
  });
  server.listen(0, host);
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
    sockets = [];
  };
  return {
    port: (server.address() as AddressInfo).port,
    freeze() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    cut,
    accept: (isOpen) => void Object.assign(state, { isOpen }),
    slow: (pace) => void Object.assign(state, { pace }),
    close() {
      server.close();
      cut();
    },
  };
}

function throttle(pace: () => Pace): Transform {
  return new Transform({
    async transform(chunk: Buffer, _encoding, done) {
      const now = pace();
      if (now) await delay(now.latencyMs + (1_000 * chunk.length) / now.bytesPerSecond);
      done(null, chunk);
    },
  });
}
