/** The embedded servers of one machine: their own folder and port, one owner, and an end that follows his. */
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandLine, isAlive } from '@adt/deploy/local/otherProcess';
import { type PostgresParams, type Server, startPostgres } from '@adt/deploy/local/postgres';
import { startProcess } from '@adt/deploy/local/runningProcess';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { startTestNats } from '../harness/nats.js';
import { createDatabase } from '../harness/postgres.js';
import { temporaryFolder } from '../harness/temporary.js';

const isRoot = process.getuid?.() === 0;

test('every test database is migrated, empty and apart from the others', async () => {
  const [one, other] = await Promise.all([createDatabase(), createDatabase()]);
  expect(one).not.toBe(other);
  expect(await query(one, 'SELECT count(*)::int AS sweeps FROM sweep')).toEqual([{ sweeps: 0 }]);
});

test('servers end with their owner when he is killed, and the next start finds what was committed', async () => {
  const dataDir = temporaryFolder('servers');
  const owner = await holdServers(dataDir);
  await query(owner.ready.postgres, 'CREATE TABLE kept AS SELECT 7 AS value');
  const pids = [pidIn(join(dataDir, 'pg/data/postmaster.pid')), pidIn(join(dataDir, 'nats/pid'))];
  expect(pids.map(isAlive)).toEqual([true, true]);

  process.kill(owner.pid, 'SIGKILL');
  await owner.exited;
  await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false]), {
    timeout: 10_000,
    interval: 20,
  });

  const next = await start({ dataDir });
  expect(await query(next.url, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
});

test('a second owner of a data directory is refused and told who the first is', async () => {
  const dataDir = temporaryFolder('servers');
  await start({ dataDir });
  await expect(startPostgres(params({ dataDir }))).rejects.toThrow(`in use by process ${process.pid}`);
});

test('the directory is free again after a stop, and a second stop does nothing', async () => {
  const dataDir = temporaryFolder('servers');
  const first = await start({ dataDir });
  await first.stop();
  await first.stop();
  const second = await start({ dataDir });
  expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a taken port is left alone and another one is used', async () => {
  const blocker = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void blocker.close());
  await new Promise((resolve) => blocker.once('listening', resolve));
  const address = blocker.address();
  const taken = typeof address === 'object' && address !== null ? address.port : 0;
  const server = await start({ port: taken });
  expect(Number(new URL(server.url).port)).not.toBe(taken);
});

test('a postmaster.pid that now names another process does not keep Postgres from starting', async () => {
  const dataDir = temporaryFolder('servers');
  await (await start({ dataDir })).stop();
  writeFileSync(join(dataDir, 'pg/data/postmaster.pid'), `${process.pid}\n${dataDir}/pg/data\n`);
  const server = await start({ dataDir });
  expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('an interrupted first start leaves nothing half made', async () => {
  const dataDir = temporaryFolder('servers');
  const interrupted = new AbortController();
  const log = (line: string) => {
    if (line.includes('owned by user')) interrupted.abort(new Error('enough'));
  };
  await expect(startPostgres({ ...params({ dataDir }), log, signal: interrupted.signal })).rejects.toThrow();
  const server = await start({ dataDir });
  expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('the password is needed, and only the owner can read it', async () => {
  const dataDir = temporaryFolder('servers');
  const server = await start({ dataDir });
  const url = new URL(server.url);
  expect(statSync(join(dataDir, 'pg/password')).mode & 0o777).toBe(0o600);
  url.password = 'guess';
  await expect(query(url.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
});

test.skipIf(!isRoot)('root runs Postgres in a folder that its user can enter, and says where', async () => {
  const closed = join(temporaryFolder('servers'), 'closed');
  mkdirSync(closed);
  chmodSync(closed, 0o700);
  const dataDir = join(closed, 'state');
  mkdirSync(dataDir);
  const server = await start({ dataDir });
  const place = dirname(readFileSync(join(dataDir, 'pg/elsewhere'), 'utf8').trim());
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  expect(server.note).toContain(place);
  await query(server.url, 'CREATE TABLE kept AS SELECT 7 AS value');
  await server.stop();
  const again = await start({ dataDir });
  expect(await query(again.url, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
  await again.stop();
});

test('NATS wants its token, and the token is on no command line', async () => {
  const dataDir = temporaryFolder('servers');
  const server = await startTestNats({ dataDir });
  const stranger = connect({ servers: server.url, reconnect: false });
  await expect(stranger).rejects.toThrow(/authorization/i);
  const friend = await connect({ servers: server.url, token: server.token });
  await friend.close();
  expect(commandLine(pidIn(join(dataDir, 'nats/pid')))).not.toContain(server.token);
  expect(statSync(join(dataDir, 'nats/server.conf')).mode & 0o777).toBe(0o600);
});

/** Its own server, quick to make, ended with the file. */
async function start(given: { dataDir?: string; port?: number }): Promise<Server> {
  const server = await startPostgres(
    params({ dataDir: given.dataDir ?? temporaryFolder('servers'), port: given.port }),
  );
  atEnd(() => server.stop());
  return server;
}

function params(given: { dataDir: string; port?: number }): PostgresParams {
  return { port: 0, durable: false, log: () => {}, ...given };
}

async function holdServers(dataDir: string) {
  const owner = await startProcess({
    name: 'owner',
    command: process.execPath,
    args: [fileURLToPath(new URL('./holdServers.mjs', import.meta.url)), dataDir],
    parentWatch: 'stdin',
    stopSignal: 'SIGTERM',
    onLine: () => {},
    isReady: (line) => (line.startsWith('{') ? (JSON.parse(line) as { postgres: string }) : undefined),
  });
  atEnd(() => owner.stop());
  return owner;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function pidIn(path: string): number {
  return Number(readFileSync(path, 'utf8').split('\n')[0]);
}
