/** Postgres behind TLS, set up as deploy/cluster/README.md says: who speaks to it without is turned away, either side. */
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '@adt/deploy/local/postgres';
import pg from 'pg';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, testCoordinator } from '../contract/coordinator.js';
import { makeTestCertificates, runCertificates } from '../harness/certificates.js';
import { atEnd } from '../harness/cleanup.js';
import { temporaryFolder } from '../harness/temporary.js';

const DEPLOY = new URL('../../deploy/cluster/', import.meta.url);
const SQL = readFileSync(new URL('postgresRoles.sql', DEPLOY), 'utf8');
const README = readFileSync(new URL('README.md', DEPLOY), 'utf8');

const certificates = makeTestCertificates([]);
const strangers = makeTestCertificates([]);

let server: Awaited<ReturnType<typeof startPostgres>>;
let admin: pg.Client;
let cluster: string;
const passwords = {
  adt_app: randomBytes(16).toString('hex'),
  adt_migrator: randomBytes(16).toString('hex'),
};

/** The lines of the README, for roles that come from loopback here. */
function accessRules(): string {
  const lines = README.match(/^ *host(?:ssl)? .*$/gm) ?? [];
  expect(lines).toHaveLength(2);
  return `${lines.map((line) => line.trim().replace('10.0.0.0/8', '127.0.0.1/32')).join('\n')}\n`;
}

/** Gives Postgres a file of its own in the cluster's directory: it takes no key that others may read. */
function install(from: string, name: string): void {
  const to = join(cluster, name);
  const { uid, gid } = statSync(cluster);
  copyFileSync(from, to);
  chmodSync(to, 0o600);
  chownSync(to, uid, gid);
}

async function reload(): Promise<void> {
  const loaded = 'SELECT pg_conf_load_time()::text AS at';
  const before = (await admin.query<{ at: string }>(loaded)).rows[0]?.at;
  await admin.query('SELECT pg_reload_conf()');
  // The session hears of it from the postmaster, which then goes by it.
  const after = async () => (await admin.query<{ at: string }>(loaded)).rows[0]?.at;
  await vi.waitFor(async () => expect(await after()).not.toBe(before), { timeout: 20_000 });
}

function urlOf(role: keyof typeof passwords, options: Record<string, string>): string {
  const url = new URL(server.url);
  url.username = role;
  url.password = passwords[role];
  for (const [name, value] of Object.entries(options)) url.searchParams.set(name, value);
  return url.href;
}

function verified({ folder }: { folder: string } = certificates): Record<string, string> {
  return {
    sslmode: 'verify-full',
    sslrootcert: join(folder, 'ca.crt'),
    sslcert: join(folder, 'coordinator.crt'),
    sslkey: join(folder, 'coordinator.key'),
  };
}

/** What a connection fails with; null: it came about. */
async function failureOf(options: Record<string, string>): Promise<string | null> {
  const client = new pg.Client({ connectionString: urlOf('adt_app', options) });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return null;
  } catch (error) {
    return error instanceof Error ? `${'code' in error ? error.code : ''} ${error.message}` : String(error);
  }
}

beforeAll(async () => {
  const dataDir = temporaryFolder('postgres-tls');
  server = await startPostgres({ dataDir, port: 0, durable: false, log: () => {} });
  atEnd(() => server.stop());
  admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  atEnd(() => admin.end());
  await admin.query(SQL);
  for (const [role, password] of Object.entries(passwords))
    await admin.query(`ALTER ROLE ${role} PASSWORD '${password}'`);
  const { rows } = await admin.query<{ data_directory: string }>('SHOW data_directory');
  cluster = rows[0]?.data_directory ?? '';
  for (const name of ['postgres.crt', 'postgres.key', 'ca.crt'])
    install(join(certificates.folder, name), name);
  await admin.query("ALTER SYSTEM SET ssl_cert_file = 'postgres.crt'");
  await admin.query("ALTER SYSTEM SET ssl_key_file = 'postgres.key'");
  await admin.query("ALTER SYSTEM SET ssl_ca_file = 'ca.crt'");
  await admin.query('ALTER SYSTEM SET ssl = on');
  writeFileSync(join(cluster, 'pg_hba.conf'), accessRules());
  await reload();
}, 60_000);

describe('Postgres with hostssl', () => {
  it('serves a coordinator that verifies it and shows a certificate, on encrypted connections only', async () => {
    const c = await testCoordinator({
      databaseUrl: urlOf('adt_app', verified()),
      migratorUrl: urlOf('adt_migrator', verified()),
    });
    expect(c.logged.join('\n')).toContain('database migrated');
    expect((await ask(c, c.search, 'listSweeps', { cursor: '', limit: 10 })).sweeps).toEqual([]);
    const { rows } = await admin.query<{ ssl: boolean; client_dn: string | null }>(
      `SELECT DISTINCT ssl, client_dn FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'adt_app'`,
    );
    expect(rows).toEqual([{ ssl: true, client_dn: expect.stringContaining('coordinator') }]);
    expect(c.logged.join('\n')).not.toContain(passwords.adt_app);
  });

  it('refuses who does not encrypt, whatever the password', async () => {
    expect(await failureOf({ sslmode: 'disable' })).toMatch(
      /^28000 .*no encryption|^28000 .*rejects connection/,
    );
    const started = testCoordinator({ databaseUrl: urlOf('adt_app', { sslmode: 'disable' }) });
    await expect(started).rejects.toThrow(/pg_hba\.conf/);
  });

  it('refuses who encrypts and shows no certificate of its CA', async () => {
    const { sslcert: _cert, sslkey: _key, ...anonymous } = verified();
    expect(await failureOf(anonymous)).toMatch(/^28000 .*valid client certificate/);
    const { sslcert = '', sslkey = '' } = verified(strangers);
    expect(await failureOf({ ...anonymous, sslcert, sslkey })).not.toBe(null);
  });

  it('is refused itself by a coordinator with another CA', async () => {
    const { sslrootcert = '' } = verified(strangers);
    const reason =
      /^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|CERT_SIGNATURE_FAILURE) /;
    expect(await failureOf({ ...verified(), sslrootcert })).toMatch(reason);
    const started = testCoordinator({ databaseUrl: urlOf('adt_app', { ...verified(), sslrootcert }) });
    await expect(started).rejects.toThrow(/certificate/);
  });

  it('is refused itself when its certificate is for another host', async () => {
    expect(await failureOf(verified())).toBe(null);
    // The same CA says so.
    const elsewhere = temporaryFolder('postgres-elsewhere');
    for (const name of ['ca.crt', 'ca.key'])
      copyFileSync(join(certificates.folder, name), join(elsewhere, name));
    expect(runCertificates(['--out', elsewhere, '--postgres', 'db.internal'])).toMatchObject({ code: 0 });
    for (const name of ['postgres.crt', 'postgres.key']) install(join(elsewhere, name), name);
    await reload();
    expect(await failureOf(verified())).toMatch(/^ERR_TLS_CERT_ALTNAME_INVALID /);
  });
});
