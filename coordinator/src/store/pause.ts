/** Pausing a sweep: none of its trials starts, what runs goes on. Claims and the relay read the mark. */
import type { Database } from '@adt/prisma/client';
import type { SweepStateName } from './sweeps.js';

export type Paused = { kind: 'done' } | { kind: 'not-found' } | { kind: 'ended'; state: SweepStateName };

const PAUSE = `
  WITH target AS (UPDATE sweep SET paused = $2 WHERE id = $1 AND state = 'RUNNING' RETURNING id)
  SELECT state, EXISTS (SELECT FROM target) AS done FROM sweep WHERE id = $1`;

/** A claim that began before the mark was written may still take its trial; later ones find none. Idempotent. */
export async function setPaused(db: Database, sweepId: number, paused: boolean): Promise<Paused> {
  const { rows } = await db.pool.query<{ state: SweepStateName; done: boolean }>(PAUSE, [sweepId, paused]);
  const row = rows[0];
  if (!row) return { kind: 'not-found' };
  return row.done ? { kind: 'done' } : { kind: 'ended', state: row.state };
}
