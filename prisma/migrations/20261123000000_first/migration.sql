CREATE TYPE "SweepState" AS ENUM ('RUNNING', 'FINISHED', 'CANCELLED');
CREATE TYPE "TrialState" AS ENUM ('QUEUED', 'RUNNING', 'SUCCEEDED', 'PRUNED', 'FAILED', 'CANCELLED');
CREATE TYPE "AttemptOutcome" AS ENUM ('SUCCEEDED', 'PRUNED', 'CANCELLED', 'FAILED', 'LOST', 'RELEASED');
CREATE TYPE "FailureClass" AS ENUM ('USER', 'INFRA', 'OOM');
CREATE TYPE "SpecFormat" AS ENUM ('YAML', 'JSON');

CREATE TABLE "dataset" (
  "name" TEXT NOT NULL,
  "sha256" TEXT NOT NULL,
  "bytes" BIGINT NOT NULL,
  "header" JSONB NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "dataset_pkey" PRIMARY KEY ("name")
);

CREATE TABLE "sweep" (
  "id" SERIAL NOT NULL,
  "name" TEXT NOT NULL,
  "state" "SweepState" NOT NULL DEFAULT 'RUNNING',
  "spec" TEXT NOT NULL,
  "spec_format" "SpecFormat" NOT NULL,
  "spec_sha256" TEXT NOT NULL,
  "metric" TEXT NOT NULL,
  "maximize" BOOLEAN NOT NULL,
  "owner" TEXT NOT NULL DEFAULT '',
  "pool" TEXT NOT NULL,
  "idempotency_key" TEXT,
  "datasets" TEXT[],
  "models" TEXT[],
  "losses" TEXT[],
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "finished_at" TIMESTAMPTZ(3),
  CONSTRAINT "sweep_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "sweep_idempotency_key_key" ON "sweep" ("idempotency_key");

CREATE TABLE "trial" (
  "id" SERIAL NOT NULL,
  "sweep_id" INTEGER NOT NULL,
  "number" INTEGER NOT NULL,
  "config" JSONB NOT NULL,
  "config_hash" TEXT NOT NULL,
  "seed" BIGINT NOT NULL,
  "state" "TrialState" NOT NULL DEFAULT 'QUEUED',
  "epoch" INTEGER NOT NULL DEFAULT 0,
  "failures" INTEGER NOT NULL DEFAULT 0,
  "max_failures" INTEGER NOT NULL,
  "worker_id" TEXT,
  "lease_expires_at" TIMESTAMPTZ(3),
  "cancel_requested" BOOLEAN NOT NULL DEFAULT false,
  "best_value" DOUBLE PRECISION,
  "best_step" INTEGER,
  "last_step" INTEGER NOT NULL DEFAULT 0,
  "total_steps" INTEGER NOT NULL DEFAULT 0,
  "result" JSONB,
  "failure_class" "FailureClass",
  "failure_reason" TEXT,
  "queued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "started_at" TIMESTAMPTZ(3),
  "ended_at" TIMESTAMPTZ(3),
  CONSTRAINT "trial_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "trial_sweep_id_fkey" FOREIGN KEY ("sweep_id") REFERENCES "sweep" ("id") ON DELETE CASCADE ON UPDATE CASCADE
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX "trial_sweep_id_number_key" ON "trial" ("sweep_id", "number");
CREATE UNIQUE INDEX "trial_sweep_id_config_hash_seed_key" ON "trial" ("sweep_id", "config_hash", "seed");
CREATE INDEX "trial_sweep_id_state_idx" ON "trial" ("sweep_id", "state");
CREATE INDEX "trial_sweep_id_best_value_idx" ON "trial" ("sweep_id", "best_value");
-- The reaper and ClaimNext look only at live trials; these stay small however many trials have ended.
CREATE INDEX "trial_running_lease_idx" ON "trial" ("lease_expires_at") WHERE "state" = 'RUNNING';
CREATE INDEX "trial_queued_idx" ON "trial" ("id") WHERE "state" = 'QUEUED';

CREATE TABLE "attempt" (
  "trial_id" INTEGER NOT NULL,
  "epoch" INTEGER NOT NULL,
  "worker_id" TEXT NOT NULL,
  "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "ended_at" TIMESTAMPTZ(3),
  "outcome" "AttemptOutcome",
  "failure_class" "FailureClass",
  "reason" TEXT,
  "exit_code" INTEGER,
  "stderr_tail" TEXT,
  "engine" TEXT,
  "resume_step" INTEGER NOT NULL DEFAULT 0,
  "acked_seq" BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT "attempt_pkey" PRIMARY KEY ("trial_id", "epoch"),
  CONSTRAINT "attempt_trial_id_fkey" FOREIGN KEY ("trial_id") REFERENCES "trial" ("id") ON DELETE CASCADE ON UPDATE CASCADE
) WITH (fillfactor = 80);
-- Invariant I1: a trial has at most one open attempt.
CREATE UNIQUE INDEX "attempt_one_open" ON "attempt" ("trial_id") WHERE "ended_at" IS NULL;

CREATE TABLE "outbox" (
  "id" SERIAL NOT NULL,
  "trial_id" INTEGER NOT NULL,
  "epoch" INTEGER NOT NULL,
  "pool" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "sent_at" TIMESTAMPTZ(3),
  CONSTRAINT "outbox_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "outbox_trial_id_fkey" FOREIGN KEY ("trial_id") REFERENCES "trial" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "outbox_trial_id_epoch_key" ON "outbox" ("trial_id", "epoch");
CREATE INDEX "outbox_unsent_idx" ON "outbox" ("id") WHERE "sent_at" IS NULL;

CREATE TABLE "metric" (
  "id" SMALLSERIAL NOT NULL,
  "name" TEXT NOT NULL,
  CONSTRAINT "metric_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "metric_name_key" ON "metric" ("name");

-- No foreign key: checking one costs as much as the insert, and attempts are never deleted before their points.
CREATE TABLE "metric_point" (
  "trial_id" INTEGER NOT NULL,
  "epoch" INTEGER NOT NULL,
  "seq" BIGINT NOT NULL,
  "step" INTEGER NOT NULL,
  "metric_id" SMALLINT NOT NULL,
  "value" DOUBLE PRECISION,
  CONSTRAINT "metric_point_pkey" PRIMARY KEY ("trial_id", "epoch", "seq")
);

CREATE TABLE "worker" (
  "id" TEXT NOT NULL,
  "host" TEXT NOT NULL,
  "pool" TEXT NOT NULL,
  "slots" INTEGER NOT NULL,
  "threads_per_slot" INTEGER NOT NULL,
  "engines" JSONB NOT NULL,
  "draining" BOOLEAN NOT NULL DEFAULT false,
  "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "worker_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "leader" (
  "role" TEXT NOT NULL,
  "holder" TEXT NOT NULL,
  "term" INTEGER NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "leader_pkey" PRIMARY KEY ("role")
);
