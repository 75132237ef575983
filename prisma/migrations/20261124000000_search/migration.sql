-- The search goes on after the submission: trials are added, judged at rungs and confirmed, and every decision is logged.
CREATE TYPE "TrialPhase" AS ENUM ('SEARCH', 'CONFIRM');

ALTER TABLE "sweep"
  ADD COLUMN "facts" JSONB NOT NULL DEFAULT '[]',
  ADD COLUMN "searching" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "priority" INTEGER NOT NULL DEFAULT 1,
  ADD COLUMN "max_concurrent" INTEGER,
  ADD COLUMN "deadline" TIMESTAMPTZ(3),
  ADD COLUMN "stop_reason" TEXT,
  ADD COLUMN "ancestors" INTEGER[] NOT NULL DEFAULT '{}',
  ADD COLUMN "prior" JSONB NOT NULL DEFAULT '[]',
  ADD COLUMN "search_problem" TEXT,
  ADD COLUMN "claims" INTEGER NOT NULL DEFAULT 0;
CREATE INDEX "sweep_searching_idx" ON "sweep" ("id") WHERE "searching";

ALTER TABLE "trial"
  ADD COLUMN "stratum" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "configuration" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "phase" "TrialPhase" NOT NULL DEFAULT 'SEARCH',
  ADD COLUMN "told" BOOLEAN NOT NULL DEFAULT true,
  ADD COLUMN "prune_reason" TEXT,
  ADD COLUMN "adopted_from" INTEGER;
-- What a search has still to hear of; empty but for moments.
CREATE INDEX "trial_untold_idx" ON "trial" ("sweep_id") WHERE NOT "told" AND "state" NOT IN ('QUEUED', 'RUNNING');

-- JSON, not JSONB: the entry's bytes are hashed.
CREATE TABLE "search_entry" (
  "sweep_id" INTEGER NOT NULL,
  "number" INTEGER NOT NULL,
  "entry" JSON NOT NULL,
  "hash" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "search_entry_pkey" PRIMARY KEY ("sweep_id", "number"),
  CONSTRAINT "search_entry_sweep_id_fkey" FOREIGN KEY ("sweep_id") REFERENCES "sweep" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- Each sweep's oldest queued trial: sweeps share a pool, so the oldest of all is not the next one.
CREATE INDEX "trial_sweep_queued_idx" ON "trial" ("sweep_id", "id") WHERE "state" = 'QUEUED';
DROP INDEX "trial_queued_idx";

-- The newest trainings like a planned one: forecasts rest on them.
CREATE INDEX "trial_measured_idx" ON "trial"
  (("config" ->> 'datasetSha256'), ("config" ->> 'model'), ("config" ->> 'loss'), "ended_at" DESC)
  WHERE "state" = 'SUCCEEDED';
