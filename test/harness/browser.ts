/** A real Chromium for a test file; tests are skipped, and say so, on a machine that has none. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { atEnd } from './cleanup.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const APPLICATIONS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Path of the browser, or null. CHROMIUM names another one. Use: `describe.skipIf(chromiumPath() === null)`. */
export function chromiumPath(): string | null {
  const named = process.env.CHROMIUM;
  if (named) return existsSync(named) ? named : null;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = [
    ...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))),
    ...APPLICATIONS,
  ];
  return candidates.find((path) => existsSync(path)) ?? null;
}

/** Title suffix of a skipped suite: empty when there is a browser. */
export function browserSkipNote(): string {
  return chromiumPath() === null ? ' (skipped: no chromium on this machine)' : '';
}

/** Headless, with a profile of its own; closed when the test file ends. @throws Error without a browser */
export async function openBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === null)
    throw new Error('no chromium on this machine: guard the suite with chromiumPath()');
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  atEnd(() => browser.close());
  return browser;
}
