/** The one-machine launcher: brings the platform up, says where it is, and takes it down again. */

import { once } from 'node:events';
import { join } from 'node:path';
import { withPlatform } from '@adt/coordinator/cli/connect';
import { Interrupted, UsageError } from '@adt/coordinator/cli/failure';
import { LOGIN_TICKET, mintTicket } from '@adt/proto/token';
import { openDataDir } from './dataDir.js';
import { BUILT_IN, keepUploaded, requireDataset, uploadStore } from './datasets.js';
import { lockDirectory } from './directoryLock.js';
import { readEnv } from './env.js';
import { explainFailure } from './failure.js';
import { submitFirst } from './firstSweep.js';
import { freePort, isPortFree } from './freePort.js';
import { onInterrupt } from './interrupt.js';
import type { LaunchOptions, Stages } from './launchOptions.js';
import { openLogFiles } from './logFiles.js';
import { showSweep } from './onceRun.js';
import { removeRunFile, writeRunFile } from './runFile.js';
import { secretIn } from './secretFile.js';
import { type Launch, type Running, startServers } from './servers.js';
import { Teardown } from './teardown.js';
import { LOGIN_LINK_MS } from './tunables.js';

/** Ended by Ctrl-C before its sweep was done: 128 + SIGINT, as a shell says it. */
const EXIT_INTERRUPTED = 130;

/**
 * Runs the platform until it is told to stop, or, with `once`, until its sweep is done.
 * @returns the exit code: 0 done, 1 failed, 2 bad input, 130 interrupted before the end
 */
export async function launch(options: LaunchOptions, stages: Stages): Promise<number> {
  const ending = new AbortController();
  const teardown = new Teardown();
  const stop = (reason: unknown) => ending.abort(reason);
  const interrupt = onInterrupt(stop, () => {
    teardown.killAll();
    process.exit(EXIT_INTERRUPTED);
  });
  openDataDir(options.dataDir);
  const echo = options.verbose
    ? (name: string, line: string) => stages.print(`    ${name}: ${line}`)
    : undefined;
  const logs = openLogFiles(options.dataDir, echo);
  const signal = ending.signal;
  let code = 0;
  try {
    const lock = lockDirectory(join(options.dataDir, 'lock'));
    teardown.add(0, { name: 'lock', stop: async () => lock.release(), kill: () => lock.release() });
    const token = secretIn(join(options.dataDir, 'token'));
    const env = readEnv(process.env);
    code = await run({ options, env, token, stages, logs, teardown, signal, fail: stop });
  } catch (error) {
    code = failureCode(signal.aborted ? signal.reason : error, { options, stages, logs });
  }
  await stages.run('stopped', () => teardown.stopAll());
  await logs.close();
  interrupt.release();
  return code;
}

/** @returns the exit code */
async function run(launch: Launch): Promise<number> {
  const { options, stages, token, signal, teardown } = launch;
  const { dataDir, verbose } = options;
  const port = await dashboardPort(options);
  if (options.dataset !== null) await requireDataset(dataDir, options.dataset);
  const running = await startServers(launch, port);
  writeRunFile(dataDir, { pid: process.pid, token, ...running });
  const forget = () => removeRunFile(dataDir);
  teardown.add(CLIENT, { name: 'run file', stop: async () => forget(), kill: forget });
  // The platform that runs here, not one that the environment names.
  delete process.env.ADT_COORDINATOR;
  const context = { dataDir, json: false, verbose, signal };
  return withPlatform(context, async (connection) => {
    await stages.run('data sets', async (say) => {
      await requireDataset(dataDir, BUILT_IN);
      const sent = await uploadStore(dataDir, connection, signal);
      say(sent === 0 ? 'up to date' : `${sent} sent to the platform`);
    });
    const over = new AbortController();
    void keepUploaded(dataDir, connection, AbortSignal.any([signal, over.signal]));
    try {
      const sweepId = await submitFirst({ options, connection, stages });
      if (options.once && sweepId !== null) return await showSweep({ context, connection, sweepId, stages });
      sayWhere(running, stages);
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      over.abort();
    }
    if (signal.reason instanceof Interrupted) return 0;
    throw signal.reason;
  });
}

/** Ends first: from then on nobody is told that a platform runs here. */
const CLIENT = 4;

/** @throws UsageError when the port that was asked for is taken */
async function dashboardPort(options: LaunchOptions): Promise<number> {
  if (options.port === null) return freePort(3000);
  if (!(await isPortFree(options.port))) throw new UsageError(`--port: ${options.port} is taken`);
  return options.port;
}

/** The code is in the fragment: a browser sends it to nobody but the page, so no log holds it. */
function sayWhere({ dashboard, loginKey }: Running, stages: Stages): void {
  const code = mintTicket(loginKey, LOGIN_TICKET, LOGIN_LINK_MS);
  stages.print('');
  stages.print(`  Dashboard  ${dashboard}/login#${code}`);
  stages.print('  Stop       Ctrl-C');
  stages.print('');
}

function failureCode(error: unknown, context: Parameters<typeof explainFailure>[1]): number {
  if (error instanceof Interrupted) return context.options.once ? EXIT_INTERRUPTED : 0;
  return explainFailure(error, context);
}
