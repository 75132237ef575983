/** The Postgres server of a test run, and the migrated template that each test database copies. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Server, startPostgres } from '@adt/deploy/local/postgres';
import { migrate } from '@adt/prisma/migrate';
import pg from 'pg';

export type Cluster = {
  /** @returns the URL of a new database, migrated and empty */
  create(): Promise<string>;
  drop(name: string): Promise<void>;
  /** Stops the server and removes all of it. */
  close(): Promise<void>;
};

/** @param existingUrl a server to use instead of an embedded one; its role must be allowed to create databases */
export async function openCluster(existingUrl: string | undefined): Promise<Cluster> {
  const dataDir = mkdtempSync(join(tmpdir(), 'adt-test-postgres-'));
  // Postgres runs as another user when the tests run as root; he has to get in.
  chmodSync(dataDir, 0o711);
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  let server: Server | undefined;
  try {
    server = await startPostgres({ existingUrl, dataDir, port: 0, durable: false, log });
    return await openTemplate(server, dataDir);
  } catch (error) {
    await server?.stop();
    rmSync(dataDir, { recursive: true, force: true });
    throw new Error(`no Postgres for the tests:\n${lines.slice(-20).join('\n')}`, { cause: error });
  }
}

async function openTemplate(server: Server, dataDir: string): Promise<Cluster> {
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  const template = newName('test_template');
  await admin.query(`CREATE DATABASE ${template}`);
  await migrate({ url: databaseUrl(server.url, template) });
  const drop = async (name: string) => {
    await admin.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
  };
  return {
    async create() {
      const name = newName('test');
      await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
      return databaseUrl(server.url, name);
    },
    drop,
    async close() {
      await drop(template);
      await admin.end();
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function newName(prefix: string): string {
  return `${prefix}_${randomBytes(6).toString('hex')}`;
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
