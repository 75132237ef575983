/** The columns of the trials table: what each is in SQL, of a trial and of a group of seeds, and what it compares with. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';

/** `number` and `text` say what a value is; `type` is Postgres's name for it. */
export type Field = {
  kind: 'number' | 'text';
  type: 'int4' | 'float8' | 'text';
  /** Of trial `t`; null where it is absent. */
  sql: string;
  /** Of the trials of a group. */
  grouped: string;
  /** May be absent; then they come last. */
  nullable: boolean;
  /** Holds wherever the value is there, and makes its index usable. */
  presence?: string;
};

/** What still moves comes first, then what went wrong; also the order in which a group's states speak for it. */
export const STATE_ORDER = ['RUNNING', 'QUEUED', 'FAILED', 'CANCELLED', 'PRUNED', 'SUCCEEDED'] as const;

/** Hyper-parameters by their names in sweep files, and what configurations call them. */
const PARAMETERS = {
  eps_max: 'epsMax',
  eps_n: 'epsN',
  beta: 'beta',
  nr_fp_weight: 'nrFpWeight',
  nr_negative_weight: 'nrNegativeWeight',
  nmtr_click_weight: 'nmtrClickWeight',
  mlp_layers: 'mlpLayers',
  dropout: 'dropout',
  hidden: 'hidden',
  corruption: 'corruption',
  lr: 'lr',
  factors: 'factors',
  negatives: 'negatives',
  batch_size: 'batchSize',
  epochs: 'epochs',
  eval_every: 'evalEvery',
  valid_users: 'validUsers',
} as const satisfies Record<string, keyof TrainingConfig>;

// ε(t) = min(α·t, ε_max) with α = ε_max/ε_N (Wang et al., WSDM 2021, section 3.2).
const EPSILON_AT_BEST = `(t.config ->> 'epsMax')::float8
  * least(t.best_step / (t.config ->> 'epsN')::float8, 1)`;
const DURATION = 'extract(epoch FROM t.ended_at - t.started_at)::float8';
const STATE_RANK = `CASE t.state ${STATE_ORDER.map((state, at) => `WHEN '${state}' THEN ${at + 1}`).join(' ')} END`;

/** Every field by the name that views give it. */
export const FIELDS: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['number', { ...whole('t.number'), grouped: 'min(t.number)' }],
  ['state', { ...whole(`(${STATE_RANK})`), grouped: `min(${STATE_RANK})` }],
  ['phase', text('t.phase::text', false)],
  ...(['dataset', 'model', 'loss'] as const).map((name): [string, Field] => [
    name,
    text(`(t.config ->> '${name}')`, false),
  ]),
  ...Object.entries(PARAMETERS).map(([name, key]): [string, Field] => [
    name,
    { ...real(`(t.config ->> '${key}')::float8`), grouped: `min((t.config ->> '${key}')::float8)` },
  ]),
  ['seed', { ...real('t.seed::float8', false), grouped: 'min(t.seed)::float8' }],
  ['best_value', real('t.best_value')],
  ['ndcg', { ...real('trial_ndcg(t.config, t.result)'), presence: 't.result IS NOT NULL' }],
  ['epsilon_at_best', real(`(${EPSILON_AT_BEST})`)],
  ['best_step', real('t.best_step::float8')],
  ['last_step', real('t.last_step::float8', false)],
  ['attempts', { ...whole('t.epoch'), grouped: 'sum(t.epoch)::int4' }],
  ['duration', real(DURATION)],
  ['worker', text('t.worker_id', true)],
]);

function whole(sql: string): Omit<Field, 'grouped'> {
  return { kind: 'number', type: 'int4', sql, nullable: false };
}

/** A group's is the mean of those that are there. */
function real(sql: string, nullable = true): Field {
  return { kind: 'number', type: 'float8', sql, grouped: `avg(${sql})`, nullable };
}

/** In the order of bytes, so that every server agrees. A group's is there where all its trials agree. */
function text(sql: string, nullable: boolean): Field {
  const collated = `(${sql} COLLATE "C")`;
  const grouped = `CASE WHEN min(${collated}) = max(${collated}) THEN min(${collated}) END`;
  return { kind: 'text', type: 'text', sql: collated, grouped, nullable };
}
