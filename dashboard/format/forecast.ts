/** A sweep's forecast in a few words. */
import type { Forecast } from '@adt/proto/gen/adt/v1/search';
import { formatDuration } from './time';

/** `about 12 min 00 s on 2 slots, p90 15 min 20 s`, or why there is no such number. */
export function formatForecast({ slotSeconds, wallSeconds, slots, unknownTrials }: Forecast): string {
  if (slotSeconds === undefined) return 'time unknown: nothing like it was measured yet';
  const bound = unknownTrials === 0 ? 'about' : 'more than';
  if (wallSeconds === undefined)
    return `${bound} ${formatDuration(1000 * slotSeconds.p50)} of one slot's time, and no slot serves its pool now`;
  const [p50, p90] = [wallSeconds.p50, wallSeconds.p90].map((seconds) => formatDuration(1000 * seconds));
  return `${bound} ${p50} on ${slots} ${slots === 1 ? 'slot' : 'slots'}, p90 ${p90}`;
}
