/** `npm start` from outside: up, ranked, interrupted, killed, started again. */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { openConnection } from '@adt/coordinator/cli/connect';
import { SpecFormat, SweepState } from '@adt/proto/gen/adt/v1/search';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type Launched, runStart } from '../harness/launcher.js';
import { temporaryFolder } from '../harness/temporary.js';

/** Seconds of training in all; enough points for a curve, and each loss once. */
const TINY = `name: tiny
method: grid
parameters:
  dataset: {value: synthetic}
  model: {value: GMF}
  loss: {values: [CE, T-CE, R-CE]}
  eps_max: {value: 0.1}
  eps_n: {value: 50}
  beta: {value: 0.25}
training: {epochs: 1, eval_every: 50, factors: 8}
seeds: {search: [1]}
`;

/** A platform comes up on a busy machine, the dashboard included. */
const UP_MS = 60_000;
const DASHBOARD = /Dashboard +(http:\/\/127\.0\.0\.1:(\d+))\/login#\S+/;

test('--once runs a sweep to its ranking, exits 0 and leaves no process', { timeout: 180_000 }, async () => {
  const dataDir = temporaryFolder('start');
  const launched = await runStart(['--once', '--data-dir', dataDir, '--sweep', sweepFile(dataDir)]);
  expect(await launched.exited).toEqual({ code: 0, signal: null });
  const output = launched.output();
  expect(output).toMatch(/3 of 3 done/);
  for (const loss of ['CE', 'T-CE', 'R-CE']) expect(output).toMatch(new RegExp(`^[1-3] +${loss} `, 'm'));
  expect(launched.processes()).toEqual([]);
  expect(existsSync(join(dataDir, 'run.json'))).toBe(false);
});

test('Ctrl-C ends everything in the middle of a sweep, and the next start goes on with it', {
  timeout: 180_000,
}, async () => {
  const dataDir = temporaryFolder('start');
  const first = await runStart(['--data-dir', dataDir, '--sweep', sweepFile(dataDir, 'epochs: 200')]);
  await first.log.line(DASHBOARD, UP_MS);
  expect(secretModes(dataDir)).toEqual([0o600, 0o600, 0o600]);
  await workIsUnderWay(first);
  const stopping = performance.now();
  first.signal('SIGINT');
  expect(await first.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - stopping).toBeLessThan(15_000);
  expect(first.processes()).toEqual([]);

  const second = await runStart(['--data-dir', dataDir]);
  await second.log.line(DASHBOARD, UP_MS);
  expect(second.output()).not.toMatch(/✓ sweep/);
  await workIsUnderWay(second);
  second.signal('SIGTERM');
  expect(await second.exited).toEqual({ code: 0, signal: null });
  expect(second.processes()).toEqual([]);
});

test('nothing outlives a launcher that is killed, and its data directory can be used again', {
  timeout: 180_000,
}, async () => {
  const dataDir = temporaryFolder('start');
  const first = await runStart([
    '--once',
    '--data-dir',
    dataDir,
    '--sweep',
    sweepFile(dataDir, 'epochs: 200'),
  ]);
  await workIsUnderWay(first);
  first.signal('SIGKILL');
  await first.exited;
  await vi.waitFor(() => expect(first.processes()).toEqual([]), { timeout: 20_000, interval: 50 });

  const second = await runStart(['--data-dir', dataDir]);
  await second.log.line(DASHBOARD, UP_MS);
  second.signal('SIGINT');
  expect(await second.exited).toEqual({ code: 0, signal: null });
});

test('a process that dies is started again, in one line each', { timeout: 120_000 }, async () => {
  const dataDir = temporaryFolder('start');
  const launched = await runStart(['--data-dir', dataDir, '--sweep', sweepFile(dataDir)]);
  await launched.log.line(DASHBOARD, UP_MS);
  for (const name of ['worker', 'coordinator', 'dashboard']) {
    const back = launched.log.next(new RegExp(`${name} is back`), UP_MS);
    process.kill(pidOf(launched, name), 'SIGKILL');
    await back;
  }
  expect(launched.output()).toMatch(/worker ended \(killed by SIGKILL\); starting it again/);
  launched.signal('SIGINT');
  expect(await launched.exited).toEqual({ code: 0, signal: null });
});

