/** A forecast under the sweep's own limit of time. */
import type { SweepForecast } from './sweepForecast.js';
import type { Quantiles } from './trainingForecast.js';

const CUT = 'budget.max_wall ends the sweep before all of it has run';

/**
 * What is left when the limit cuts it. Only what has slots can be cut: without any, nothing says when it would end.
 * @param secondsLeft until the limit; null: there is none
 */
export function boundedForecast(
  forecast: SweepForecast,
  { secondsLeft, slots }: { secondsLeft: number | null; slots: number },
): SweepForecast {
  if (secondsLeft === null) return forecast;
  const numbers = forecast.kind === 'known' ? forecast : forecast.atLeast;
  if (!numbers?.wallSeconds || numbers.wallSeconds.p90 <= secondsLeft) return forecast;
  const cut = {
    slotSeconds: atMost(numbers.slotSeconds, secondsLeft * slots),
    wallSeconds: atMost(numbers.wallSeconds, secondsLeft),
  };
  const basis = [...forecast.basis, CUT];
  return forecast.kind === 'known' ? { ...forecast, ...cut, basis } : { ...forecast, atLeast: cut, basis };
}

function atMost({ p50, p90 }: Quantiles, limit: number): Quantiles {
  return { p50: Math.min(p50, limit), p90: Math.min(p90, limit) };
}
