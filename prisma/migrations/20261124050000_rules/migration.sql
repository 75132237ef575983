-- Sweeps that are here already were submitted under the first defaults.
ALTER TABLE "sweep" ADD COLUMN "rules" INTEGER NOT NULL DEFAULT 1;
