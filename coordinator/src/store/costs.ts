/** What sweeps have cost: the time that slots were busy with them. */
import type { Database } from '@adt/prisma/client';
import type { SweepStateName } from './sweeps.js';

export type CostRow = { id: number; state: SweepStateName; usedSlotSeconds: number };

/** Of these sweeps, attempts that were lost included; unknown ids are left out. */
export async function slotSecondsUsed(db: Database, sweepIds: readonly number[]): Promise<CostRow[]> {
  const { rows } = await db.pool.query<CostRow>(
    `SELECT s.id, s.state, coalesce(used.seconds, 0)::float8 AS "usedSlotSeconds" FROM sweep s
     LEFT JOIN (
       SELECT t.sweep_id, sum(extract(epoch FROM coalesce(a.ended_at, clock_timestamp()) - a.started_at)) AS seconds
       FROM trial t JOIN attempt a ON a.trial_id = t.id WHERE t.sweep_id = ANY($1::int[]) GROUP BY t.sweep_id
     ) used ON used.sweep_id = s.id
     WHERE s.id = ANY($1::int[]) ORDER BY s.id`,
    [sweepIds],
  );
  return rows;
}
