/** Writes a backup: the database as one snapshot, then the objects it names, into a folder that appears when it is whole. */
import { mkdir, open, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createGzip } from 'node:zlib';
import pg from 'pg';
import { copyOut } from './copyStream.js';
import { BackupError, MANIFEST, type Manifest, type TablePart } from './manifest.js';
import { openObjects, writeObjects } from './objects.js';
import { writePart } from './partFile.js';
import { migrationsOf, quoted, sequencesOf, type Table, tablesOf } from './tables.js';

/** Where an installation keeps what it knows. */
export type Installation = {
  databaseUrl: string;
  /** null: without NATS, so only the database. */
  nats: { url: string; token: string } | null;
};

/**
 * Backs an installation up while it runs. Memory stays the same however much there is: rows and objects are streamed.
 * @param params.folder must not exist
 * @throws BackupError, or what the servers say; nothing is left at `folder` then
 */
export async function backUp(
  params: Installation & { folder: string; version: string; signal: AbortSignal },
): Promise<Manifest> {
  const { folder, signal } = params;
  // Beside its place, so that the move is one step.
  const draft = join(dirname(folder), `.${basename(folder)}.${process.pid}.part`);
  await reserve(folder);
  try {
    for (const part of ['tables', 'objects'])
      await mkdir(join(draft, part), { recursive: true, mode: 0o700 });
    const database = await backUpDatabase(params.databaseUrl, draft, signal);
    // After the snapshot: what a row names was stored before the row.
    const objects = params.nats && (await backUpObjects(params.nats, draft, signal));
    const createdAt = new Date().toISOString();
    const manifest: Manifest = { format: 1, createdAt, version: params.version, ...database, objects };
    await writeManifest(draft, manifest);
    await rename(draft, folder);
    return manifest;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Ours as long as it is empty.
    await rmdir(folder).catch(() => {});
    throw error;
  }
}

/** Takes the name before an hour's work goes under it; rename() replaces an empty folder and no other. */
async function reserve(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new BackupError(
      code === 'EEXIST' ? `${folder}: exists already` : `${folder}: can't be made (${code})`,
      { cause },
    );
  }
}

async function backUpDatabase(
  url: string,
  draft: string,
  signal: AbortSignal,
): Promise<Pick<Manifest, 'migrations' | 'tables' | 'sequences'>> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // Said by the statement that breaks; without a listener it would end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    // Text of numbers, times and JSON must not hang on a setting of the server's.
    await client.query(
      `SET datestyle = 'ISO'; SET timezone = 'UTC'; SET extra_float_digits = 1; SET statement_timeout = 0`,
    );
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const migrations = await migrationsOf(client);
    const tables: TablePart[] = [];
    for (const table of await tablesOf(client)) {
      signal.throwIfAborted();
      tables.push(await backUpTable(client, draft, table));
    }
    // Sequences are outside of snapshots: read last, so none is behind the rows.
    const sequences = await sequencesOf(client);
    await client.query('COMMIT');
    return { migrations, tables, sequences };
  } finally {
    await client.end();
  }
}

async function backUpTable(client: pg.Client, draft: string, { name, columns }: Table): Promise<TablePart> {
  const rows = copyOut(client, `COPY (SELECT ${quoted(columns)} FROM "${name}") TO STDOUT`);
  const zipped = rows.pipe(createGzip({ level: 4 }));
  // pipe() passes no errors on.
  rows.on('error', (error) => zipped.destroy(error));
  const part = await writePart(draft, `tables/${name}.copy.gz`, zipped);
  return { name, columns, rows: rows.rows, ...part };
}

async function backUpObjects(
  nats: NonNullable<Installation['nats']>,
  draft: string,
  signal: AbortSignal,
): Promise<Manifest['objects']> {
  const objects = await openObjects(nats);
  try {
    return await writeObjects(objects, draft, signal);
  } finally {
    await objects.connection.close();
  }
}

async function writeManifest(draft: string, manifest: Manifest): Promise<void> {
  const handle = await open(join(draft, MANIFEST), 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
