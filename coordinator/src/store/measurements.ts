/** What finished trainings took: the newest ones like those that are planned. */
import type { Database } from '@adt/prisma/client';
import type { Loss, Model, TrainingConfig } from '@adt/proto/trainingConfig';

/** Trainings that are asked for: the newest `most` of a data set, model and loss. */
export type MeasuredKind = { datasetSha256: string; model: Model; loss: Loss; most: number };

export type MeasuredRow = {
  config: TrainingConfig;
  engine: string;
  /** By phase; null in a result that has none. */
  seconds: Record<string, number | null> | null;
  /** Iteration that the last attempt began at; the seconds are of the whole training all the same. */
  resumeStep: number;
  /** From the last attempt's claim to its completion. */
  attemptSeconds: number | null;
  /** null where the worker is no longer known. */
  threads: number | null;
};

// One index scan a kind (trial_measured_idx), however many trials there are. A result is some KB to unpack, so it is
// read once, and the engine from the attempt.
const MEASURED = `
  SELECT t.config, coalesce(a.engine, '') AS engine, t.result -> 'seconds' AS seconds, a.resume_step AS "resumeStep",
         extract(epoch FROM a.ended_at - a.started_at)::float8 AS "attemptSeconds", w.threads_per_slot AS threads
  FROM unnest($1::text[], $2::text[], $3::text[], $4::int[]) AS kind(sha256, model, loss, most)
  CROSS JOIN LATERAL (
    SELECT id, epoch, config, result, ended_at FROM trial
    WHERE state = 'SUCCEEDED' AND config ->> 'datasetSha256' = kind.sha256
      AND config ->> 'model' = kind.model AND config ->> 'loss' = kind.loss
    ORDER BY ended_at DESC LIMIT kind.most
  ) t
  JOIN attempt a ON a.trial_id = t.id AND a.epoch = t.epoch
  LEFT JOIN worker w ON w.id = a.worker_id
  ORDER BY t.ended_at, t.id`;

/** Oldest first. */
export async function measuredTrainings(
  db: Database,
  kinds: readonly MeasuredKind[],
): Promise<MeasuredRow[]> {
  if (kinds.length === 0) return [];
  const { rows } = await db.pool.query<MeasuredRow>({
    name: 'measured-trainings',
    text: MEASURED,
    values: [
      kinds.map(({ datasetSha256 }) => datasetSha256),
      kinds.map(({ model }) => model),
      kinds.map(({ loss }) => loss),
      kinds.map(({ most }) => most),
    ],
  });
  return rows;
}
