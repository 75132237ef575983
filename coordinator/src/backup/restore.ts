/** Puts a backup back: all of it checked first, then the database in one transaction, or nothing. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { migrate } from '@adt/prisma/migrate';
import pg from 'pg';
import type { Installation } from './backup.js';
import { copyIn } from './copyStream.js';
import { BackupError, type Manifest, readManifest, type TablePart, verifyParts } from './manifest.js';
import { holdsObjects, type Objects, openObjects, putObjects } from './objects.js';
import { migrationsOf, quoted, tablesOf } from './tables.js';

/**
 * Restores into an installation that is empty, or whose content is to go (`replace`). Its coordinator may run: it sees
 * nothing until all is there. Trials that were running are lost to their workers and queued again by the reaper.
 * @throws BackupError, or what the servers say; the installation is as it was then
 */
export async function restore(
  params: Installation & { folder: string; replace: boolean; signal: AbortSignal },
): Promise<Manifest> {
  const { folder, signal, replace } = params;
  const manifest = await readManifest(folder);
  await verifyParts(folder, manifest, signal);
  if (manifest.objects !== null && manifest.objects.length > 0 && params.nats === null)
    throw new BackupError('the backup holds data sets, and there is no NATS to put them: set NATS_URL');
  await migrate({ url: params.databaseUrl });
  const objects = params.nats && (await openObjects(params.nats));
  try {
    if (objects && !replace && (await holdsObjects(objects)))
      throw new BackupError(
        'the object store holds something already: --replace puts the backup in its place',
      );
    await inTransaction(params.databaseUrl, (client) => putBack(client, objects, { ...params, manifest }));
    return manifest;
  } finally {
    await objects?.connection.close();
  }
}

async function putBack(
  client: pg.Client,
  objects: Objects | null,
  params: { manifest: Manifest; folder: string; replace: boolean; signal: AbortSignal },
): Promise<() => Promise<void>> {
  const { manifest, folder, replace, signal } = params;
  await checkSchema(client, manifest);
  const tables = (await tablesOf(client)).map(({ name }) => name);
  if (replace) await client.query(`TRUNCATE ${quoted(tables)}`);
  else await refuseRows(client, tables);
  // Transactional, unlike setval(). Before the points, whose partitions go by the sequence.
  for (const { name, next } of manifest.sequences)
    await client.query(`ALTER SEQUENCE "${name}" RESTART WITH ${next}`);
  await client.query('SELECT extend_metric_points()');
  for (const table of manifest.tables) {
    signal.throwIfAborted();
    await putTable(client, folder, table);
  }
  if (objects === null) return async () => {};
  return putObjects(objects, folder, manifest.objects ?? [], signal);
}

async function checkSchema(client: pg.Client, manifest: Manifest): Promise<void> {
  const here = await migrationsOf(client);
  if (JSON.stringify(here) === JSON.stringify(manifest.migrations)) return;
  throw new BackupError(
    `the backup is of version ${manifest.version}, whose schema is another: restore with that version, then upgrade`,
  );
}

async function refuseRows(client: pg.Client, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const { rowCount } = await client.query(`SELECT FROM "${table}" LIMIT 1`);
    if (rowCount !== 0)
      throw new BackupError(`the database is not empty (${table}): --replace puts the backup in its place`);
  }
}

async function putTable(client: pg.Client, folder: string, table: TablePart): Promise<void> {
  const file = createReadStream(join(folder, table.file));
  const text = file.pipe(createGunzip());
  file.on('error', (error) => text.destroy(error));
  const rows = await copyIn(client, `COPY "${table.name}" (${quoted(table.columns)}) FROM STDIN`, text);
  if (rows !== table.rows)
    throw new BackupError(`${table.file}: holds ${rows} rows, ${table.rows} were written`);
}

/** @param work returns what undoes its part outside of the database */
async function inTransaction(
  url: string,
  work: (client: pg.Client) => Promise<() => Promise<void>>,
): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(`SET datestyle = 'ISO'; SET timezone = 'UTC'; SET statement_timeout = 0; BEGIN`);
    const undo = await work(client);
    await client.query('COMMIT').catch(async (error: unknown) => {
      await undo();
      throw error;
    });
  } finally {
    // An open transaction is rolled back with its connection.
    await client.end();
  }
}
