/** What a sweep would run and what it still has to: listing and forecasts as the wire has them. */
import type { Forecast, SweepPlan } from '@adt/proto/gen/adt/v1/search';
import { reasonOf } from '../log.js';
import type { Job, JobParams, JobResult } from '../planning/jobs.js';
import { measuredLike } from '../planning/measured.js';
import { type Planner, PlannerBusy } from '../planning/planner.js';
import { forecastRunning, type RunningForecast } from '../planning/runningForecast.js';
import type { CompileParams } from '../search/compile.js';
import type { SweepForecast } from '../search/forecast/sweepForecast.js';
import type { SweepRow } from '../store/sweeps.js';
import { poolCapacity } from '../store/workers.js';
import { LIMITS } from '../tunables.js';
import type { Context } from './context.js';
import { Refusal, status } from './refusal.js';

/** The whole answer to PlanSweep. @throws Refusal BUSY */
export async function answerPlan(
  { db, tunables, planner }: Context,
  file: CompileParams,
): Promise<SweepPlan> {
  const { plan, needs } = await askPlanner(planner, 'plan', file);
  if (needs === null) return plan;
  const [measured, capacity] = await Promise.all([
    measuredLike(db, needs.kinds),
    poolCapacity(db, needs.pool, tunables.leaseTtlMs),
  ]);
  const made = await askPlanner(planner, 'forecast', { file, measured, capacity });
  return { ...plan, forecast: forecastToWire({ ...made, usedSlotSeconds: 0 }) };
}

/** @throws Refusal BUSY */
export async function askPlanner<Name extends Job>(
  planner: Planner,
  job: Name,
  params: JobParams<Name>,
): Promise<JobResult<Name>> {
  try {
    return await planner.ask(job, params);
  } catch (error) {
    if (!(error instanceof PlannerBusy)) throw error;
    throw new Refusal({ status: status.RESOURCE_EXHAUSTED, reason: 'BUSY', message: error.message });
  }
}

type Made = { until: number; forecast: Promise<Forecast | undefined> };

/** Forecasts of running sweeps. Who asks soon after another gets the other's answer. */
export class RunningForecasts {
  readonly #made = new Map<number, Made>();

  constructor(private readonly context: Context) {}

  /** undefined once the sweep has ended or was cancelled, or when its search can't be rebuilt. */
  of({ id, state }: Pick<SweepRow, 'id' | 'state'>): Promise<Forecast | undefined> {
    if (state !== 'RUNNING') return Promise.resolve(undefined);
    const now = performance.now();
    for (const [sweepId, { until }] of this.#made) if (now > until) this.#made.delete(sweepId);
    const made = this.#made.get(id) ?? this.#start(id);
    this.#made.set(id, made);
    return made.forecast;
  }

  #start(sweepId: number): Made {
    const begun = performance.now();
    const made = { until: Number.POSITIVE_INFINITY, forecast: this.#make(sweepId) };
    void made.forecast.then(() => {
      const took = performance.now() - begun;
      made.until = begun + Math.max(LIMITS.forecastFreshMs, took * LIMITS.forecastRest);
    });
    return made;
  }

  async #make(sweepId: number): Promise<Forecast | undefined> {
    const { tunables, log } = this.context;
    try {
      const made = await forecastRunning(this.context, sweepId, tunables.leaseTtlMs);
      return made === null ? undefined : forecastToWire(made);
    } catch (error) {
      // A sweep is still shown when nobody can say how long it takes.
      log('warn', 'a sweep has no forecast', { sweepId, reason: reasonOf(error) });
      return undefined;
    }
  }
}

function forecastToWire({ forecast, slots, usedSlotSeconds }: RunningForecast): Forecast {
  const { slotSeconds, wallSeconds } = numbersOf(forecast);
  const isKnown = forecast.kind === 'known';
  return {
    slotSeconds,
    wallSeconds: wallSeconds ?? undefined,
    slots,
    basis: [...forecast.basis],
    unknownTrials: isKnown ? 0 : forecast.unknownTrials,
    reasons: isKnown ? [] : [...forecast.reasons],
    usedSlotSeconds,
    madeMs: Date.now(),
  };
}

type Numbers = Pick<Extract<SweepForecast, { kind: 'known' }>, 'slotSeconds' | 'wallSeconds'>;

/** Of an unknown forecast, what is known of it. */
function numbersOf(forecast: SweepForecast): Numbers | { slotSeconds?: undefined; wallSeconds?: undefined } {
  return forecast.kind === 'known' ? forecast : (forecast.atLeast ?? {});
}
