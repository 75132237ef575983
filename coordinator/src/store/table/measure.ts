/** How large a view is, where in it one may jump to, and between which values its columns lie. */
import type { Database } from '@adt/prisma/client';
import { fieldOf, filterSql, Values } from './filter.js';
import { directionOf, keyedSql, type Position, type View } from './view.js';

export type ViewSize = { rows: number; trials: number };
export type Range = { field: string; least: number | null; greatest: number | null };

export async function viewSize(db: Database, view: View): Promise<ViewSize> {
  const values = new Values();
  const where = `t.sweep_id = ${values.add(view.sweepId)}${filterSql(view.filter, values)}`;
  const text = view.groupSeeds
    ? `SELECT count(*)::int4 AS rows, coalesce(sum(g.trials), 0)::int4 AS trials
       FROM (SELECT count(*) AS trials FROM trial t WHERE ${where} GROUP BY t.config_hash, t.phase) g`
    : `SELECT count(*)::int4 AS rows, count(*)::int4 AS trials FROM trial t WHERE ${where}`;
  const { rows } = await db.pool.query<ViewSize>(text, values.list);
  return rows[0] ?? { rows: 0, trials: 0 };
}

/** The last row of every stretch of `every` rows: where the next stretch begins. */
export async function viewAnchors(db: Database, view: View, every: number): Promise<Position[]> {
  const values = new Values();
  const direction = directionOf(view);
  const { rows } = await db.pool.query<Position>(
    `WITH keyed AS (${keyedSql(view, values)}), placed AS (
       SELECT k.key, k.number,
              row_number() OVER (ORDER BY k.key IS NULL, k.key ${direction}, k.number ${direction}) AS place
       FROM keyed k
     )
     SELECT key, number FROM placed WHERE place % ${values.add(every)}::int4 = 0 ORDER BY place`,
    values.list,
  );
  return rows;
}

export async function viewRanges(db: Database, view: View, names: readonly string[]): Promise<Range[]> {
  if (names.length === 0) return [];
  const values = new Values();
  const fields = names.map(fieldOf);
  const read = fields.map(({ sql, grouped }, at) => `${view.groupSeeds ? grouped : sql} AS k${at}`);
  const ends = fields.map((_, at) => `min(k${at})::float8 AS a${at}, max(k${at})::float8 AS b${at}`);
  const { rows } = await db.pool.query<Record<string, number | null>>(
    `SELECT ${ends.join(', ')} FROM (
       SELECT ${read.join(', ')} FROM trial t
       WHERE t.sweep_id = ${values.add(view.sweepId)}${filterSql(view.filter, values)}
       ${view.groupSeeds ? 'GROUP BY t.config_hash, t.phase' : ''}
     ) k`,
    values.list,
  );
  const row = rows[0] ?? {};
  return names.map((field, at) => ({
    field,
    least: row[`a${at}`] ?? null,
    greatest: row[`b${at}`] ?? null,
  }));
}
