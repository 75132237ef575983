/** How long a compiled sweep would take on the slots that its pool has now. Pure. */
import type { CompiledSweep } from '../search/compile.js';
import type { SweepForecast } from '../search/forecast/sweepForecast.js';
import { fateOf, stillToStart, type ToStart } from '../search/log/outlook.js';
import { SearchState } from '../search/log/state.js';
import { forecastTrials } from './forecastTrials.js';
import type { Measured } from './measured.js';

/** Of the pool as it is now. threads: of each slot; null where they differ. */
export type Capacity = { slots: number; threads: number | null };

/** @param measured trainings like those of the sweep */
export function forecastPlan(
  sweep: CompiledSweep,
  measured: Measured,
  capacity: Capacity,
): { forecast: SweepForecast; slots: number } {
  const queued = trainingsOf(sweep);
  const slots = Math.min(capacity.slots, sweep.maxConcurrent ?? Number.POSITIVE_INFINITY);
  const { threads } = capacity;
  const work = { queued, running: [], raced: [], slots, threads, secondsLeft: sweep.maxWallSeconds };
  return { forecast: forecastTrials(measured, work), slots };
}

/** All trainings of the sweep, those that nobody knows yet by what stands for them. */
export function trainingsOf({ plan, trials, isSearched }: CompiledSweep): ToStart[] {
  const first = trials.map(({ config, phase, seed }) => ({ config, fate: fateOf(plan, { phase, seed }) }));
  return isSearched ? [...first, ...stillToStart(new SearchState(plan))] : first;
}
