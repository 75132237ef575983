/** A hundred thousand trials: planned, queued and drained, and whether the last tenth goes as fast as the first. */
import { setTimeout as delay } from 'node:timers/promises';
import { claimColumns, expectDrained, rateOf } from './dispatchPart.js';
import { Fleet } from './fleet.js';
import type { Rig } from './rig.js';
import { sweepText } from './sweepText.js';
import { round, type Use, watchUse } from './watch.js';

const WORKERS = 32;
const POINTS = 2;
const TENTHS = 10;
/** What one sweep may hold; more are several sweeps. */
const MOST_RUNS = 50_000;
const SEEDS = 5;
/** Of the best, when all of the search has ended: with them the sweep has a search, and its log. */
const CONFIRM_SEEDS = 5;
const POLL_MS = 200;

export type HundredThousandRow = {
  trials: number;
  sweeps: number;
  /** Of all sweeps together: compiled, checked and in Postgres. */
  planSeconds: number;
  trialsPerSecond: number;
  firstTenthPerSecond: number;
  slowestTenthPerSecond: number;
  lastTenthPerSecond: number;
  claimP50Ms: number;
  claimP95Ms: number;
  claimP99Ms: number;
  workersCpu: number;
} & Use;

/** @param trials a multiple of 10 */
export async function benchHundredThousand(
  rig: Rig,
  { trials }: { trials: number },
): Promise<HundredThousandRow[]> {
  const planned = performance.now();
  const sizes = shares(trials);
  for (const [at, size] of sizes.entries()) {
    const configurations = (size - CONFIRM_SEEDS) / SEEDS;
    const name = `hundred-${at}`;
    await rig.submit(sweepText({ name, configurations, seeds: SEEDS, confirmSeeds: CONFIRM_SEEDS }));
  }
  const planSeconds = (performance.now() - planned) / 1_000;
  const watch = watchUse(rig);
  const began = Date.now();
  const fleet = await Fleet.start(rig, { workers: WORKERS, training: { kind: 'short', points: POINTS } });
  try {
    await fleet.until(trials);
    const workersCpu = (100 * fleet.cpuSeconds) / ((Date.now() - began) / 1_000);
    const use = watch.end();
    await finished(rig);
    const { completed, claims } = await fleet.stop();
    await expectDrained(rig, trials);
    const tenths = tenthsOf(completed).map(rateOf);
    return [
      {
        trials,
        sweeps: sizes.length,
        planSeconds: round(planSeconds, 1),
        trialsPerSecond: round(rateOf(completed), 1),
        firstTenthPerSecond: round(tenths[0] ?? Number.NaN, 1),
        slowestTenthPerSecond: round(Math.min(...tenths), 1),
        lastTenthPerSecond: round(tenths.at(-1) ?? Number.NaN, 1),
        ...claimColumns(claims),
        workersCpu: round(workersCpu, 1),
        ...use,
      },
    ];
  } finally {
    fleet.kill();
  }
}

function shares(trials: number): number[] {
  const full = Array.from({ length: Math.floor(trials / MOST_RUNS) }, () => MOST_RUNS);
  return trials % MOST_RUNS === 0 ? full : [...full, trials % MOST_RUNS];
}

function tenthsOf(times: readonly number[]): number[][] {
  const size = Math.floor(times.length / TENTHS);
  return Array.from({ length: TENTHS }, (_, at) => times.slice(at * size, (at + 1) * size));
}

/** The searches hear of the last trials, and their sweeps are closed. */
async function finished(rig: Rig): Promise<void> {
  for (;;) {
    const { rows } = await rig.db.pool.query<{ open: number }>(
      'SELECT count(*)::int AS open FROM sweep WHERE finished_at IS NULL',
    );
    if (rows[0]?.open === 0) return;
    await delay(POLL_MS);
  }
}
