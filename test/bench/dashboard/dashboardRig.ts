/** A platform with its dashboard and a real Chromium, as processes of their own. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { startDashboard } from '@adt/deploy/local/platformProcesses';
import { LOGIN_TICKET, mintTicket, newToken } from '@adt/proto/token';
import { chromium, type Page } from 'playwright-core';
import { chromiumPath } from '../../harness/browser.js';
import { stablePort } from '../../harness/ports.js';
import { ROOT } from '../peers.js';
import { openRig, type Rig } from '../platform/rig.js';

const VIEWPORT = { width: 1440, height: 900 };
const PATIENCE_MS = 60_000;

export type DashboardRig = {
  rig: Rig;
  /** Of the dashboard, without a path. */
  url: string;
  chromium: string;
  /** A page in a profile of its own, signed in. */
  newPage(): Promise<Page>;
  stop(): Promise<void>;
};

/** @throws Error on a machine without Chromium */
export async function openDashboardRig(log: (line: string) => void): Promise<DashboardRig> {
  const executablePath = chromiumPath();
  if (executablePath === null) throw new Error('no chromium on this machine: set CHROMIUM');
  // Nothing to do where the pages are built.
  execFileSync(process.execPath, [join(ROOT, 'deploy/local/build.mjs'), '--only', 'dashboard'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const port = await stablePort();
  const url = `http://127.0.0.1:${port}`;
  const rig = await openRig({ liveOrigins: [url], log });
  const started: (() => Promise<void> | void)[] = [() => rig.stop()];
  const stop = async () => {
    for (let end = started.pop(); end; end = started.pop()) await end();
  };
  try {
    const loginKey = newToken();
    const dashboard = await startDashboard({
      token: rig.token,
      port,
      coordinator: rig.grpc,
      liveUrl: `http://${rig.live}`,
      loginKey,
      onLine: (line) => {
        if (/"level":"(warn|error)"/.test(line)) log(line);
      },
    });
    started.push(() => dashboard.stop());
    const browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    });
    started.push(() => browser.close());
    const newPage = async () => {
      const context = await browser.newContext({ viewport: VIEWPORT });
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      await page.goto(`${url}/login#${mintTicket(loginKey, LOGIN_TICKET, 60_000)}`);
      await page.waitForURL(`${url}/sweeps`);
      return page;
    };
    return { rig, url, chromium: browser.version(), newPage, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
