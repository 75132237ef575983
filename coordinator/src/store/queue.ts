/** A sweep's queue, in SQL: what has waited longest comes first. */

/**
 * Subquery: the trial at the head of a sweep's queue, or NULL. Not EXISTS: where most trials wait, the planner takes any
 * scan to find one soon, and reads all that have ended first (53 ms of a sequential scan with 100,000 trials).
 * @param sweepId SQL expression
 */
export function queueHead(sweepId: string): string {
  return `(SELECT q.id FROM trial q WHERE q.sweep_id = ${sweepId} AND q.state = 'QUEUED'
           ORDER BY q.queued_at, q.id LIMIT 1)`;
}
