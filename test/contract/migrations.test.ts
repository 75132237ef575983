/** Migrations against a real Postgres: applied once, in Prisma's ledger, agreeing with the schema that Prisma reads. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openDatabase } from '@adt/prisma/client';
import { migrate, readMigrations } from '@adt/prisma/migrate';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { createDatabase } from '../harness/postgres.js';
import { temporaryFolder } from '../harness/temporary.js';

let url: string;
let client: pg.Client;

beforeAll(async () => {
  url = await createDatabase();
  client = new pg.Client({ connectionString: url });
  await client.connect();
  atEnd(() => client.end());
});

function folderOf(migrations: Record<string, string>): URL {
  const folder = temporaryFolder('migrations');
  for (const [name, sql] of Object.entries(migrations)) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'migration.sql'), sql);
  }
  return pathToFileURL(`${folder}/`);
}

/** An empty database: nothing applied, no ledger. */
async function emptied(): Promise<string> {
  const fresh = await createDatabase();
  const admin = new pg.Client({ connectionString: fresh });
  await admin.connect();
  await admin.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  await admin.end();
  return fresh;
}

async function query(databaseUrl: string, sql: string): Promise<Record<string, unknown>[]> {
  const other = new pg.Client({ connectionString: databaseUrl });
  await other.connect();
  try {
    return (await other.query(sql)).rows;
  } finally {
    await other.end();
  }
}

describe('migrate', () => {
  it('applies every migration once, also when four processes start at once', async () => {
    const fresh = await emptied();
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrate({ url: fresh })));
    const names = (await readMigrations()).map((migration) => migration.name);
    expect(applied.flat()).toEqual(names);
    expect(await migrate({ url: fresh })).toEqual([]);
  });

  it("writes the ledger as Prisma's own command does", async () => {
    const { rows } = await client.query(
      `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished, rolled_back_at, applied_steps_count
       FROM _prisma_migrations ORDER BY migration_name`,
    );
    expect(rows).toEqual(
      (await readMigrations()).map(({ name, checksum }) => ({
        migration_name: name,
        checksum,
        finished: true,
        rolled_back_at: null,
        applied_steps_count: 1,
      })),
    );
  });

  it('names an applied migration that was changed, or that this version does not know', async () => {
    const fresh = await emptied();
    const first = { '1_a': 'CREATE TABLE a (x INT);' };
    await migrate({ url: fresh, folder: folderOf(first) });
    const changed = folderOf({ '1_a': 'CREATE TABLE a (x BIGINT);' });
    await expect(migrate({ url: fresh, folder: changed })).rejects.toThrow('migration 1_a was changed');
    const older = folderOf({});
    await expect(migrate({ url: fresh, folder: older })).rejects.toThrow(
      'has migration 1_a, which this version',
    );
    const next = folderOf({ ...first, '2_b': 'CREATE TABLE b (x INT);' });
    expect(await migrate({ url: fresh, folder: next })).toEqual(['2_b']);
  });

  it('rolls a failing migration back whole, and can be run again', async () => {
    const fresh = await emptied();
    const broken = folderOf({ '1_a': 'CREATE TABLE a (x INT); CREATE TABLE a (x INT);' });
    await expect(migrate({ url: fresh, folder: broken })).rejects.toThrow('migration 1_a failed');
    expect(await query(fresh, `SELECT to_regclass('a') AS a`)).toEqual([{ a: null }]);
    expect(await migrate({ url: fresh, folder: folderOf({ '1_a': 'CREATE TABLE a (x INT);' }) })).toEqual([
      '1_a',
    ]);
  });
});

