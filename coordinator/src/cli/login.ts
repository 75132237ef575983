/** `adt login`: a fresh one-time link into the dashboard of the running platform. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOGIN_TICKET, mintTicket } from '@adt/proto/token';
import type { Command } from 'commander';
import { z } from 'zod';
import { notRunning } from './connect.js';
import { type Context, openContext } from './context.js';
import { print, printJson } from './output.js';
import { LOGIN_LINK_MS } from './tunables.js';

/** What `npm start` wrote down of its dashboard. */
const dashboardSchema = z.object({ dashboard: z.url().nullable(), loginKey: z.string().min(1) });

export function registerLoginCommand(program: Command): void {
  program
    .command('login')
    .description('print a fresh one-time link into the dashboard')
    .action((_flags, command: Command) => login(openContext(command)));
}

async function login(context: Context): Promise<void> {
  const link = await loginLink(context.dataDir);
  if (context.json) printJson({ url: link });
  else print(link);
}

/**
 * The code stands behind the #, so that no server log ever holds it.
 * @throws Unreachable when no platform runs in the data dir, Error when it runs without a dashboard
 */
export async function loginLink(dataDir: string): Promise<string> {
  const run = await readDashboard(dataDir);
  if (run === null) throw notRunning(dataDir);
  if (run.dashboard === null) throw new Error('the platform runs without a dashboard (npm start -- --once)');
  const ticket = mintTicket(run.loginKey, LOGIN_TICKET, LOGIN_LINK_MS);
  return new URL(`/login#${ticket}`, run.dashboard).href;
}

async function readDashboard(dataDir: string) {
  try {
    return dashboardSchema.parse(JSON.parse(await readFile(join(dataDir, 'run.json'), 'utf8')));
  } catch {
    return null;
  }
}
