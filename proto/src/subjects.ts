/** Names in NATS: streams, subjects, consumers, buckets. */

/** Work-queue stream of hints; Postgres decides, a hint only wakes a worker. */
export const TRIAL_STREAM = 'ADT_TRIALS';
export const TRIAL_SUBJECTS = 'adt.trial.>';

/** Subject of a trial's hint; one message per subject. `pool` is 1-32 of [a-z0-9-]. */
export function trialSubject(pool: string, trialId: number): string {
  return `adt.trial.${pool}.${trialId}`;
}

/** All hints of a pool: the filter of its durable consumer. */
export function poolSubjects(pool: string): string {
  return `adt.trial.${pool}.*`;
}

/** Durable pull consumer that all workers of a pool share. */
export function poolConsumer(pool: string): string {
  return `adt-pool-${pool}`;
}

/** De-duplication id of a hint. */
export function hintId(trialId: number, epoch: number): string {
  return `${trialId}:${epoch}`;
}

/** Object store of bundles; an object's name is the bundle's SHA-256 in hex. */
export const DATASET_BUCKET = 'adt-datasets';

/** Object store of checkpoints. */
export const CHECKPOINT_BUCKET = 'adt-checkpoints';

/** Name of a checkpoint's object: unique, because an attempt saves an iteration once. */
export function checkpointObject(of: { trialId: number; epoch: number; step: number }): string {
  return `${of.trialId}/${of.epoch}/${of.step}`;
}

/** Core subject on which coordinators tell each other which sweeps and trials changed. */
export const CHANGE_SUBJECT = 'adt.change';
