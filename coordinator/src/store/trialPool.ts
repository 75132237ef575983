/** The pool that a trial is for. */
import type { Database } from '@adt/prisma/client';

/** Null: there is no such trial. */
export async function poolOfTrial(db: Database, trialId: number): Promise<string | null> {
  const { rows } = await db.pool.query<{ pool: string }>({
    name: 'pool-of-trial',
    text: 'SELECT s.pool FROM trial t JOIN sweep s ON s.id = t.sweep_id WHERE t.id = $1',
    values: [trialId],
  });
  return rows[0]?.pool ?? null;
}
