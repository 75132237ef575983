/** How long a point takes from the worker that made it to a browser that watches the sweep. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientToServer, ServerToClient } from '@adt/proto/live';
import { LIVE_TICKET, mintTicket } from '@adt/proto/token';
import { io, type Socket } from 'socket.io-client';
import { Fleet } from './fleet.js';
import { quantilesOf } from './quantiles.js';
import type { Rig } from './rig.js';
import { sweepText } from './sweepText.js';
import { nowMs } from './training.js';
import { round, type Use, watchUse } from './watch.js';

const WORKERS = 50;
const POINTS = 10;
const EVERY_MS = 200;
const WARM_UP_MS = 2_000;
const TICKET_MS = 600_000;

export type LiveRow = {
  workers: number;
  /** Reported by all workers together. */
  pointsPerSecond: number;
  /** That the browser received: the objective's. */
  received: number;
  deltas: number;
  workerToBrowserP50Ms: number;
  workerToBrowserP95Ms: number;
  workerToBrowserP99Ms: number;
  commitToBrowserP95Ms: number;
} & Use;

export async function benchLive(rig: Rig, { seconds }: { seconds: number }): Promise<LiveRow[]> {
  const sweepId = await rig.submit(sweepText({ name: 'live', configurations: WORKERS, seeds: 1 }));
  const browser = await watchSweep(rig, sweepId);
  const training = { kind: 'paced', points: POINTS, everyMs: EVERY_MS } as const;
  const fleet = await Fleet.start(rig, { workers: WORKERS, training });
  try {
    await delay(WARM_UP_MS);
    const watch = watchUse(rig);
    browser.clear();
    await delay(seconds * 1_000);
    const { points, commits } = browser;
    const use = watch.end();
    const worker = quantilesOf(points);
    const row = {
      workers: WORKERS,
      pointsPerSecond: round((1_000 * WORKERS * POINTS) / EVERY_MS, 0),
      received: points.length,
      deltas: commits.length,
      workerToBrowserP50Ms: worker.p50,
      workerToBrowserP95Ms: worker.p95,
      workerToBrowserP99Ms: worker.p99,
      commitToBrowserP95Ms: quantilesOf(commits).p95,
      ...use,
    };
    await fleet.stop();
    return [row];
  } finally {
    fleet.kill();
    browser.socket.close();
  }
}

type BrowserView = {
  socket: Socket<ServerToClient, ClientToServer>;
  /** Milliseconds from the making of each point, and from the newest commit of each delta, to their receipt. */
  points: number[];
  commits: number[];
  clear(): void;
};

/** What a browser does; it takes deltas in and draws nothing. */
async function watchSweep(rig: Rig, sweepId: number): Promise<BrowserView> {
  const socket: BrowserView['socket'] = io(`http://${rig.live}`, {
    auth: { ticket: mintTicket(rig.token, LIVE_TICKET, TICKET_MS) },
    transports: ['websocket'],
  });
  const view: BrowserView = {
    socket,
    points: [],
    commits: [],
    clear() {
      view.points = [];
      view.commits = [];
    },
  };
  socket.on('delta', (delta) => {
    const received = nowMs();
    view.commits.push(received - delta.committedMs);
    for (const { value } of delta.points) if (value !== null) view.points.push(received - value);
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('connect_error', reject);
    socket.emit('subscribe', { kind: 'sweep', sweepId }, (answer) =>
      'error' in answer ? reject(new Error(answer.error)) : resolve(),
    );
  });
  return view;
}
