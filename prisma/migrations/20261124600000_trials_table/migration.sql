-- The trials table in its usual orders. Other orders scan the sweep's trials: an index for each of twenty parameters would
-- cost every claim, lease and end of a trial.

-- Best first, with the number that breaks ties, so that a page begins where the last one ended. In place of the index
-- without it: ingest pays for one as before, and only where the best value has changed.
CREATE INDEX "trial_sweep_best_idx" ON "trial" ("sweep_id", "best_value", "number");
DROP INDEX "trial_sweep_id_best_value_idx";

-- NDCG at the objective's K, else at the first K, of the checkpoint that was chosen.
CREATE FUNCTION "trial_ndcg"(config JSONB, result JSONB) RETURNS DOUBLE PRECISION
LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS $$
  SELECT (result -> 'valid' ->> ('valid/ndcg@' || coalesce(substring(config ->> 'select' FROM '@(\d+)$'),
                                                           config -> 'topk' ->> 0)))::float8
$$;
-- A result is some KB to unpack. Written once a trial, at its end.
CREATE INDEX "trial_sweep_ndcg_idx" ON "trial" ("sweep_id", "trial_ndcg"("config", "result"), "number")
  WHERE "result" IS NOT NULL;
