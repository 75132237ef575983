/// <reference lib="dom" />
/** A platform with a dashboard and data, and signed-in browser pages on it: what every test of the dashboard starts from. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Connection, openConnection } from '@adt/coordinator/cli/connect';
import { uploadDataset } from '@adt/coordinator/cli/upload';
import { openStore } from '@adt/worker/data/store';
import { ensureSynthetic } from '@adt/worker/data/synthetic';
import pg from 'pg';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { adt } from '../harness/adtCommand.js';
import { openBrowser } from '../harness/browser.js';
import { atEnd } from '../harness/cleanup.js';
import { type Platform, type PlatformOptions, startPlatform } from '../harness/platform.js';

const ADRESSA_FILES = fileURLToPath(new URL('../../../shared/data/adressa', import.meta.url));

/** Real data where the machine has it, else the generated set. */
export const DATASET = existsSync(ADRESSA_FILES) ? 'adressa' : 'synthetic';

/** Said in a suite's title when the real data is missing. */
export const DATASET_NOTE =
  DATASET === 'adressa' ? '' : ' (adressa skipped: no ../shared/data; on synthetic)';

/** Long enough for what a page waits for on a busy machine. */
export const PATIENCE_MS = 30_000;

export type DashboardScene = {
  platform: Platform;
  connection: Connection;
  /** Of the dashboard, without a path. */
  url: string;
  loginUrl(): string;
  /** A page in a profile of its own, signed in. Its console errors are kept in `complaints`. */
  signedIn(options?: BrowserContextOptions): Promise<Page>;
  /** The same, not signed in. */
  stranger(options?: BrowserContextOptions): Promise<Page>;
  /** The platform's database, for states that no page leads to. */
  database(): pg.Pool;
  /** Errors that any page wrote to its console, refused scripts and styles among them. */
  complaints: string[];
};

export async function openDashboardScene(options: PlatformOptions = {}): Promise<DashboardScene> {
  const [platform, browser] = await Promise.all([
    startPlatform({ ...options, dashboard: true }),
    openBrowser(),
  ]);
  if (platform.dashboard === null) throw new Error('the platform came without its dashboard');
  const { grpc, token } = platform;
  const connection = openConnection({ grpc, token, signal: new AbortController().signal });
  atEnd(() => connection.close());
  await uploadDataset({
    client: connection.client,
    token,
    dataset: await ensureSynthetic(await openStore(platform.dataDir)),
  });
  const { url, loginUrl } = platform.dashboard;
  const complaints: string[] = [];
  const stranger = (context?: BrowserContextOptions) => openPage(browser, complaints, context);
  const signedIn = async (context?: BrowserContextOptions) => {
    const page = await stranger(context);
    await page.goto(loginUrl());
    await page.waitForURL(`${url}/sweeps`);
    return page;
  };
  let pool: pg.Pool | undefined;
  const database = (): pg.Pool => {
    if (pool) return pool;
    const opened = new pg.Pool({ connectionString: platform.databaseUrl, max: 2 });
    atEnd(() => opened.end());
    pool = opened;
    return opened;
  };
  return { platform, connection, url, loginUrl, signedIn, stranger, database, complaints };
}

async function openPage(
  browser: Browser,
  complaints: string[],
  options?: BrowserContextOptions,
): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.on('console', (message) => {
    // A refused request is the test's own doing; a refused script or style never is.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(`${page.url()}: ${message.text()}`);
    }
  });
  return page;
}

/** Imports Adressa with the command that users type, which also uploads it. Without the data: nothing to do. */
export async function importAdressa({ platform }: DashboardScene): Promise<void> {
  if (DATASET !== 'adressa') return;
  const { grpc, token, dataDir } = platform;
  const run = { pid: process.pid, grpc, token, dashboard: null, loginKey: 'x' };
  writeFileSync(join(dataDir, 'run.json'), JSON.stringify(run), { mode: 0o600 });
  const size = ['--users', '212231', '--items', '6596'];
  const args = ['dataset', 'import', ADRESSA_FILES, '--name', 'adressa', ...size];
  const { code, stderr } = await adt({ dataDir, args });
  if (code !== 0) throw new Error(`adressa was not imported: ${stderr}`);
}
