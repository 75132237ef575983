/** Reads a page of a view: the keys of its rows first, then what the rows show. */
import type { Database } from '@adt/prisma/client';
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import type { TrialStateName } from '@adt/proto/trialState';
import { STATE_ORDER } from './fields.js';
import { fieldOf, filterSql, Values } from './filter.js';
import { isNullable, keyedSql, type Position, partSql, type View } from './view.js';

/** One row of the table; see TableRow in table.proto. */
export type TableRow = {
  id: number;
  number: number;
  state: TrialStateName;
  confirms: boolean;
  config: TrainingConfig;
  bestValue: number | null;
  ndcg: number | null;
  epsilonAtBest: number | null;
  bestStep: number | null;
  lastStep: number;
  totalSteps: number;
  attempts: number;
  durationS: number | null;
  startedMs: number | null;
  worker: string | null;
  group: SeedGroup | null;
};

export type SeedGroup = {
  trialIds: number[];
  trials: number;
  measured: number;
  bestSd: number | null;
  ndcgSd: number | null;
};

/** So many trials of a group are named. */
const NAMED = 64;

type Keyed = { key: number | string | null; number: number };
/** As Postgres answers: the state by its rank. */
type Answer = Omit<TableRow, 'state' | 'group'> & Keyed & Partial<SeedGroup> & { stateRank: number };

/** One page; the next begins after `next`, null at the end. */
export async function tablePage(
  db: Database,
  view: View,
  { after, limit }: { after: Position | null; limit: number },
): Promise<{ rows: TableRow[]; next: Position | null }> {
  const wanted = limit + 1;
  const found: Answer[] = [];
  if (after === null || after.key !== null)
    found.push(...(await part(db, view, { part: 'keyed', after, limit: wanted })));
  if (found.length < wanted && isNullable(view)) {
    const within = after !== null && after.key === null ? after : null;
    const rest = { part: 'rest', after: within, limit: wanted - found.length } as const;
    found.push(...(await part(db, view, rest)));
  }
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return {
    rows: page.map((answer) => tableRow(answer, view.groupSeeds)),
    next: last === undefined ? null : { key: last.key, number: last.number },
  };
}

async function part(
  db: Database,
  view: View,
  params: { part: 'keyed' | 'rest'; after: Position | null; limit: number },
): Promise<Answer[]> {
  const values = new Values();
  const keyed = keyedSql(view, values);
  const page = partSql(view, params, values);
  // A group is asked again for its trials: they lie together in the index that keeps seeds apart.
  const rows = view.groupSeeds
    ? `SELECT page.key, page.number, f.config, g.* FROM page JOIN trial f ON f.id = page.id
       CROSS JOIN LATERAL (
         SELECT ${GROUPED} FROM trial t
         WHERE t.sweep_id = f.sweep_id AND t.config_hash = f.config_hash AND t.phase = f.phase
           ${filterSql(view.filter, values)}
       ) g`
    : `SELECT page.key, page.number, t.config, ${SINGLE} FROM page JOIN trial t ON t.id = page.id`;
  const direction = view.descending ? 'DESC' : 'ASC';
  const answer = await db.pool.query<Answer>(
    `WITH keyed AS (${keyed}), page AS MATERIALIZED (${page})
     ${rows} ORDER BY page.key ${direction}, page.number ${direction}`,
    values.list,
  );
  return answer.rows;
}

const columns = (read: (field: string) => string) => `
  ${read('state')} AS "stateRank", ${read('best_value')} AS "bestValue", ${read('ndcg')} AS ndcg,
  ${read('epsilon_at_best')} AS "epsilonAtBest", ${read('best_step')} AS "bestStep",
  ${read('last_step')} AS "lastStep", ${read('attempts')} AS attempts, ${read('duration')} AS "durationS",
  ${read('worker')} AS worker`;

const STARTED = `(extract(epoch FROM t.started_at) * 1000)::float8`;

const SINGLE = `
  t.id, t.phase = 'CONFIRM' AS confirms, t.total_steps::float8 AS "totalSteps", ${STARTED} AS "startedMs",
  ${columns((field) => fieldOf(field).sql)}`;

const GROUPED = `
  min(t.id) AS id, bool_or(t.phase = 'CONFIRM') AS confirms, avg(t.total_steps)::float8 AS "totalSteps",
  min(${STARTED}) AS "startedMs", ${columns((field) => fieldOf(field).grouped)},
  (array_agg(t.id ORDER BY t.number))[1:${NAMED}] AS "trialIds", count(*)::int4 AS trials,
  count(t.best_value)::int4 AS measured, stddev_samp(t.best_value) AS "bestSd",
  stddev_samp(trial_ndcg(t.config, t.result)) AS "ndcgSd"`;

function tableRow({ stateRank, key: _, ...answer }: Answer, isGroup: boolean): TableRow {
  const { trialIds = [], trials = 1, measured = 0, bestSd = null, ndcgSd = null, ...row } = answer;
  const state = STATE_ORDER[stateRank - 1];
  if (state === undefined) throw new Error(`trial ${row.id} is in no state that is known`);
  return { ...row, state, group: isGroup ? { trialIds, trials, measured, bestSd, ndcgSd } : null };
}
