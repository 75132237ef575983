/** A forecast in one calm line. */
import type { Forecast, Quantiles } from '@adt/proto/gen/adt/v1/search';
import { formatCount } from './output.js';

/** `about 12 min on 2 slots (p90 15), 0.4 slot-hours (p90 0.5)`: before a sweep runs. */
export function plannedLine(forecast: Forecast): string {
  const { slotSeconds, wallSeconds, slots, unknownTrials } = forecast;
  if (slotSeconds === undefined) return unknownLine(forecast);
  const work = rangeOf(slotSeconds, workUnitOf(slotSeconds.p50));
  const time =
    wallSeconds === undefined
      ? 'no slot serves its pool now'
      : `about ${timeOf(wallSeconds, ` on ${slots} ${slots === 1 ? 'slot' : 'slots'}`)}`;
  return unknownTrials === 0 ? `${time}, ${work}` : `${unknownLine(forecast)}; the others: ${time}, ${work}`;
}

/** `about 12 min left (p90 15), 3.1 of 4.0 slot-hours`: while it does. */
export function leftLine(forecast: Forecast): string {
  const { slotSeconds, wallSeconds, usedSlotSeconds, unknownTrials } = forecast;
  if (slotSeconds === undefined || unknownTrials > 0) return unknownLine(forecast);
  const all = usedSlotSeconds + slotSeconds.p50;
  const unit = workUnitOf(all);
  const work = `${numberIn(usedSlotSeconds, unit)} of ${numberIn(all, unit)} ${unit.many}`;
  if (wallSeconds === undefined) return `waits for a slot, ${work}`;
  return `about ${timeOf(wallSeconds, ' left')}, ${work}`;
}

function unknownLine({ unknownTrials, reasons }: Forecast): string {
  const trainings = unknownTrials === 1 ? 'training' : 'trainings';
  const [reason = 'nothing was measured'] = reasons;
  return `time unknown for ${formatCount(unknownTrials)} ${trainings} (${reason})`;
}

type Unit = { seconds: number; many: string };

const TIMES: readonly Unit[] = [
  { seconds: 3600, many: 'h' },
  { seconds: 60, many: 'min' },
  { seconds: 1, many: 's' },
];
const WORK: readonly Unit[] = TIMES.map(({ seconds }, at) => ({
  seconds,
  many: ['slot-hours', 'slot-minutes', 'slot-seconds'][at] ?? '',
}));

/** Less than three quarters of a unit reads better in the next smaller one. */
function unitOf(units: readonly Unit[], seconds: number): Unit {
  return units.find((unit) => seconds >= 0.75 * unit.seconds) ?? (units.at(-1) as Unit);
}

function workUnitOf(seconds: number): Unit {
  return unitOf(WORK, seconds);
}

function timeOf(wall: Quantiles, where: string): string {
  const unit = unitOf(TIMES, wall.p50);
  return `${numberIn(wall.p50, unit)} ${unit.many}${where} (p90 ${numberIn(wall.p90, unit)})`;
}

function rangeOf({ p50, p90 }: Quantiles, unit: Unit): string {
  return `${numberIn(p50, unit)} ${unit.many} (p90 ${numberIn(p90, unit)})`;
}

/** Two digits are what a forecast can know. */
function numberIn(seconds: number, unit: Unit): string {
  const value = seconds / unit.seconds;
  return value < 9.95 && unit.seconds > 1 ? value.toFixed(1) : formatCount(value);
}