test('a wiped NATS store costs nothing: data sets come back from the local store, work goes on', {
  timeout: 300_000,
}, async () => {
  const dataDir = temporaryFolder('start');
  const launched = await runStart(['--data-dir', dataDir, '--sweep', sweepFile(dataDir)], {
    ADT_RECONCILE_EVERY_MS: '500',
  });
  await launched.log.line(DASHBOARD, UP_MS);
  const { grpc, token } = JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8'));
  const platform = openConnection({ grpc, token, signal: new AbortController().signal });
  onTestFinished(() => platform.close());
  const finished = async () => {
    const { sweeps } = await platform.call('listSweeps', { limit: 1, cursor: '' });
    expect(sweeps[0]).toMatchObject({ state: SweepState.FINISHED, counts: { failed: 0, succeeded: 3 } });
  };
  await vi.waitFor(finished, { timeout: UP_MS, interval: 200 });

  const back = launched.log.next(/NATS is back/, UP_MS);
  process.kill(Number(readFileSync(join(dataDir, 'nats/pid'), 'utf8')), 'SIGKILL');
  rmSync(join(dataDir, 'nats'), { recursive: true });
  rmSync(join(dataDir, 'worker/bundles'), { recursive: true });
  mkdirSync(join(dataDir, 'worker/bundles'));
  await back;
  const spec = TINY.replace('name: tiny', 'name: again');
  await platform.call('submitSweep', { spec, format: SpecFormat.YAML, idempotencyKey: '', owner: '' });
  await vi.waitFor(finished, { timeout: UP_MS, interval: 200 });
  const { datasets } = await platform.call('listDatasets', {});
  expect(datasets.map(({ missing }) => missing)).toEqual([false]);
  launched.signal('SIGINT');
  expect(await launched.exited).toEqual({ code: 0, signal: null });
});

test('a second start on the same data directory is refused and names the first', {
  timeout: 120_000,
}, async () => {
  const dataDir = temporaryFolder('start');
  const first = await runStart(['--data-dir', dataDir, '--sweep', sweepFile(dataDir)]);
  await first.log.line(DASHBOARD, UP_MS);
  const second = await runStart(['--data-dir', dataDir]);
  expect(await second.exited).toEqual({ code: 1, signal: null });
  expect(second.output()).toContain(`in use by process ${first.pid}`);
  first.signal('SIGINT');
  await first.exited;
});

test('a usual port that is taken is left alone', { timeout: 120_000 }, async () => {
  await occupy(3000);
  const dataDir = temporaryFolder('start');
  const launched = await runStart(['--data-dir', dataDir, '--sweep', sweepFile(dataDir)]);
  const line = await launched.log.line(DASHBOARD, UP_MS);
  const [, url, port] = DASHBOARD.exec(line) ?? [];
  expect(port).not.toBe('3000');
  const page = await fetch(`${url}/login`);
  expect(page.status).toBe(200);
  launched.signal('SIGINT');
  await launched.exited;
});

test('a port that was asked for and is taken is an error', async () => {
  const port = await occupy(0);
  const launched = await runStart(['--data-dir', temporaryFolder('start'), '--port', String(port)]);
  expect(await launched.exited).toEqual({ code: 2, signal: null });
  expect(launched.output()).toContain(`--port: ${port} is taken`);
});

test('a sweep that is refused ends the start with what is wrong with it', { timeout: 120_000 }, async () => {
  const dataDir = temporaryFolder('start');
  const path = join(dataDir, 'sweep.yaml');
  writeFileSync(path, TINY.replace('eps_max', 'eps_maxx'));
  const launched = await runStart(['--once', '--data-dir', dataDir, '--sweep', path]);
  expect(await launched.exited).toEqual({ code: 2, signal: null });
  expect(launched.output()).toMatch(/eps_maxx.*eps_max/);
  expect(launched.processes()).toEqual([]);
});

