/** How fast queued trials are claimed, trained for no time at all and completed, and how long a claim takes meanwhile. */
import { Fleet } from './fleet.js';
import { type Quantiles, quantilesOf } from './quantiles.js';
import type { Rig } from './rig.js';
import { sweepText } from './sweepText.js';
import { round, type Use, watchUse } from './watch.js';

const POINTS = 10;
/** Of one slot each. All claim as fast as they can, so a claim waits behind those of the others. */
const FLEETS = [16, 32];
/** A sweep file may list so many learning rates. */
const MOST_CONFIGURATIONS = 10_000;
const SEEDS = 10;

type Row = { trials: number; workers: number; submitMs: number; trialsPerSecond: number; claimMs: Quantiles };
export type DispatchRow = Omit<Row, 'claimMs'> & Prefixed & Use;
type Prefixed = { claimP50Ms: number; claimP95Ms: number; claimP99Ms: number; workersCpu: number };

/** @param trials all queued before the first worker comes, for each fleet anew; a multiple of 10 */
export async function benchDispatch(rig: Rig, { trials }: { trials: number }): Promise<DispatchRow[]> {
  const rows: DispatchRow[] = [];
  for (const [at, workers] of FLEETS.entries())
    rows.push(await drain(rig, { trials, workers, done: at * trials }));
  return rows;
}

async function drain(
  rig: Rig,
  { trials, workers, done }: { trials: number; workers: number; done: number },
): Promise<DispatchRow> {
  const submitted = performance.now();
  await rig.submit(
    sweepText({
      name: `dispatch ${workers}`,
      configurations: Math.min(MOST_CONFIGURATIONS, Math.ceil(trials / SEEDS)),
      seeds: SEEDS,
    }),
  );
  const submitMs = performance.now() - submitted;
  const watch = watchUse(rig);
  const began = Date.now();
  const fleet = await Fleet.start(rig, { workers, training: { kind: 'short', points: POINTS } });
  try {
    await fleet.until(trials);
    const workersCpu = (100 * fleet.cpuSeconds) / ((Date.now() - began) / 1_000);
    const use = watch.end();
    const { completed, claims } = await fleet.stop();
    await expectDrained(rig, done + trials);
    return {
      trials,
      workers,
      submitMs: round(submitMs, 0),
      trialsPerSecond: round(rateOf(completed), 1),
      ...claimColumns(claims),
      workersCpu: round(workersCpu, 1),
      ...use,
    };
  } finally {
    fleet.kill();
  }
}

/** Per second, from the first to the last. */
export function rateOf(times: readonly number[]): number {
  const ms = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return (1_000 * (times.length - 1)) / ms;
}

export function claimColumns(
  claims: readonly number[],
): Pick<DispatchRow, 'claimP50Ms' | 'claimP95Ms' | 'claimP99Ms'> {
  const { p50, p95, p99 } = quantilesOf(claims);
  return { claimP50Ms: p50, claimP95Ms: p95, claimP99Ms: p99 };
}

/** @throws Error when a trial did not succeed at its first attempt, or points are not what was acked */
export async function expectDrained(rig: Rig, trials: number): Promise<void> {
  const { rows } = await rig.db.pool.query<{ done: number; attempts: number; odd: number }>(`
    SELECT (SELECT count(*) FROM trial WHERE state = 'SUCCEEDED')::int AS done,
           (SELECT count(*) FROM attempt)::int AS attempts,
           (SELECT count(*) FROM attempt a LEFT JOIN (
              SELECT trial_id, epoch, count(*) AS points, max(seq) AS last FROM metric_point GROUP BY 1, 2
            ) p USING (trial_id, epoch)
            WHERE a.acked_seq <> coalesce(p.points, 0) OR a.acked_seq <> coalesce(p.last, 0))::int AS odd`);
  const [row] = rows;
  if (row?.done !== trials || row.attempts !== trials || row.odd !== 0)
    throw new Error(`of ${trials} trials: ${JSON.stringify(row)}`);
}
