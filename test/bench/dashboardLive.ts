/// <reference lib="dom" />
/**
 * What a browser does with 200 live series for a minute: frames, memory, and how late points are on screen. And how
 * much JavaScript the page needs before anything is clicked.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { isPortFree } from '@adt/deploy/local/freePort';
import { startDashboard } from '@adt/deploy/local/platformProcesses';
import { LOGIN_TICKET, mintTicket, newToken } from '@adt/proto/token';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { chromiumPath } from '../harness/browser.js';
import { Fleet } from './platform/fleet.js';
import { openRig, type Rig } from './platform/rig.js';
import { sweepText } from './platform/sweepText.js';

/** Of a simulated worker: each is a trial that reports. */
const SLOTS = 10;
/** Ten points a quarter of a second, one of them of the objective: every series moves with every delta. */
const TRAINING = { kind: 'paced', points: 10, everyMs: 250 } as const;
const WARM_UP_MS = 10_000;
const LOGIN_MS = 60_000;
const PATIENCE_MS = 60_000;
const FIRST_PORT = 21_000;
const PORTS = 2_000;

export type DashboardLiveRow = {
  series: number;
  seconds: number;
  framesPerSecond: number;
  /** Of the pauses between frames. */
  framePauseP95Ms: number;
  longestPauseMs: number;
  /** Drawn at the end, of all series. */
  points: number;
  pointsPerSecond: number;
  /** JavaScript heap after a collection, at the beginning and at the end of the minute. */
  heapBeforeMb: number;
  heapAfterMb: number;
  /** Scripts that the page's HTML names, each compressed by itself. */
  initialScriptGzipKb: number;
  /** All scripts that were loaded until the page was idle, prefetched ones included. */
  loadedScriptGzipKb: number;
};

/**
 * @param series a multiple of ten
 * @param seconds of watching, after a warm-up
 */
export async function benchDashboardLive(params: {
  series: number;
  seconds: number;
  log(line: string): void;
}): Promise<DashboardLiveRow[]> {
  const executablePath = chromiumPath();
  if (executablePath === null) throw new Error('no chromium on this machine: set CHROMIUM to its path');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const rig = await openRig({ log: params.log, liveOrigins: [url] });
  const loginKey = newToken();
  const dashboard = await startDashboard({
    token: rig.token,
    port,
    coordinator: rig.grpc,
    liveUrl: `http://${rig.live}`,
    loginKey,
    onLine: () => {},
  });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    return [await watch({ ...params, rig, browser, url, loginKey })];
  } finally {
    await browser.close();
    await dashboard.stop();
    await rig.stop();
  }
}

type WatchParams = {
  rig: Rig;
  browser: Browser;
  url: string;
  loginKey: string;
  series: number;
  seconds: number;
  log(line: string): void;
};

async function watch({
  rig,
  browser,
  url,
  loginKey,
  series,
  seconds,
  log,
}: WatchParams): Promise<DashboardLiveRow> {
  const sweepId = await rig.submit(sweepText({ name: 'live-series', configurations: series, seeds: 1 }));
  const fleet = await Fleet.start(rig, { workers: series / SLOTS, slots: SLOTS, training: TRAINING });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${url}/login#${mintTicket(loginKey, LOGIN_TICKET, LOGIN_MS)}`);
    await page.waitForURL(`${url}/sweeps`, { timeout: PATIENCE_MS });
    const scripts = await weigh(page, `${url}/sweeps/${sweepId}`);
    await page.locator('[data-points]').first().waitFor({ timeout: PATIENCE_MS });
    await page.locator('[data-live="live"]').waitFor({ timeout: PATIENCE_MS });
    log(`warming up for ${WARM_UP_MS / 1000} s`);
    await delay(WARM_UP_MS);
    const session = await page.context().newCDPSession(page);
    const [heapBefore, pointsBefore] = [await heapBytes(session), await drawnPoints(page)];
    log(`watching for ${seconds} s`);
    const frames = await framePauses(page, seconds);
    const [heapAfter, points] = [await heapBytes(session), await drawnPoints(page)];
    return {
      series,
      seconds,
      framesPerSecond: round(frames.length / seconds),
      framePauseP95Ms: round(frames[Math.floor(0.95 * frames.length)] ?? Number.NaN),
      longestPauseMs: round(frames.at(-1) ?? Number.NaN),
      points,
      pointsPerSecond: round((points - pointsBefore) / seconds),
      heapBeforeMb: round(heapBefore / 1e6),
      heapAfterMb: round(heapAfter / 1e6),
      ...scripts,
    };
  } finally {
    // Nobody waits for two hundred trainings to hand in their outcome.
    fleet.kill();
  }
}

/** Opens the page and counts its scripts. */
async function weigh(
  page: Page,
  address: string,
): Promise<Pick<DashboardLiveRow, 'initialScriptGzipKb' | 'loadedScriptGzipKb'>> {
  const sizes = new Map<string, Promise<number>>();
  page.on('response', (response) => {
    if (response.request().resourceType() !== 'script' && !response.url().endsWith('.js')) return;
    sizes.set(
      new URL(response.url()).pathname,
      response.body().then(
        (body) => gzipSync(body).byteLength,
        () => 0,
      ),
    );
  });
  const html = await (await page.goto(address))?.text();
  await page.waitForLoadState('load');
  const named = new Set(
    [...(html ?? '').matchAll(/<script[^>]* src="([^"?]+)/g)].map(([, path]) => path ?? ''),
  );
  await delay(WARM_UP_MS / 5);
  let [initial, loaded] = [0, 0];
  for (const [path, size] of sizes) {
    const bytes = await size;
    loaded += bytes;
    if (named.has(path)) initial += bytes;
  }
  if (initial === 0) throw new Error('the page names no scripts: its weight cannot be told');
  return { initialScriptGzipKb: round(initial / 1024), loadedScriptGzipKb: round(loaded / 1024) };
}

/** Bytes that are in use, after a collection. */
async function heapBytes(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}

async function drawnPoints(page: Page): Promise<number> {
  return Number(await page.locator('[data-points]').first().getAttribute('data-points'));
}

/** Milliseconds between frames, ascending, as the browser was ready to draw them. */
function framePauses(page: Page, seconds: number): Promise<number[]> {
  return page.evaluate(
    (lastsMs) =>
      new Promise<number[]>((resolve) => {
        const pauses: number[] = [];
        const beganAt = performance.now();
        let before = beganAt;
        const onFrame = (now: number) => {
          pauses.push(now - before);
          before = now;
          if (now - beganAt < lastsMs) requestAnimationFrame(onFrame);
          else resolve(pauses.sort((a, b) => a - b));
        };
        requestAnimationFrame(onFrame);
      }),
    seconds * 1_000,
  );
}

/** The coordinator must know the dashboard's origin before the dashboard runs. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (await isPortFree(port)) return port;
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
