-- Deleting: points by ranges of trials, so that a deleted sweep gives its files back instead of leaving dead rows.

-- What a deleted sweep leaves behind: its points, which the leader takes away in small batches.
CREATE TABLE "point_removal" (
  "trial_id" INTEGER NOT NULL,
  CONSTRAINT "point_removal_pkey" PRIMARY KEY ("trial_id")
);

-- When a superseded attempt's points beyond the canonical curve were taken away.
ALTER TABLE "attempt" ADD COLUMN "pruned_at" TIMESTAMPTZ(3);
CREATE INDEX "attempt_unpruned_idx" ON "attempt" ("trial_id", "epoch")
  WHERE "pruned_at" IS NULL AND "outcome" IN ('FAILED', 'LOST', 'RELEASED');

-- Rows that are rewritten all the time: cleaned after 5 % of them, not after the default of 20 %.
ALTER TABLE "trial" SET (autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE "attempt" SET (autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE "outbox" SET (autovacuum_vacuum_scale_factor = 0.05);

-- The table that is there becomes the first partition, whatever it holds: no row is copied.
ALTER TABLE "metric_point" RENAME TO "metric_point_first";
ALTER INDEX "metric_point_pkey" RENAME TO "metric_point_first_pkey";

CREATE TABLE "metric_point" (
  "trial_id" INTEGER NOT NULL,
  "epoch" INTEGER NOT NULL,
  "seq" BIGINT NOT NULL,
  "step" INTEGER NOT NULL,
  "metric_id" SMALLINT NOT NULL,
  "value" DOUBLE PRECISION,
  CONSTRAINT "metric_point_pkey" PRIMARY KEY ("trial_id", "epoch", "seq")
) PARTITION BY RANGE ("trial_id");

DO $$
DECLARE
  newest BIGINT := greatest((SELECT max(id) FROM trial), (SELECT max(trial_id) FROM metric_point_first), 0);
BEGIN
  EXECUTE format('ALTER TABLE metric_point ATTACH PARTITION metric_point_first FOR VALUES FROM (MINVALUE) TO (%s)',
                 least((newest / 16384 + 1) * 16384, 2147483647));
END $$;

-- Takes what no partition was made for in time: slower to clean, but never refused.
CREATE TABLE "metric_point_other" PARTITION OF "metric_point" DEFAULT;

-- Ranges of trials that have a partition, in order; the upper bound is exclusive.
CREATE FUNCTION "metric_point_ranges"() RETURNS TABLE (part REGCLASS, upper BIGINT)
LANGUAGE SQL STABLE SET search_path = public, pg_temp AS $$
  SELECT c.oid::regclass, substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''?(\d+)''?\)')::bigint
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'public.metric_point'::regclass AND pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'
  ORDER BY 2
$$;

-- Makes partitions of 16,384 trials each, up to 131,072 trials ahead of the newest; returns how many.
-- With its owner's rights: the role that serves may not create tables. ATTACH does not hold up what is being written.
CREATE FUNCTION "extend_metric_points"() RETURNS INTEGER
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  width CONSTANT BIGINT := 16384;
  ahead CONSTANT BIGINT := 131072;
  newest BIGINT;
  lower BIGINT;
  made INTEGER := 0;
BEGIN
  -- Two at once would make the same range.
  PERFORM pg_advisory_xact_lock(72707370);
  SELECT last_value INTO newest FROM trial_id_seq;
  SELECT max(upper) INTO lower FROM metric_point_ranges();
  -- What the default partition holds already stays there: its range can't be given to another one.
  lower := greatest(lower, ((SELECT max(trial_id) FROM metric_point_other) / width + 1) * width);
  WHILE lower < newest + ahead AND lower + width <= 2147483647 LOOP
    EXECUTE format('CREATE TABLE metric_point_%s (LIKE metric_point INCLUDING ALL)', lower);
    EXECUTE format('ALTER TABLE metric_point ATTACH PARTITION metric_point_%s FOR VALUES FROM (%s) TO (%s)',
                   lower, lower, lower + width);
    lower := lower + width;
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;

-- Empties partitions whose trials are all gone, and returns how many. Emptied, not dropped: an id in the range may be
-- that of a trial whose submission has not committed. Safe for whoever calls it: it looks for trials while it holds the
-- partition, so what it throws away belonged to none.
-- A writer in the way is waited for 200 ms; beyond, the points go row by row.
CREATE FUNCTION "empty_metric_points"() RETURNS INTEGER
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
  range RECORD;
  lower BIGINT := 0;
  emptied INTEGER := 0;
BEGIN
  FOR range IN SELECT part, upper FROM metric_point_ranges() LOOP
    IF pg_relation_size(range.part) > 0
       AND NOT EXISTS (SELECT FROM trial WHERE id >= lower AND id < range.upper) THEN
      BEGIN
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', range.part);
        IF NOT EXISTS (SELECT FROM trial WHERE id >= lower AND id < range.upper) THEN
          EXECUTE format('TRUNCATE %s', range.part);
          DELETE FROM point_removal WHERE trial_id >= lower AND trial_id < range.upper;
          emptied := emptied + 1;
        END IF;
      EXCEPTION WHEN lock_not_available THEN NULL;
      END;
    END IF;
    lower := range.upper;
  END LOOP;
  RETURN emptied;
END $$;

SELECT extend_metric_points();
