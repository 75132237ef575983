/** The trials table at 50,000 trials and 5 million points: first paint, orders and filters, scrolling, export. */
import type { Page } from 'playwright-core';
import { quantilesOf } from '../platform/quantiles.js';
import { round } from '../platform/watch.js';
import type { DashboardRig } from './dashboardRig.js';
import { clickToPixelsMs, firstRowsMs, jumpMs, noteFirstRows, scrollEvenly } from './pageTimes.js';

const OPENINGS = 12;
const ROUNDS = 3;
/** Twice as fast as a wheel turned in haste. */
const SCROLL = { rowsPerSecond: 150, seconds: 15 };
const JUMPS = 24;

const SORTED = [
  ...[
    'lr',
    'eps_max',
    'eps_n',
    'beta',
    'best_value',
    'ndcg',
    'epsilon_at_best',
    'number',
    'state',
    'dataset',
  ],
  ...['model', 'loss', 'seed', 'last_step', 'attempts', 'duration', 'worker'],
];
const FILTERS = [
  { field: 'loss', op: 'in', text: 'T-CE' },
  { field: 'eps_max', op: 'ge', text: '0.2' },
  { field: 'lr', op: 'lt', text: '0.0005' },
  { field: 'best_value', op: 'ge', text: '0.09' },
  { field: 'state', op: 'in', text: 'FAILED' },
  { field: 'worker', op: 'has', text: '0007' },
  { field: 'seed', op: 'in', text: '3' },
  { field: 'ndcg', op: 'gt', text: '0.045' },
] as const;

export type TableRow = { what: string; times: number; p50: number; p95: number; most: number; goal: string };

export async function benchTable(rig: DashboardRig, sweepId: number): Promise<Record<string, unknown[]>> {
  const address = `${rig.url}/sweeps/${sweepId}/trials`;
  const openings: number[] = [];
  // The first request compiles and connects; whoever comes later is who is measured.
  for (let at = 0; at <= OPENINGS; at += 1) {
    const page = await rig.newPage();
    await page.addInitScript(noteFirstRows);
    await page.goto(address);
    const ms = await firstRowsMs(page);
    if (at > 0) openings.push(ms);
    await page.context().close();
  }
  const page = await rig.newPage();
  await page.goto(address);
  await page.locator('[data-live=live]').waitFor();
  const sorts = await timeSorts(page);
  const filters = await timeFilters(page);
  await page.goto(address);
  await page.locator('[data-live=live]').waitFor();
  const scrolled = await scrollEvenly(page, SCROLL);
  const jumps: number[] = [];
  for (let at = 0; at < JUMPS; at += 1) jumps.push(await jumpMs(page, ((at * 7 + 3) % JUMPS) / JUMPS));
  const grouped = await timeGrouping(page);
  return {
    table: [
      row('first rows on screen, a new browser profile', openings, '<= 1500'),
      row('sort by a column, click to pixels', sorts, 'p95 <= 200'),
      row('filter, submit to pixels', filters, 'p95 <= 200'),
      row('sort and filter together', [...sorts, ...filters], 'p95 <= 200'),
      row('jump anywhere with the scroll bar, to every row in sight', jumps, ''),
      row('group seeds or not, click to pixels', grouped, ''),
    ],
    scroll: [{ ...SCROLL, ...scrolled, fps: round(scrolled.fps, 1), goal: 'no blank frame' }],
    export: await timeExports(page, `${rig.url}/api/sweeps/${sweepId}/trials/export?format=`),
  };
}

function row(what: string, values: readonly number[], goal: string): TableRow {
  const { p50, p95, most } = quantilesOf(values);
  return { what, times: values.length, p50: round(p50, 0), p95: round(p95, 0), most: round(most, 0), goal };
}

async function timeSorts(page: Page): Promise<number[]> {
  await page.getByRole('button', { name: 'Columns' }).waitFor();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const id of SORTED) times.push(await clickToPixelsMs(page, `th[data-column=${id}] button`));
  }
  return times;
}

/** Each on the table in the order by the objective, and away again. */
async function timeFilters(page: Page): Promise<number[]> {
  const form = 'form[aria-label=Filter]';
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { field, op, text } of FILTERS) {
      await page.getByLabel('Filter by').selectOption(field);
      await page.getByLabel('Condition').selectOption(op);
      await page.getByLabel('Value').fill(text);
      times.push(await clickToPixelsMs(page, form));
      times.push(await clickToPixelsMs(page, `${form} [aria-label^=Remove]`));
    }
  }
  return times;
}

async function timeGrouping(page: Page): Promise<number[]> {
  await page.locator('label', { hasText: 'Group seeds' }).evaluate((label) => {
    label.id = 'group-seeds';
  });
  const times: number[] = [];
  for (let at = 0; at < 2 * ROUNDS; at += 1) times.push(await clickToPixelsMs(page, '#group-seeds input'));
  return times;
}

async function timeExports(page: Page, address: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (const format of ['csv', 'json', 'parquet', 'latex']) {
    const began = performance.now();
    const reply = await page.request.get(address + format, { timeout: 120_000 });
    const bytes = (await reply.body()).byteLength;
    if (reply.status() !== 200) throw new Error(`the export to ${format} was refused: ${reply.status()}`);
    rows.push({
      format,
      seconds: round((performance.now() - began) / 1000, 1),
      MiB: round(bytes / 2 ** 20, 1),
    });
  }
  return rows;
}
