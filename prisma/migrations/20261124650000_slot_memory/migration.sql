-- A trial that ran out of memory is tried again where a slot has more of it.
ALTER TABLE "worker" ADD COLUMN "slot_memory" BIGINT;
ALTER TABLE "trial" ADD COLUMN "oom_memory" BIGINT;
