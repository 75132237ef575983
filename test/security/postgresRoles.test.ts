/** The two roles of Postgres against a real server: the platform runs as the one that may change no table. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { startPostgres } from '@adt/deploy/local/postgres';
import { migrate } from '@adt/prisma/migrate';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask, testCoordinator } from '../contract/coordinator.js';
import { addSweep } from '../contract/trials.js';
import { atEnd } from '../harness/cleanup.js';
import { temporaryFolder } from '../harness/temporary.js';

const SQL = readFileSync(new URL('../../deploy/cluster/postgresRoles.sql', import.meta.url), 'utf8');

let admin: pg.Client;
let asRole: (role: 'adt_app' | 'adt_migrator', database?: string) => string;

async function open(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  atEnd(() => client.end());
  return client;
}

/** What a statement is refused with: its SQLSTATE. */
async function stateOf(client: pg.Client, sql: string): Promise<string> {
  return client.query(sql).then(
    () => 'was allowed',
    (error: { code: string }) => error.code,
  );
}

const DENIED = '42501';

beforeAll(async () => {
  // A server of its own: roles belong to a server, not to a database.
  const server = await startPostgres({
    dataDir: temporaryFolder('roles'),
    port: 0,
    durable: false,
    log: () => {},
  });
  atEnd(() => server.stop());
  admin = await open(server.url);
  await admin.query(SQL);
  const passwords = {
    adt_app: randomBytes(16).toString('hex'),
    adt_migrator: randomBytes(16).toString('hex'),
  };
  for (const [role, password] of Object.entries(passwords))
    await admin.query(`ALTER ROLE ${role} PASSWORD '${password}'`);
  asRole = (role, database) => {
    const url = new URL(server.url);
    url.username = role;
    url.password = passwords[role];
    if (database !== undefined) url.pathname = `/${database}`;
    return url.href;
  };
}, 60_000);

describe('the roles', () => {
  it('let a coordinator migrate as one and run as the other', async () => {
    const c = await testCoordinator({ databaseUrl: asRole('adt_app'), migratorUrl: asRole('adt_migrator') });
    expect(c.logged.join('\n')).toContain('database migrated');
    const about = { host: 'h', pool: 'default', slots: 1, threadsPerSlot: 1, engines: [], pid: 1 };
    await ask(c, c.trials, 'register', { workerId: 'worker-0001', ...about });
    const { trialIds } = await addSweep(c.db);
    const claimed = await ask(c, c.trials, 'claim', { workerId: 'worker-0001', trialId: trialIds[0] ?? 0 });
    expect(claimed.trial?.epoch).toBe(1);
    const { rows } = await c.db.pool.query('SELECT current_user AS role');
    expect(rows).toEqual([{ role: 'adt_app' }]);
    await c.stop();
    // Nothing is left to migrate: the role without the right to may start alone.
    const again = await testCoordinator({ databaseUrl: asRole('adt_app') });
    expect((await ask(again, again.search, 'listSweeps', { cursor: '', limit: 10 })).sweeps).toHaveLength(1);
  });

  it('are made by a file that may be run again', async () => {
    await admin.query(SQL);
    const app = await open(asRole('adt_app'));
    expect(await stateOf(app, 'UPDATE _prisma_migrations SET checksum = checksum')).toBe(DENIED);
    expect((await app.query('SELECT FROM _prisma_migrations')).rowCount).toBeGreaterThan(0);
  });

  it.each([
    'CREATE TABLE mine (id int)',
    'DROP TABLE trial',
    'ALTER TABLE trial ADD COLUMN mine int',
    'TRUNCATE trial CASCADE',
    'CREATE INDEX ON trial (id)',
    'CREATE SCHEMA mine',
    'CREATE TEMP TABLE mine (id int)',
    'CREATE ROLE mine',
    'CREATE DATABASE mine',
    "COPY trial TO PROGRAM 'cat'",
    "SELECT pg_read_file('postgresql.conf')",
    'SET ROLE adt_migrator',
  ])('leave the app without the right to %s', async (statement) => {
    expect(await stateOf(await open(asRole('adt_app')), statement)).toBe(DENIED);
  });

  it('end what the app leaves running', async () => {
    const app = await open(asRole('adt_app'));
    const settings = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
    for (const setting of settings) {
      const { rows } = await app.query(`SHOW ${setting}`);
      expect(Object.values(rows[0])[0], setting).toMatch(/^[23]0s$/);
    }
    await app.query("SET statement_timeout = '1ms'");
    expect(await stateOf(app, 'SELECT pg_sleep(5)')).toBe('57014');
  });

  it('give the migrator tables and no more', async () => {
    const migrator = await open(asRole('adt_migrator'));
    expect(await stateOf(migrator, 'CREATE ROLE mine')).toBe(DENIED);
    expect(await stateOf(migrator, 'CREATE DATABASE mine')).toBe(DENIED);
    expect(await migrate({ url: asRole('adt_migrator') })).toEqual([]);
  });

  it('keep a coordinator from an empty database that its role may not fill', async () => {
    await admin.query('CREATE DATABASE empty');
    const started = testCoordinator({ databaseUrl: asRole('adt_app', 'empty') });
    await expect(started).rejects.toThrow(/permission denied/);
  });
});