test('a database that does not answer is named, and nothing is left running', {
  timeout: 120_000,
}, async () => {
  const dataDir = temporaryFolder('start');
  const launched = await runStart(['--data-dir', dataDir], {
    DATABASE_URL: 'postgresql://adt@127.0.0.1:1/adt',
  });
  expect(await launched.exited).toEqual({ code: 1, signal: null });
  expect(launched.output()).toMatch(/✗ migrations[\s\S]*ECONNREFUSED/);
  expect(launched.processes()).toEqual([]);
});

test.each([
  [['--onec'], 'unknown option --onec: did you mean --once?'],
  [['--verb'], 'unknown option --verb: did you mean --verbose?'],
  [['--zebra'], 'unknown option --zebra (--help lists all)'],
  [['sweep.yaml'], 'unexpected argument "sweep.yaml"'],
  [['--port', '70000'], '--port: must be a whole number from 1 to 65535 (got "70000")'],
  [['--port', 'http'], '--port: must be a whole number from 1 to 65535 (got "http")'],
  [['--sweep', '/nowhere/sweep.yaml'], "--sweep: can't read /nowhere/sweep.yaml"],
  [['--once', '--port', '3000'], '--once runs no dashboard'],
  [['--dataset', 'a', '--sweep', '/dev/null'], 'give one of them'],
])('%j is refused with one line and exit code 2', async (args, message) => {
  const launched = await runStart(args);
  expect(await launched.exited).toEqual({ code: 2, signal: null });
  expect(launched.output()).toContain(message);
  expect(launched.log.lines).toHaveLength(1);
});

test('an option that npm kept for itself is not lost silently', async () => {
  const launched = await runStart([], { npm_config_once: 'true' });
  expect(await launched.exited).toEqual({ code: 2, signal: null });
  expect(launched.output()).toContain('npm start -- --once');
});

test('an unknown data set is refused before any server starts', { timeout: 60_000 }, async () => {
  const launched = await runStart([
    '--once',
    '--data-dir',
    temporaryFolder('start'),
    '--dataset',
    'synthetik',
  ]);
  expect(await launched.exited).toEqual({ code: 2, signal: null });
  expect(launched.output()).toMatch(/synthetik.*synthetic/);
  expect(launched.output()).not.toContain('Postgres');
});

/** @param training another value in the training block, say `epochs: 200` */
function sweepFile(dataDir: string, training = 'epochs: 1'): string {
  const path = join(dataDir, 'sweep.yaml');
  writeFileSync(path, TINY.replace('epochs: 1', training));
  return path;
}

/** A trainer runs: the child of the worker that does the computing. */
async function workIsUnderWay(launched: Launched): Promise<void> {
  const running = () =>
    expect(launched.processes().some(({ command }) => /worker\/dist\/trainer/.test(command))).toBe(true);
  await vi.waitFor(running, { timeout: UP_MS, interval: 50 });
}

function pidOf(launched: Launched, name: string): number {
  const path = name === 'dashboard' ? 'dashboard/dist/server/main.js' : `${name}/dist/main.js`;
  const found = launched.processes().find(({ command }) => command.includes(path));
  if (found === undefined) throw new Error(`no ${name} among ${JSON.stringify(launched.processes())}`);
  return found.pid;
}

function secretModes(dataDir: string): number[] {
  const run = JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as { token: string };
  expect(run.token).toBe(readFileSync(join(dataDir, 'token'), 'utf8').trim());
  return ['run.json', 'token', 'pg/password'].map((name) => statSync(join(dataDir, name)).mode & 0o777);
}

/** Something else listens there until the test ends, whoever it is. @returns the port */
async function occupy(port: number): Promise<number> {
  const blocker = createServer();
  onTestFinished(() => void blocker.close());
  return new Promise((resolve, reject) => {
    blocker.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(port) : reject(error),
    );
    blocker.listen(port, '127.0.0.1', () => {
      const address = blocker.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
