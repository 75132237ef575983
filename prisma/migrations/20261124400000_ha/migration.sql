-- Times that a hint came back because its sweep was at its limit: the next message must not pass for a repeat.
ALTER TABLE "outbox" ADD COLUMN "returned" INTEGER NOT NULL DEFAULT 0;

-- Who serves just now, and how many changes each has told the others: who has heard fewer has missed something.
CREATE TABLE "coordinator" (
  "holder" TEXT NOT NULL,
  "told" BIGINT NOT NULL DEFAULT 0,
  "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "coordinator_pkey" PRIMARY KEY ("holder")
);
