/** How long a submitted sweep still takes, from what it has queued, what runs, and what its search is still to start. */
import type { Database } from '@adt/prisma/client';
import type { Scheduler } from '../scheduler/scheduler.js';
import type { Outlook } from '../scheduler/searches.js';
import type { EndedTrial, SweepForecast } from '../search/forecast/sweepForecast.js';
import { fateOf, type ToStart } from '../search/log/outlook.js';
import { type SearchPlan, stratumOf } from '../search/plan.js';
import {
  type QueuedGroup,
  queuedGroups,
  racedTrials,
  runningTrials,
  sweepBounds,
} from '../store/openTrials.js';
import { poolCapacity } from '../store/workers.js';
import { forecastTrials } from './forecastTrials.js';
import { measuredLike } from './measured.js';

export type RunningForecast = { forecast: SweepForecast; slots: number; usedSlotSeconds: number };

/** null for an unknown sweep. @throws Error when the sweep's search can't be rebuilt */
export async function forecastRunning(
  { db, scheduler }: { db: Database; scheduler: Pick<Scheduler, 'outlook'> },
  sweepId: number,
  leaseTtlMs: number,
): Promise<RunningForecast | null> {
  const bounds = await sweepBounds(db, sweepId);
  if (bounds === null) return null;
  const outlook = await scheduler.outlook(sweepId);
  const [groups, running, raced, capacity] = await Promise.all([
    queuedGroups(db, sweepId),
    runningTrials(db, sweepId),
    outlook === null ? [] : racedIn(db, sweepId, outlook.plan),
    poolCapacity(db, bounds.pool, leaseTtlMs),
  ]);
  const queued = [...ungrouped(groups, outlook), ...(outlook?.toStart ?? [])];
  const measured = await measuredLike(
    db,
    [...queued, ...running].map(({ config }) => config),
  );
  const slots = Math.min(capacity.slots, bounds.maxConcurrent ?? Number.POSITIVE_INFINITY);
  const { threads } = capacity;
  const { secondsLeft, usedSlotSeconds } = bounds;
  const forecast = forecastTrials(measured, { queued, running, raced, slots, threads, secondsLeft });
  return { forecast, slots, usedSlotSeconds };
}

/** In the order to run them. What was started after the outlook was taken is still in the outlook. */
function ungrouped(groups: readonly QueuedGroup[], outlook: Outlook | null): ToStart[] {
  const started = outlook?.started ?? Number.POSITIVE_INFINITY;
  const all = groups.flatMap(({ config, phase, seed, numbers }) => {
    const place = { phase: phase === 'SEARCH' ? ('search' as const) : ('confirm' as const), seed };
    const trial = { config, fate: outlook === null ? ('whole' as const) : fateOf(outlook.plan, place) };
    return numbers.filter((number) => number <= started).map((number) => ({ number, trial }));
  });
  return all.sort((a, b) => a.number - b.number).map(({ trial }) => trial);
}

async function racedIn(db: Database, sweepId: number, plan: SearchPlan): Promise<EndedTrial[]> {
  const [first] = plan.seeds;
  if (plan.pruner.type === 'none' || first === undefined) return [];
  const rows = await racedTrials(db, sweepId, first);
  return rows.map(({ stratum, ...trial }) => {
    const { dataset, model, loss } = stratumOf(plan, stratum);
    return { ...trial, config: { datasetSha256: dataset.sha256, model, loss } };
  });
}
