/** How many points a second go through gRPC into Postgres while workers report as fast as they are let. */
import { setTimeout as delay } from 'node:timers/promises';
import { Fleet } from './fleet.js';
import type { Rig } from './rig.js';
import { sweepText } from './sweepText.js';
import { round, type Use, watchUse } from './watch.js';

const STREAMS = 16;
/** Until every stream is at full speed. */
const WARM_UP_MS = 3_000;

export type MetricsRow = {
  streams: number;
  pointsPerSecond: number;
  /** The least of any second. */
  worstSecond: number;
  /** Acked to the workers, over the whole run, and what is stored of it. */
  acked: number;
  stored: number;
  gaps: number;
  doubled: number;
  workersCpu: number;
} & Use;

export async function benchMetrics(rig: Rig, { seconds }: { seconds: number }): Promise<MetricsRow[]> {
  const sweepId = await rig.submit(sweepText({ name: 'metrics', configurations: STREAMS, seeds: 1 }));
  const fleet = await Fleet.start(rig, { workers: STREAMS, training: { kind: 'flood' }, onDisk: true });
  try {
    await delay(WARM_UP_MS);
    const watch = watchUse(rig);
    const cpuBefore = fleet.cpuSeconds;
    const counts = await countEachSecond(rig, sweepId, seconds);
    const workersCpu = (100 * (fleet.cpuSeconds - cpuBefore)) / seconds;
    const use = watch.end();
    const report = await fleet.stop();
    if (report.completed.length !== STREAMS)
      throw new Error(`${report.completed.length} of ${STREAMS} completed`);
    return [
      {
        streams: STREAMS,
        ...speedOf(counts),
        acked: report.points,
        ...(await stored(rig)),
        workersCpu: round(workersCpu, 1),
        ...use,
      },
    ];
  } finally {
    fleet.kill();
  }
}

type Count = { ms: number; acked: number };

/** What is acked, by the attempts' rows: counting the points themselves would be a load of its own. */
async function countEachSecond(rig: Rig, sweepId: number, seconds: number): Promise<Count[]> {
  const counts: Count[] = [];
  for (let second = 0; second <= seconds; second++) {
    const { rows } = await rig.db.pool.query<{ acked: number }>(
      `SELECT coalesce(sum(a.acked_seq), 0)::float8 AS acked
       FROM attempt a JOIN trial t ON t.id = a.trial_id WHERE t.sweep_id = $1`,
      [sweepId],
    );
    counts.push({ ms: performance.now(), acked: rows[0]?.acked ?? 0 });
    if (second < seconds) await delay(1_000);
  }
  return counts;
}

function speedOf(counts: readonly Count[]): Pick<MetricsRow, 'pointsPerSecond' | 'worstSecond'> {
  const speed = (from: Count, to: Count) => round((1_000 * (to.acked - from.acked)) / (to.ms - from.ms), 0);
  const [first, last] = [counts[0], counts.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError('the speed of nothing');
  const seconds = counts.slice(1).map((count, at) => speed(counts[at] ?? first, count));
  return { pointsPerSecond: speed(first, last), worstSecond: Math.min(...seconds) };
}

async function stored(rig: Rig): Promise<Pick<MetricsRow, 'stored' | 'gaps' | 'doubled'>> {
  const { rows } = await rig.db.pool.query<Pick<MetricsRow, 'stored' | 'gaps' | 'doubled'>>(`
    SELECT sum(points)::float8 AS stored, sum(last - numbers)::float8 AS gaps,
           sum(points - numbers)::float8 AS doubled
    FROM (SELECT count(*) AS points, count(DISTINCT seq) AS numbers, max(seq) AS last
          FROM metric_point GROUP BY trial_id, epoch) attempts`);
  return rows[0] ?? { stored: 0, gaps: 0, doubled: 0 };
}
