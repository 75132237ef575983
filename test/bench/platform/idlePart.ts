/** What connected workers without work cost. */
import { setTimeout as delay } from 'node:timers/promises';
import { Fleet } from './fleet.js';
import type { Rig } from './rig.js';
import { type Use, watchUse } from './watch.js';

/** Registrations and first pulls are no idleness. */
const SETTLE_MS = 10_000;

export type IdleRow = {
  workers: number;
  /** That the workers logged, while they connected or later. */
  warnings: number;
} & Use;

/** @param runs one after the other, each with workers of its own */
export async function benchIdle(
  rig: Rig,
  runs: readonly { workers: number; seconds: number }[],
): Promise<IdleRow[]> {
  const rows: IdleRow[] = [];
  for (const { workers, seconds } of runs) {
    const fleet = await Fleet.start(rig, { workers, training: { kind: 'short', points: 1 } });
    try {
      await delay(SETTLE_MS);
      const watch = watchUse(rig);
      await delay(seconds * 1_000);
      const use = watch.end();
      const { warnings } = await fleet.stop();
      rows.push({ workers, warnings, ...use });
    } finally {
      fleet.kill();
    }
  }
  return rows;
}
