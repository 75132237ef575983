/** What of the database belongs in a backup, read from its catalogue, so that tables to come are not forgotten. */
import type pg from 'pg';
import type { Manifest } from './manifest.js';

/** Who leads, serves and is signed in is of the moment: a restored installation elects, registers and asks anew. */
const OF_THE_MOMENT = ['_prisma_migrations', 'coordinator', 'leader', 'session', 'worker'];

export type Table = { name: string; columns: string[] };

const TABLES = `
  SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND c.relname <> ALL($1::text[])
  GROUP BY c.relname ORDER BY c.relname`;

const REFERENCES = `
  SELECT DISTINCT conrelid::regclass::text AS child, confrelid::regclass::text AS parent
  FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conrelid <> confrelid`;

/** Every table with its columns, parents before children. Partitions are read and written through their table. */
export async function tablesOf(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(TABLES, [OF_THE_MOMENT]);
  const { rows: references } = await client.query<{ child: string; parent: string }>(REFERENCES);
  const ordered: Table[] = [];
  for (let left = rows; left.length > 0; ) {
    const waits = ({ name }: Table) =>
      references.some(({ child, parent }) => child === name && left.some((table) => table.name === parent));
    const next = left.filter((table) => !waits(table));
    if (next.length === 0) throw new Error('the tables refer to each other in a circle');
    ordered.push(...next);
    left = left.filter(waits);
  }
  return ordered;
}

/** The number that each sequence would give next. */
export async function sequencesOf(client: pg.Client): Promise<Manifest['sequences']> {
  const { rows } = await client.query<{ name: string; next: number }>(
    `SELECT sequencename AS name, coalesce(last_value + 1, start_value)::float8 AS next
     FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1`,
  );
  return rows;
}

/** Migrations in the order they were applied. */
export async function migrationsOf(client: pg.Client): Promise<Manifest['migrations']> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    `SELECT migration_name AS name, checksum FROM _prisma_migrations
     WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`,
  );
  return rows;
}

export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
