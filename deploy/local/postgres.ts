/** Postgres for one machine: the one of DATABASE_URL, or an embedded one that starts and stops with us. */
import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivate } from './dataDir.js';
import { type DirectoryLock, lockDirectory } from './directoryLock.js';
import { onFreePort } from './freePort.js';
import { commandLine, endProcess, isAlive } from './otherProcess.js';
import { locatePostgres, makeOwned, type PostgresHome } from './postgresHome.js';
import { type Exit, type RunningProcess, startProcess } from './runningProcess.js';
import { secretIn } from './secretFile.js';
import { SERVER_STOP_MS } from './tunables.js';

/** A server that the platform may use. */
export type Server = {
  url: string;
  /** What was taken, for the user: `embedded Postgres 15, port 5432`. */
  origin: string;
  /** What else the user should know; empty when nothing is unusual. */
  note: string;
  /** Settles when a server that we started has ended; never for one that was there before us. */
  exited: Promise<Exit>;
  /** Safe to call twice; leaves a server alone that was there before us. */
  stop(): Promise<void>;
  kill(): void;
};

export type PostgresParams = {
  /** A server that is there already (DATABASE_URL): then nothing is started. */
  existingUrl?: string;
  /** The platform's data directory; Postgres keeps to `pg/` in it. */
  dataDir: string;
  /** Taken when it is free; default 5432. */
  port?: number;
  /** false: no fsync, for tests only. A power failure then loses the database. */
  durable?: boolean;
  log(line: string): void;
  signal?: AbortSignal;
};

// Nothing of ours: under root the server is another user's process, and its environment is that user's to read.
const POSTGRES_ENV = { PATH: process.env.PATH, LC_ALL: 'C' };

const DATABASE = 'adt';
const SUPERUSER = 'adt';

/**
 * @throws DirectoryTaken when another process runs on this data directory
 * @throws StartFailure with Postgres' last lines
 */
export async function startPostgres(params: PostgresParams): Promise<Server> {
  if (params.existingUrl) return existingServer(params.existingUrl, 'DATABASE_URL');
  const pgDir = join(params.dataDir, 'pg');
  mkdirSync(pgDir, { recursive: true });
  makePrivate(pgDir);
  const lock = lockDirectory(join(pgDir, 'lock'));
  try {
    return await startEmbedded(params, pgDir, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

export function existingServer(url: string, origin: string): Server {
  return { url, origin, note: '', exited: new Promise(() => {}), stop: async () => {}, kill: () => {} };
}

async function startEmbedded(params: PostgresParams, pgDir: string, lock: DirectoryLock): Promise<Server> {
  const home = locatePostgres(pgDir);
  const password = secretIn(join(pgDir, 'password'));
  if (!existsSync(join(home.cluster, 'PG_VERSION'))) await initialise(home, password, params);
  await clearLeftovers(home.cluster, params.log);
  const server = await onFreePort(params.port ?? 5432, (port) => launch(home, port, params));
  const port = server.ready;
  const version = readFileSync(join(home.cluster, 'PG_VERSION'), 'utf8').trim();
  const user = home.user === null ? '' : ` as user ${home.user.name}`;
  return {
    url: `postgresql://${SUPERUSER}:${password}@127.0.0.1:${port}/${DATABASE}`,
    origin: `embedded Postgres ${version}${user}, port ${port}`,
    note: home.note,
    exited: server.exited,
    async stop() {
      await server.stop();
      lock.release();
    },
    kill() {
      server.kill();
      lock.release();
    },
  };
}

/** Makes the cluster beside its place and moves it there when it is complete: an interrupted start leaves none. */
async function initialise(home: PostgresHome, password: string, params: PostgresParams): Promise<void> {
  const draft = `${home.cluster}.new`;
  const passwordFile = `${home.cluster}.password`;
  makeOwned(draft, home.user);
  try {
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (home.user !== null) chownSync(passwordFile, home.user.uid, home.user.gid);
    const sync = params.durable === false ? ['--no-sync'] : [];
    const login = [`--username=${SUPERUSER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    const text = ['--encoding=UTF8', '--locale=C'];
    await runTool(home, 'initdb', [`--pgdata=${draft}`, ...login, ...text, ...sync], '', params);
    await runTool(
      home,
      'postgres',
      ['--single', '-D', draft, 'postgres'],
      `CREATE DATABASE ${DATABASE};\n`,
      params,
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(draft, home.cluster);
}

/** Runs one of Postgres' programs to its end. @throws Error with its output */
function runTool(
  home: PostgresHome,
  tool: string,
  args: string[],
  input: string,
  params: PostgresParams,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(home.binaries, 'bin', tool), args, {
      cwd: '/',
      env: POSTGRES_ENV,
      detached: true,
      signal: params.signal,
      killSignal: 'SIGKILL',
      ...(home.user ? { uid: home.user.uid, gid: home.user.gid } : {}),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (code) => {
      for (const line of output.trim().split('\n')) params.log(line);
      if (code === 0) resolve();
      else reject(new Error(`${tool} failed (exit code ${code}):\n${output.trim()}`));
    });
  });
}

/**
 * What a launcher killed with SIGKILL may leave: a server that still runs (it is stopped: it belongs to this
 * folder, which we hold), or a postmaster.pid whose number now names some other process, at which Postgres
 * would refuse to start.
 */
async function clearLeftovers(cluster: string, log: (line: string) => void): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return;
  if (commandLine(pid).includes(cluster)) {
    log(`stopping the Postgres of an earlier run (process ${pid})`);
    await endProcess(pid, 'SIGINT');
  } else {
    rmSync(pidFile);
  }
}

function launch(home: PostgresHome, port: number, params: PostgresParams): Promise<RunningProcess<number>> {
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'timezone=UTC',
    'log_timezone=UTC',
    ...(params.durable === false ? ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'] : []),
  ];
  return startProcess({
    name: 'postgres',
    command: join(home.binaries, 'bin/postgres'),
    args: ['-D', home.cluster, ...settings.flatMap((setting) => ['-c', setting])],
    env: POSTGRES_ENV,
    cwd: '/',
    user: home.user,
    parentWatch: 'shell',
    // Fast shutdown: open transactions are rolled back, connections closed, a checkpoint written.
    stopSignal: 'SIGINT',
    stopWithinMs: SERVER_STOP_MS,
    onLine: params.log,
    isReady: (line) => (line.includes('ready to accept connections') ? port : undefined),
    signal: params.signal,
  });
}
