/** Applies prisma/migrations at start, in Prisma's own ledger, without Prisma's schema engine. */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';

/** Key of the advisory lock that `prisma migrate` takes too: one migrator at a time, whichever it is. */
const LOCK_KEY = 72_707_369;

const MIGRATIONS = new URL('../migrations/', import.meta.url);

/** The table as Prisma creates it, so that `prisma migrate status` and `deploy` find the database up to date. */
const LEDGER = `
  CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id" VARCHAR(36) PRIMARY KEY NOT NULL,
    "checksum" VARCHAR(64) NOT NULL,
    "finished_at" TIMESTAMPTZ,
    "migration_name" VARCHAR(255) NOT NULL,
    "logs" TEXT,
    "rolled_back_at" TIMESTAMPTZ,
    "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
    "applied_steps_count" INTEGER NOT NULL DEFAULT 0
  )`;

export type Migration = { name: string; sql: string; checksum: string };

/** The database and the migrations on disk contradict each other; `message` names the migration. */
export class MigrationError extends Error {
  readonly code = 'MIGRATION';
}

/** The migrations of a folder, in name order, which is the order they apply in. */
export async function readMigrations(folder: URL = MIGRATIONS): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(new URL(`${name}/migration.sql`, folder), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * Brings a database up to the newest migration. Safe to call from several processes at once: one migrates,
 * the others wait and find nothing left to do.
 * @returns names of the migrations that this call applied
 * @throws MigrationError when an applied migration was changed, is unknown here, or was left half done
 */
export async function migrate(params: { url: string; folder?: URL }): Promise<string[]> {
  const migrations = await readMigrations(params.folder);
  const client = new pg.Client({ connectionString: params.url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    // A session lock: it goes with the connection, so a killed migrator leaves none behind.
    await client.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
    await openLedger(client);
    const pending = pendingOf(migrations, await appliedChecksums(client));
    for (const migration of pending) await apply(client, migration);
    return pending.map((migration) => migration.name);
  } finally {
    await client.end();
  }
}

/** A role that may change no table finds the ledger there; asked to create it, even IF NOT EXISTS, it would be refused. */
async function openLedger(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('"_prisma_migrations"') IS NOT NULL AS there`,
  );
  if (!rows[0]?.there) await client.query(LEDGER);
}

async function appliedChecksums(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; checksum: string; finished: boolean }>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
     FROM "_prisma_migrations" WHERE rolled_back_at IS NULL`,
  );
  const halfDone = rows.find((row) => !row.finished);
  if (halfDone) {
    throw new MigrationError(
      `migration ${halfDone.name} was begun and not finished: restore the database first`,
    );
  }
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

function pendingOf(migrations: Migration[], applied: Map<string, string>): Migration[] {
  const known = new Set(migrations.map((migration) => migration.name));
  const unknown = [...applied.keys()].find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new MigrationError(
      `the database has migration ${unknown}, which this version does not know: upgrade`,
    );
  }
  const changed = migrations.find((m) => applied.has(m.name) && applied.get(m.name) !== m.checksum);
  if (changed) throw new MigrationError(`migration ${changed.name} was changed after it had been applied`);
  return migrations.filter((migration) => !applied.has(migration.name));
}

/** Migration and ledger row in one transaction: a crash leaves either both or neither. */
async function apply(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, applied_steps_count)
       VALUES ($1, $2, now(), $3, 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw new MigrationError(`migration ${migration.name} failed and was rolled back`, { cause });
  }
}
