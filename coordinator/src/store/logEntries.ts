/** The search log as people read it: a page of entries with the names of what they speak of. */
import type { Database } from '@adt/prisma/client';

export type LogEntryRow = {
  number: number;
  /** JSON as it was written. */
  text: string;
  hash: string;
  createdAt: Date;
  /** Of the trial that the entry names, else the first one of its configuration. */
  trialNumber: number | null;
  /** Null where the entry is about the whole search, or its stratum has no trial yet. */
  dataset: string | null;
  model: string | null;
  loss: string | null;
};

const PAGE = `
  WITH page AS MATERIALIZED (
    SELECT number, entry, hash, created_at, (entry ->> 'stratum')::int AS stratum,
           (entry ->> 'configuration')::int AS configuration, (entry ->> 'trial')::int AS trial
    FROM search_entry WHERE sweep_id = $1 AND number > $2 ORDER BY number LIMIT $3
  ), first AS MATERIALIZED (
    SELECT DISTINCT ON (stratum, configuration) stratum, configuration, number, config
    FROM trial WHERE sweep_id = $1 ORDER BY stratum, configuration, number
  )
  SELECT p.number, p.entry::text AS text, p.hash, p.created_at AS "createdAt",
         coalesce(p.trial, f.number) AS "trialNumber",
         s.config ->> 'dataset' AS dataset, s.config ->> 'model' AS model, s.config ->> 'loss' AS loss
  FROM page p
  LEFT JOIN trial t ON t.sweep_id = $1 AND t.number = p.trial
  LEFT JOIN first f ON f.stratum = p.stratum AND f.configuration = p.configuration
  LEFT JOIN first s ON s.stratum = coalesce(p.stratum, t.stratum) AND s.configuration = 0
  ORDER BY p.number`;

/** Entries after a number, oldest first. */
export async function logEntries(
  db: Database,
  params: { sweepId: number; after: number; limit: number },
): Promise<LogEntryRow[]> {
  const { sweepId, after, limit } = params;
  const { rows } = await db.pool.query<LogEntryRow>({
    name: 'log-entries',
    text: PAGE,
    values: [sweepId, after, limit],
  });
  return rows;
}
