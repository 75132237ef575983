/** A sweep's cost in slot time, and when it ends, confirmation counted. */
import type { SweepCost, SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { stateName } from '@/components/ui/stateName';
import { ABSENT } from '@/format/number';
import { formatDuration } from '@/format/time';

type CostProps = { cost: SweepCost | undefined };

/** `12 min of ≈ 40 min`: used, and all of it as forecast. */
export function SlotTime({ cost }: CostProps) {
  if (cost === undefined) return ABSENT;
  const { usedSlotSeconds, forecast } = cost;
  const used = formatDuration(1000 * usedSlotSeconds);
  if (forecast?.slotSeconds === undefined) return used;
  const { slotSeconds, unknownTrials } = forecast;
  const total = formatDuration(1000 * (usedSlotSeconds + slotSeconds.p50));
  const high = formatDuration(1000 * (usedSlotSeconds + slotSeconds.p90));
  return (
    <span title={`p90 ${high}${unknownTrials === 0 ? '' : `; ${unknownTrials} trainings are not counted`}`}>
      {used}{' '}
      <span className="block text-muted text-xs">
        of {unknownTrials === 0 ? '≈' : '>'} {total}
      </span>
    </span>
  );
}

/** Until the last training ends, confirmation counted. */
export function TimeLeft({ sweep, cost }: CostProps & { sweep: SweepSummary }) {
  if (stateName(sweep.state) !== 'RUNNING') return ABSENT;
  if (sweep.paused) return 'paused';
  const forecast = cost?.forecast;
  if (forecast?.wallSeconds === undefined)
    return <span title={whyUnknown(cost)}>{forecast?.slots === 0 ? 'no worker' : ABSENT}</span>;
  const bound = forecast.unknownTrials === 0 ? '≈' : '>';
  return (
    <span title={`p90 ${formatDuration(1000 * forecast.wallSeconds.p90)} on ${forecast.slots} slots`}>
      {bound} {formatDuration(1000 * forecast.wallSeconds.p50)}
    </span>
  );
}

function whyUnknown(cost: SweepCost | undefined): string {
  if (cost?.forecast === undefined) return 'No forecast yet.';
  if (cost.forecast.slots === 0) return 'No worker serves its pool now.';
  return cost.forecast.reasons.join('\n');
}
