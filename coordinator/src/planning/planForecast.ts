/** How long a compiled sweep would take on the slots that its pool has now. */

import type { Database } from '@adt/prisma/client';
import type { CompiledSweep } from '../search/compile.js';
import type { SweepForecast } from '../search/forecast/sweepForecast.js';
import { fateOf, stillToStart, type ToStart } from '../search/log/outlook.js';
import { SearchState } from '../search/log/state.js';
import { poolCapacity } from '../store/workers.js';
import { forecastTrials } from './forecastTrials.js';
import { measuredLike } from './measured.js';

export async function forecastPlan(
  db: Database,
  sweep: CompiledSweep,
  leaseTtlMs: number,
): Promise<{ forecast: SweepForecast; slots: number }> {
  const queued = trainingsOf(sweep);
  const [measured, capacity] = await Promise.all([
    measuredLike(
      db,
      queued.map(({ config }) => config),
    ),
    poolCapacity(db, sweep.pool, leaseTtlMs),
  ]);
  const slots = Math.min(capacity.slots, sweep.maxConcurrent ?? Number.POSITIVE_INFINITY);
  const { threads } = capacity;
  const work = { queued, running: [], raced: [], slots, threads, secondsLeft: sweep.maxWallSeconds };
  return { forecast: forecastTrials(measured, work), slots };
}

/** All trainings of the sweep, those that nobody knows yet by what stands for them. */
function trainingsOf({ plan, trials, isSearched }: CompiledSweep): ToStart[] {
  const first = trials.map(({ config, phase, seed }) => ({ config, fate: fateOf(plan, { phase, seed }) }));
  return isSearched ? [...first, ...stillToStart(new SearchState(plan))] : first;
}
