/** Where a world's database comes from: the run's shared server, or a server of its own that a fault may ruin. */
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Server, startPostgres } from '@adt/deploy/local/postgres';
import pg from 'pg';
import { stablePort } from '../harness/ports.js';
import { until } from './until.js';

/** Databases of a shared server, cloned from a migrated template. */
export type Databases = { create(): Promise<string>; drop(name: string): Promise<void> };

export type OwnPostgres = {
  readonly url: string;
  /** The cluster's directory. */
  readonly cluster: string;
  /** `pg_ctl stop -m immediate`: no checkpoint, no goodbye; the next start recovers from the WAL. */
  stopImmediately(): Promise<void>;
  /** On the same port. */
  start(): Promise<void>;
  /** Starts it if it has ended by itself, which it may still be about to do; else waits until it takes connections. */
  revive(): Promise<void>;
  stop(): Promise<void>;
};

/** As durable as on one machine: a commit that was answered must survive whatever the fault does. */
export async function ownPostgres(folder: string, onLine: (line: string) => void): Promise<OwnPostgres> {
  const dataDir = join(folder, 'postgres');
  mkdirSync(dataDir);
  // Postgres runs as another user when the faults run as root; he has to get in.
  chmodSync(dataDir, 0o711);
  const port = await stablePort();
  const launch = (): Promise<Server> => startPostgres({ dataDir, port, durable: true, log: onLine });
  let server = await launch();
  const { url } = server;
  const cluster = await dataDirectory(url);
  return {
    url,
    cluster,
    async stopImmediately() {
      const postmaster = Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);
      // 0 and 1 would be our own group, and everybody's parent.
      if (!(postmaster > 1)) throw new Error(`no postmaster in ${cluster}`);
      process.kill(postmaster, 'SIGQUIT');
      await server.exited;
      // Gives back the lock on the folder.
      await server.stop();
    },
    start,
    async revive() {
      const ended = server.exited.then(async () => {
        await server.stop();
        await start();
      });
      const answers = until('Postgres takes connections', () => dataDirectory(url), 30_000);
      await Promise.race([ended.then(() => answers), answers]);
    },
    stop: () => server.stop(),
  };
  async function start(): Promise<void> {
    server = await launch();
    if (server.url !== url) throw new Error(`port ${port} was taken meanwhile`);
  }
}

async function dataDirectory(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return rows[0]?.data_directory ?? '';
  } finally {
    await client.end();
  }
}
