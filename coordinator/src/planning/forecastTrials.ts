/** The forecast of a sweep's trials, as far as their data sets are stored. */
import { boundedForecast } from '../search/forecast/bounded.js';
import { type EndedTrial, forecastSweep, type SweepForecast } from '../search/forecast/sweepForecast.js';
import type { Planned } from '../search/forecast/training.js';
import type { ToStart } from '../search/log/outlook.js';
import type { RunningRow } from '../store/openTrials.js';
import type { Measured } from './measured.js';

const UNRACED = 'no training has come through early stopping yet: forecast as if none were stopped';

/** What the forecast is made of, and where it runs. */
export type OpenWork = {
  /** In the order to run them. */
  queued: readonly ToStart[];
  running: readonly RunningRow[];
  raced: readonly EndedTrial[];
  slots: number;
  /** Of each slot; null where they differ. */
  threads: number | null;
  /** Until the sweep's limit of time; null: none. */
  secondsLeft: number | null;
};

type Sized = Pick<Planned, 'dataset' | 'place'>;

/**
 * Engines are not told apart: a worker may have several, and says only at the end which one it used. A platform mostly
 * has one.
 */
export function forecastTrials({ measurements, sizes }: Measured, work: OpenWork): SweepForecast {
  const { slots, threads, secondsLeft } = work;
  const place = { engine: null, threads };
  const lost = new Set<string>();
  let unsized = 0;
  const sized = <Trial extends ToStart | RunningRow>(trials: readonly Trial[]): (Trial & Sized)[] =>
    trials.flatMap((trial) => {
      const dataset = sizes.get(trial.config.datasetSha256);
      if (dataset !== undefined) return { ...trial, dataset, place };
      lost.add(trial.config.dataset);
      unsized++;
      return [];
    });
  const queued = sized(work.queued);
  const running = sized(work.running);
  const forecast = forecastSweep({ measurements, queued, running, ended: work.raced, slots });
  const whole = work.raced.length === 0 && queued.some(({ fate }) => fate === 'races');
  const told = whole ? { ...forecast, basis: [...forecast.basis, UNRACED] } : forecast;
  const reasons = [...lost].map((name) => `${name}: the data set is stored no more under its content`);
  return boundedForecast(unsized === 0 ? told : withUnknown(told, unsized, reasons), { secondsLeft, slots });
}

function withUnknown(forecast: SweepForecast, trials: number, reasons: readonly string[]): SweepForecast {
  const { basis } = forecast;
  if (forecast.kind === 'known') {
    const { slotSeconds, wallSeconds } = forecast;
    return { kind: 'unknown', unknownTrials: trials, reasons, atLeast: { slotSeconds, wallSeconds }, basis };
  }
  return {
    ...forecast,
    unknownTrials: forecast.unknownTrials + trials,
    reasons: [...forecast.reasons, ...reasons],
  };
}
