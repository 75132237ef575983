-- A paused sweep: none of its trials starts.
ALTER TABLE "sweep" ADD COLUMN "paused" BOOLEAN NOT NULL DEFAULT false;

-- What somebody wants of a worker, beside what it says of itself; and how busy its machine is.
ALTER TABLE "worker" ADD COLUMN "drain_requested" BOOLEAN NOT NULL DEFAULT false, ADD COLUMN "load" JSONB;

-- Times that a person queued a trial again after it had ended.
ALTER TABLE "trial" ADD COLUMN "retries" INTEGER NOT NULL DEFAULT 0;
