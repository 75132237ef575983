/** Browsers that read too slowly, or not at all: what they miss, when they are let go, and that they hold up nobody. */
import { once } from 'node:events';
import { connect, type Socket as TcpSocket } from 'node:net';
import { startLive } from '@adt/coordinator/live/server';
import { Topics } from '@adt/coordinator/live/topics';
import { LIMITS } from '@adt/coordinator/tunables';
import type { Delta } from '@adt/proto/live';
import { newToken } from '@adt/proto/token';
import { afterEach, describe, expect, it } from 'vitest';
import { atEnd, endAll } from '../harness/cleanup.js';
import { LiveClient, ORIGIN } from './coordinator.js';

const SWEEP = { kind: 'sweep', sweepId: 7 } as const;
/** About 1.7 MB as JSON. */
const POINTS = Array.from({ length: LIMITS.livePoints }, (_, at) => ({
  trialId: 1,
  epoch: 1,
  metric: 'valid/recall@50',
  step: at + 1,
  value: at / 7,
}));

afterEach(endAll, 60_000);

async function openHub() {
  const token = newToken();
  const logged: string[] = [];
  let emitted = 0;
  const topics = new Topics({
    intervalMs: 5,
    read: async () => ({ sweeps: [], trials: [] }),
    emit: (delta) => {
      emitted = delta.version;
      live.emit(delta);
    },
    log: () => undefined,
  });
  const live = await startLive({
    host: '127.0.0.1',
    port: 0,
    token,
    origins: [ORIGIN],
    topics,
    healthy: async () => true,
    log: (_, msg) => logged.push(msg),
  });
  atEnd(async () => {
    topics.stop();
    await live.stop();
  });
  /** One more delta of this many points; resolves with its version when it has been handed out. */
  const change = async (points: number): Promise<number> => {
    const version = emitted + 1;
    const committedMs = Date.now();
    const objective = 'valid/recall@50';
    topics.apply({ sweepId: 7, trialIds: [], points: POINTS.slice(0, points), objective, committedMs });
    await expect.poll(() => emitted, { interval: 1 }).toBe(version);
    return version;
  };
  const browser = () => LiveClient.connect({ liveAddress: live.address, token });
  return { live, browser, change, logged, token };
}

/** The TCP connection under a browser's WebSocket: paused, it reads no more, as a page that hangs. */
function tcpOf({ socket }: LiveClient): TcpSocket {
  const { transport } = socket.io.engine as unknown as { transport: { ws: { _socket: TcpSocket } } };
  return transport.ws._socket;
}

const versions = ({ deltas }: LiveClient) => deltas.map((delta: Delta) => delta.version);

describe('a browser that is behind', () => {
  it('misses deltas while over a megabyte waits for it, and gets the newest one when it reads again', async () => {
    const hub = await openHub();
    const [slow, quick] = [await hub.browser(), await hub.browser()];
    await Promise.all([slow.subscribe(SWEEP), quick.subscribe(SWEEP)]);
    tcpOf(slow).pause();
    let last = 0;
    for (const points of [...Array<number>(10).fill(LIMITS.livePoints), 1]) {
      last = await hub.change(points);
      await quick.seen(({ version }) => version === last);
    }
    expect(versions(quick)).toEqual(Array.from({ length: last }, (_, at) => at + 1));
    tcpOf(slow).resume();
    const newest = await slow.seen(({ version }) => version === last);
    // A version is missing before it, which tells the page to fetch a snapshot.
    expect(newest.points).toHaveLength(1);
    expect(versions(slow).length).toBeLessThan(last);
    expect(versions(slow)).toEqual(versions(slow).toSorted((a, b) => a - b));
    expect(slow.socket.connected).toBe(true);
  });

  it('is let go when it asks on and on and reads no reply', async () => {
    const hub = await openHub();
    const [hung, quick] = [await hub.browser(), await hub.browser()];
    await Promise.all([hung.subscribe(SWEEP), quick.subscribe(SWEEP)]);
    tcpOf(hung).pause();
    const disconnected = once(hung.socket as never, 'disconnect');
    while (!hub.logged.some((line) => line.includes('too slow'))) {
      for (let ask = 0; ask < 5_000; ask++) hung.socket.emit('subscribe', SWEEP, () => {});
      const version = await hub.change(1);
      await quick.seen((delta) => delta.version === version);
      expect(version).toBeLessThan(1_000);
    }
    tcpOf(hung).resume();
    await disconnected;
    const version = await hub.change(1);
    await quick.seen((delta) => delta.version === version);
  });
});

describe('the live port, when it closes', () => {
  it('waits for nobody: not for a browser that hangs, nor for half a request', async () => {
    const hub = await openHub();
    const hung = await hub.browser();
    await hung.subscribe(SWEEP);
    tcpOf(hung).pause();
    for (let delta = 0; delta < 10; delta++) await hub.change(LIMITS.livePoints);
    const [host, port] = hub.live.address.split(':');
    const half = connect(Number(port), host);
    atEnd(() => void half.destroy());
    await once(half, 'connect');
    half.on('error', () => {});
    half.write('GET /healthz HTTP/1.1\r\n');
    const whole = await fetch(`http://${hub.live.address}/healthz`);
    await whole.text();
    const cut = once(half, 'close');
    await hub.live.stop();
    await cut;
  });
});
