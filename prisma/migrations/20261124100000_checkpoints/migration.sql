-- Saved trainings in the object store: a row makes an object one that the trial goes on from.
CREATE TABLE "checkpoint" (
  "trial_id" INTEGER NOT NULL,
  "epoch" INTEGER NOT NULL,
  "step" INTEGER NOT NULL,
  "resume_step" INTEGER NOT NULL,
  "sha256" TEXT NOT NULL,
  "bytes" BIGINT NOT NULL,
  "best_value" DOUBLE PRECISION,
  "best_step" INTEGER,
  "total_steps" INTEGER NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "checkpoint_pkey" PRIMARY KEY ("trial_id", "epoch", "step"),
  CONSTRAINT "checkpoint_trial_id_fkey" FOREIGN KEY ("trial_id") REFERENCES "trial" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