describe('the partitions of points', () => {
  it('take over what an older version stored, row for row, and take more', async () => {
    const fresh = await emptied();
    const all = await readMigrations();
    const older = all.filter(({ name }) => name < '20261124300000');
    await migrate({
      url: fresh,
      folder: folderOf(Object.fromEntries(older.map(({ name, sql }) => [name, sql]))),
    });
    await query(
      fresh,
      `INSERT INTO metric_point SELECT trial, 1, seq, 10 * seq, 1, trial + seq / 8.0
       FROM unnest(ARRAY[1, 70000, 2000000]) AS trial, generate_series(1, 40) AS seq`,
    );
    const rows = 'SELECT *, tableoid::regclass::text AS part FROM metric_point ORDER BY trial_id, seq';
    const before = await query(fresh, rows);
    await migrate({ url: fresh });
    const after = await query(fresh, rows);
    expect(after).toEqual(before.map((row) => ({ ...row, part: 'metric_point_first' })));
    expect(after.length).toBe(120);
    await query(fresh, 'INSERT INTO metric_point VALUES (3000000, 1, 1, 10, 1, 0.5)');
    await expect(query(fresh, 'INSERT INTO metric_point VALUES (70000, 1, 1, 10, 1, 0.5)')).rejects.toThrow(
      'duplicate key',
    );
  });

  it('cost neither a copy nor a rewrite: the file of the older table stays', async () => {
    const fresh = await emptied();
    const older = (await readMigrations()).filter(({ name }) => name < '20261124300000');
    await migrate({
      url: fresh,
      folder: folderOf(Object.fromEntries(older.map(({ name, sql }) => [name, sql]))),
    });
    const [before] = await query(fresh, `SELECT pg_relation_filenode('metric_point') AS file`);
    await migrate({ url: fresh });
    expect(await query(fresh, `SELECT pg_relation_filenode('metric_point_first') AS file`)).toEqual([before]);
  });
});

/** What schema.prisma says of a table, read from its text: `column type? ` lines of each model. */
function schemaTables(): Map<string, Map<string, { optional: boolean; list: boolean }>> {
  const text = readFileSync(new URL('../../prisma/schema.prisma', import.meta.url), 'utf8');
  const models = [...text.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)];
  const names = new Set(models.map(([, name]) => name));
  return new Map(
    models.map(([, name, body = '']) => {
      const fields = [...body.matchAll(/^ {2}(\w+)\s+(\w+)(\[\])?(\?)?(.*)$/gm)];
      const columns = fields
        .filter(([, , type]) => !names.has(type))
        .map(([, field = '', , list, optional, rest = '']) => {
          const column = /@map\("(\w+)"\)/.exec(rest)?.[1] ?? field;
          return [column, { optional: optional === '?', list: list === '[]' }] as const;
        });
      return [/@@map\("(\w+)"\)/.exec(body)?.[1] ?? name ?? '', new Map(columns)];
    }),
  );
}

describe('the schema that Prisma reads', () => {
  it('has the tables and columns that the migrations make, with the same nullability', async () => {
    const { rows } = await client.query<{ table: string; column: string; nullable: boolean; type: string }>(
      `SELECT table_name AS table, column_name AS column, is_nullable = 'YES' AS nullable, data_type AS type
       FROM information_schema.columns JOIN pg_class ON pg_class.oid = format('%I.%I', table_schema, table_name)::regclass
       WHERE table_schema = 'public' AND table_name <> '_prisma_migrations' AND NOT relispartition`,
    );
    const inDatabase = rows.map((row) => {
      // A list is never NULL for Prisma, which writes an empty array.
      const kind = row.type === 'ARRAY' ? 'list' : row.nullable ? 'optional' : 'required';
      return `${row.table}.${row.column} ${kind}`;
    });
    const inSchema = [...schemaTables()].flatMap(([table, columns]) =>
      [...columns].map(([column, { optional, list }]) => {
        return `${table}.${column} ${list ? 'list' : optional ? 'optional' : 'required'}`;
      }),
    );
    expect(inSchema.sort()).toEqual(inDatabase.sort());
    expect(inSchema.length).toBeGreaterThan(60);
  });

  it('works through the generated client for every model', async () => {
    const db = openDatabase({ url, connectionLimit: 2 });
    try {
      const { prisma } = db;
      const models = [
        prisma.dataset,
        prisma.sweep,
        prisma.trial,
        prisma.attempt,
        prisma.outbox,
        prisma.metric,
        prisma.metricPoint,
        prisma.worker,
        prisma.leader,
        prisma.searchEntry,
        prisma.workerToken,
        prisma.session,
        prisma.coordinator,
        prisma.checkpoint,
        prisma.pointRemoval,
      ];
      for (const model of models) {
        // The models' own types differ; each selects all of its columns here.
        expect(await (model as { findMany(): Promise<unknown[]> }).findMany()).toEqual([]);
      }
      expect(models.length).toBe(schemaTables().size);
    } finally {
      await db.close();
    }
  });
});
