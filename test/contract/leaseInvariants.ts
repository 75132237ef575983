/** What must be true of leases after anything at all: Postgres agrees with the model, and each invariant's query finds nothing. */
import type { Database } from '@adt/prisma/client';
import { expect } from 'vitest';
import { type Model, trialsOf } from './leaseModel.js';

/** Postgres holds what the model holds, and no invariant is broken. */
export async function expectTruth(db: Database, model: Model): Promise<void> {
  const ids = trialsOf(model).map(({ id }) => id);
  const rows = await db.prisma.trial.findMany({ where: { id: { in: ids } }, orderBy: { id: 'asc' } });
  const shown = rows.map(({ id, state, epoch, failures }) => ({ id, state, epoch, failures }));
  const wanted = trialsOf(model).map(({ id, state, attempts, failures }) => ({
    ...{ id, state, failures },
    epoch: attempts.length,
  }));
  expect(shown).toEqual(wanted.sort((a, b) => a.id - b.id));
  for (const [name, query] of Object.entries(INVARIANTS))
    expect([name, (await db.pool.query(query, [ids])).rows]).toEqual([name, []]);
}

/** Each finds nothing. */
const INVARIANTS = {
  'I1, one open attempt': `
    SELECT trial_id FROM attempt WHERE ended_at IS NULL AND trial_id = ANY($1) GROUP BY 1 HAVING count(*) > 1`,
  'I2, one success': `
    SELECT t.id FROM trial t LEFT JOIN attempt a ON a.trial_id = t.id AND a.outcome = 'SUCCEEDED'
    WHERE t.id = ANY($1) GROUP BY t.id HAVING count(a.epoch) <> (t.state = 'SUCCEEDED')::int`,
  'I3, gapless': `
    SELECT a.trial_id, a.epoch FROM attempt a LEFT JOIN metric_point p ON p.trial_id = a.trial_id AND p.epoch = a.epoch
    WHERE a.trial_id = ANY($1) GROUP BY a.trial_id, a.epoch
    HAVING count(DISTINCT p.seq) <> a.acked_seq OR coalesce(max(p.seq), 0) <> a.acked_seq`,
  'I6, no endless retry': `
    SELECT t.id FROM trial t JOIN attempt a ON a.trial_id = t.id WHERE t.id = ANY($1) GROUP BY t.id
    HAVING count(*) FILTER (WHERE a.outcome IN ('FAILED', 'LOST')) > t.max_failures + 1
        OR (t.state = 'FAILED' AND t.failure_reason IS NULL)`,
};
