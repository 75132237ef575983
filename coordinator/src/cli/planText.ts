/** A plan as text: its size, its time, its strata and its configurations. */
import type { Forecast, Listing, SweepPlan } from '@adt/proto/gen/adt/v1/search';
import { plannedLine } from './forecastLine.js';
import { type Column, formatCount, renderTable } from './output.js';

export function planText(plan: SweepPlan): string {
  const { forecast, listing } = plan;
  return [
    sizeOf(plan),
    ...(forecast ? forecastLines(forecast) : []),
    '',
    strataTable(plan),
    ...(listing ? ['', listingText(listing)] : []),
  ].join('\n');
}

/** `18 configurations, 36 runs, 3 strata`. */
export function sizeOf({ configurations, runs, strata }: SweepPlan): string {
  const count = (value: number, one: string, many: string) =>
    `${formatCount(value)} ${value === 1 ? one : many}`;
  return [
    count(configurations, 'configuration', 'configurations'),
    count(runs, 'run', 'runs'),
    count(strata.length, 'stratum', 'strata'),
  ].join(', ');
}

function forecastLines(forecast: Forecast): string[] {
  const { wallSeconds, madeMs, unknownTrials, basis } = forecast;
  const known = unknownTrials === 0 && wallSeconds !== undefined;
  const done = known
    ? [`done about ${finishOf(madeMs, wallSeconds.p50)} (p90 ${finishOf(madeMs, wallSeconds.p90)})`]
    : [];
  return [plannedLine(forecast), ...done, ...basis.map((line) => `  from ${line}`)];
}

/** Local time, to the minute. */
function finishOf(madeMs: number, seconds: number): string {
  const at = new Date(madeMs + 1000 * seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

function strataTable({ strata }: SweepPlan): string {
  const columns: Column[] = [
    { title: 'dataset' },
    { title: 'model' },
    { title: 'loss' },
    { title: 'configurations', align: 'right' },
    { title: 'runs', align: 'right' },
  ];
  return renderTable(
    columns,
    strata.map(({ dataset, model, loss, configurations, runs }) => [
      dataset,
      model,
      loss,
      formatCount(configurations),
      formatCount(runs),
    ]),
  );
}

const ARMS = ['dataset', 'model', 'loss'];

function listingText({ columns, rows, common, seeds, more, suggested }: Listing): string {
  const titles = columns.map((title): Column => ({ title, align: ARMS.includes(title) ? 'left' : 'right' }));
  const numbered: Column[] = [{ title: '#', align: 'right' }, ...titles];
  const table = renderTable(
    numbered,
    rows.map(({ cells }, at) => [String(at + 1), ...cells.map((cell) => cell || '–')]),
  );
  const unlisted = more - suggested;
  return [
    table,
    ...(unlisted > 0 ? [`… ${formatCount(unlisted)} more`] : []),
    ...(suggested > 0 ? [`… ${formatCount(suggested)} to be suggested from their results`] : []),
    `all: ${common.map(({ name, value }) => `${name} ${value}`).join(', ')}`,
    `search seeds: ${seeds.join(', ')}`,
  ].join('\n');
}
