/** What a sweep would take: slot time, time on the clock, and when it would be done; confirmation counted. */
import type { Forecast } from '@adt/proto/gen/adt/v1/search';
import { formatForecast } from '@/format/forecast';
import { formatClock, formatDuration } from '@/format/time';

export function ForecastLines({ forecast }: { forecast: Forecast }) {
  const { slotSeconds, wallSeconds, madeMs, unknownTrials, basis, reasons } = forecast;
  return (
    <div className="tabular mt-1 text-muted text-sm" title={[...basis, ...reasons].join('\n')}>
      <p>{formatForecast(forecast)}</p>
      {slotSeconds !== undefined && wallSeconds !== undefined && (
        <p>
          {unknownTrials === 0 ? '' : 'more than '}
          {formatDuration(1000 * slotSeconds.p50)} of slot time, p90 {formatDuration(1000 * slotSeconds.p90)}{' '}
          · done about {formatClock(madeMs + 1000 * wallSeconds.p50, madeMs)}
        </p>
      )}
    </div>
  );
}
