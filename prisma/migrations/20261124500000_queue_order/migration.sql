-- The head of each sweep's queue. Ordered by more than the id: for ORDER BY id the planner prefers the primary key, and
-- with a hundred thousand trials reads all that have ended before it finds one that waits.
CREATE INDEX "trial_sweep_queue_idx" ON "trial" ("sweep_id", "queued_at", "id") WHERE "state" = 'QUEUED';
DROP INDEX "trial_sweep_queued_idx";
