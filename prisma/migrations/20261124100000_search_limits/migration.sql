ALTER TABLE "sweep"
  ADD COLUMN "search_problem" TEXT,
  ADD COLUMN "claims" INTEGER NOT NULL DEFAULT 0;

-- Only what has ended: the index was as long as the queue, and is now empty but for moments.
DROP INDEX "trial_untold_idx";
CREATE INDEX "trial_untold_idx" ON "trial" ("sweep_id") WHERE NOT "told" AND "state" NOT IN ('QUEUED', 'RUNNING');
