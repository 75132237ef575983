/** Invariants I1 to I10 of a world that has come to rest: each question returns no row, or the fault is broken. */
import { browserFindings } from './browserState.js';
import { oracleFindings } from './oracleCheck.js';
import { until } from './until.js';
import { highestAcks, readWitness } from './witness.js';
import type { World } from './world.js';

type Question = { name: string; text: string; values?: unknown[] };

const ALWAYS: readonly Question[] = [
  {
    name: 'I1 one open attempt',
    text: `SELECT trial_id FROM attempt WHERE ended_at IS NULL GROUP BY 1 HAVING count(*) > 1`,
  },
  {
    name: 'I2 one success',
    text: `SELECT t.id, t.state FROM trial t LEFT JOIN attempt a ON a.trial_id = t.id AND a.outcome = 'SUCCEEDED'
           WHERE t.adopted_from IS NULL GROUP BY t.id
           HAVING count(a.epoch) <> CASE WHEN t.state = 'SUCCEEDED' THEN 1 ELSE 0 END`,
  },
  {
    name: 'I3 gapless',
    text: `SELECT a.trial_id, a.epoch, a.acked_seq::int, count(DISTINCT p.seq)::int AS points, max(p.seq)::int AS last
           FROM attempt a LEFT JOIN metric_point p ON p.trial_id = a.trial_id AND p.epoch = a.epoch
           GROUP BY a.trial_id, a.epoch
           HAVING count(DISTINCT p.seq) <> a.acked_seq OR coalesce(max(p.seq), 0) <> a.acked_seq
               OR count(*) FILTER (WHERE p.seq IS NOT NULL) <> a.acked_seq`,
  },
];

const AT_REST: readonly Question[] = [
  { name: 'I5 everything ends', text: `SELECT id, state FROM trial WHERE state IN ('QUEUED', 'RUNNING')` },
  { name: 'I5 no attempt stays open', text: 'SELECT trial_id, epoch FROM attempt WHERE ended_at IS NULL' },
  {
    name: 'I6 no endless retry',
    text: `SELECT t.id, t.failures, t.max_failures FROM trial t LEFT JOIN attempt a ON a.trial_id = t.id
           GROUP BY t.id
           HAVING t.failures > t.max_failures + 1 OR (t.state = 'FAILED' AND coalesce(t.failure_reason, '') = '')
               OR t.failures <> count(*) FILTER (WHERE a.outcome IN ('LOST', 'FAILED'))`,
  },
  {
    name: 'I6 an epoch an attempt',
    text: `SELECT t.id, t.epoch FROM trial t LEFT JOIN attempt a ON a.trial_id = t.id
           WHERE t.adopted_from IS NULL GROUP BY t.id HAVING count(a.epoch) <> t.epoch`,
  },
];

const MAY_LAG: readonly Question[] = [
  { name: 'I5 sweeps finish', text: 'SELECT id FROM sweep WHERE finished_at IS NULL' },
  { name: 'I7 outbox drained', text: 'SELECT id, trial_id FROM outbox WHERE sent_at IS NULL' },
];

/** At any moment, also in the middle of a fault. @returns a line a finding */
export async function checkAlways(world: World): Promise<string[]> {
  return ask(world, ALWAYS);
}

/**
 * When all has ended: waits for what may lag behind (outbox, sweeps, browsers), then asks everything.
 * @param patienceMs for outbox and sweeps, each; many times what a scheduler of the test profile takes
 */
export async function checkAtRest(world: World, patienceMs = 10_000): Promise<string[]> {
  const rows = await ask(world, [...ALWAYS, ...AT_REST, ...told(world)]);
  const late: string[] = [];
  for (const question of MAY_LAG) late.push(...(await lagging(world, question, patienceMs)));
  const oracle = world.options.trainer === 'real' ? [] : await oracleFindings(world);
  const exits = world.processes.findings().map((finding) => `I9: ${finding}`);
  return [...rows, ...late, ...oracle, ...exits, ...(await browserFindings(world))];
}

/** I8: what a client was told. */
function told(world: World): Question[] {
  const seen = readWitness(world.witness);
  const acks = highestAcks(seen);
  const completes = seen.filter((entry) => entry.kind === 'complete');
  return [
    {
      name: 'I8 every Ack is stored',
      text: `SELECT w.* FROM unnest($1::int[], $2::int[], $3::bigint[]) AS w(trial_id, epoch, acked)
             LEFT JOIN attempt a USING (trial_id, epoch) WHERE a.acked_seq IS NULL OR a.acked_seq < w.acked`,
      values: [acks.map((a) => a.trialId), acks.map((a) => a.epoch), acks.map((a) => a.ackedSeq)],
    },
    {
      name: 'I8 every Complete is stored',
      text: `SELECT w.* FROM unnest($1::int[], $2::int[]) AS w(trial_id, epoch)
             LEFT JOIN attempt a USING (trial_id, epoch) WHERE a.ended_at IS NULL`,
      values: [completes.map((c) => c.trialId), completes.map((c) => c.epoch)],
    },
    {
      name: 'I8 every submission is stored',
      text: `SELECT w.* FROM unnest($1::int[], $2::int[]) AS w(sweep_id, trials)
             WHERE (SELECT count(*) FROM trial t WHERE t.sweep_id = w.sweep_id) <> w.trials`,
      values: [world.submitted.map((s) => s.sweepId), world.submitted.map((s) => s.trials)],
    },
  ];
}

async function ask(world: World, questions: readonly Question[]): Promise<string[]> {
  const found: string[] = [];
  for (const { name, text, values = [] } of questions) {
    const { rows } = await world.db.pool.query(text, values);
    if (rows.length > 0) found.push(`${name}: ${rows.length} rows, say ${JSON.stringify(rows[0])}`);
  }
  return found;
}

async function lagging(world: World, question: Question, patienceMs: number): Promise<string[]> {
  try {
    await until(question.name, async () => (await ask(world, [question])).length === 0, patienceMs);
    return [];
  } catch {
    return ask(world, [question]);
  }
}
