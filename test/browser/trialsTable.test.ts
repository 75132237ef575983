/// <reference lib="dom" />
/** The trials table in a real browser: orders, filters, grouping, columns, keys, the address that holds it all, export. */
import { openDatabase } from '@adt/prisma/client';
import { FilterOp, type TableRow, type TrialView } from '@adt/proto/gen/adt/v1/table';
import { parquetReadObjects } from 'hyparquet';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { seedSweep } from '../bench/dashboard/seedSweep.js';
import { browserSkipNote, chromiumPath } from '../harness/browser.js';
import { atEnd } from '../harness/cleanup.js';
import { type DashboardScene, openDashboardScene } from './dashboardScene.js';

const TRIALS = 400;

let scene: DashboardScene;
let sweepId: number;
let page: Page;
let database: ReturnType<typeof openDatabase>;

const viewOf = (view: Partial<TrialView> = {}): TrialView => ({
  sweepId,
  filter: [],
  sort: '',
  descending: false,
  groupSeeds: false,
  ...view,
});
const T_CE = { field: 'loss', op: FilterOp.IN, values: ['T-CE'] };

/** What the coordinator says of a view. */
async function held(view: Partial<TrialView> = {}): Promise<TableRow[]> {
  const request = { view: viewOf(view), limit: 1_000, cursor: '' };
  return (await scene.connection.call('queryTrials', request)).rows;
}

const region = () => page.getByRole('region', { name: 'Trials' });

/** Ids of the first trials that the table shows. */
const shown = (count: number): Promise<number[]> =>
  region()
    .locator('tbody tr[data-trial]')
    .evaluateAll(
      (rows, most) => rows.slice(0, most).map((row) => Number(row.getAttribute('data-trial'))),
      count,
    );

/** Waits until the table shows these trials first. */
async function expectShown(rows: readonly TableRow[], count = 12): Promise<void> {
  const ids = rows.slice(0, count).map(({ trialId }) => trialId);
  await expect.poll(() => shown(ids.length), { timeout: 30_000 }).toEqual(ids);
}

const head = (name: string) => region().getByRole('columnheader', { name }).getByRole('button');

async function open(query = ''): Promise<void> {
  await page.goto(`${scene.url}/sweeps/${sweepId}/trials${query}`);
  await page.locator('[data-live=live]').waitFor();
}

async function addFilter(field: string, condition: string, value: string): Promise<void> {
  await page.getByLabel('Filter by').selectOption({ label: field });
  await page.getByLabel('Condition').selectOption({ label: condition });
  await page.getByLabel('Value').fill(value);
  await page.keyboard.press('Enter');
}

/** A downloaded export. */
async function exported(format: string): Promise<Buffer> {
  await page.getByRole('button', { name: 'Export' }).click();
  const address = await page.getByRole('menuitem', { name: format }).getAttribute('href');
  await page.keyboard.press('Escape');
  const reply = await page.request.get(`${scene.url}${address}`);
  expect(reply.status()).toBe(200);
  expect(reply.headers()['content-disposition']).toContain(`sweep-${sweepId}-trials.`);
  return reply.body();
}

describe.skipIf(chromiumPath() === null)(`the trials table${browserSkipNote()}`, { timeout: 120_000 }, () => {
  beforeAll(async () => {
    scene = await openDashboardScene({ workers: 0 });
    database = openDatabase({ url: scene.platform.databaseUrl, connectionLimit: 2 });
    atEnd(() => database.close());
    sweepId = await seedSweep(database, { trials: TRIALS, points: 0 });
    page = await scene.signedIn({ viewport: { width: 1500, height: 900 } });
  }, 180_000);

  it('shows the best first, with “—” where a parameter is absent', async () => {
    await open();
    const rows = await held();
    await expectShown(rows);
    await page.getByText(`${TRIALS} trials`, { exact: true }).waitFor();
    const ce = rows.findIndex(({ config }) => config?.loss === 'R-CE');
    const cells = region().locator(`tr[data-trial="${rows[ce]?.trialId}"] td`);
    expect(await cells.nth(5).textContent()).toBe('—');
    expect(await cells.nth(7).textContent()).toBe(String(rows[ce]?.config?.beta));
  });

  it('sorts by a click on a head, the other way by a second one, and the address says so', async () => {
    await head('lr').click();
    await expectShown(await held({ sort: 'lr' }));
    await head('lr').click();
    await expectShown(await held({ sort: 'lr', descending: true }));
    expect(new URL(page.url()).searchParams.get('sort')).toBe('-lr');
    expect(await region().getByRole('columnheader', { name: 'lr' }).getAttribute('aria-sort')).toBe(
      'descending',
    );
  });

  it('filters by what is typed, and refuses a value that makes no sense', async () => {
    await page.keyboard.press('/');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
      .toBe('Filter by');
    await addFilter('Loss', 'is', 't-ce');
    await addFilter('ε_max', '≥', 'many');
    await page.getByRole('alert').filter({ hasText: 'is not a number' }).waitFor();
    await addFilter('ε_max', '≥', '0.2');
    const filter = [T_CE, { field: 'eps_max', op: FilterOp.AT_LEAST, values: ['0.2'] }];
    const rows = await held({ filter, sort: 'lr', descending: true });
    expect(rows.length).toBeGreaterThan(5);
    await expectShown(rows);
    await page.getByText(`${rows.length} trials that fit`).waitFor();
  });

  it('opens from its address as it was left', async () => {
    await page.getByLabel('Heat map').check();
    const [before, address] = [await shown(20), page.url()];
    await page.goto('about:blank');
    await page.goto(address);
    await page.locator('[data-live=live]').waitFor();
    expect(await shown(20)).toEqual(before);
    expect(await page.getByLabel('Heat map').isChecked()).toBe(true);
    await page.getByText('Loss is T-CE').waitFor();
    const cell = region().locator('tbody tr[data-trial] td').nth(8);
    await expect.poll(() => cell.getAttribute('style')).toContain('color-mix');
  });

  it('groups seeds to mean ± deviation (n)', async () => {
    await open();
    await page.getByLabel('Group seeds').check();
    const groups = await held({ groupSeeds: true });
    await expectShown(groups);
    await page.getByText(`${groups.length} configurations of ${TRIALS} trials`).waitFor();
    const [first] = groups;
    const wanted = `${first?.bestValue?.toFixed(4)} ± ${first?.group?.bestSd?.toFixed(4)} (${first?.group?.measured})`;
    await region().getByRole('cell', { name: wanted }).first().waitFor();
    await page.getByLabel('Group seeds').uncheck();
  });

  it('moves, hides and brings back columns, by mouse and by keyboard', async () => {
    const order = () =>
      region()
        .locator('th')
        .evaluateAll((heads) => heads.map((one) => one.getAttribute('data-column')));
    await open();
    await region().locator('th[data-column=lr]').dragTo(region().locator('th[data-column=dataset]'));
    await expect.poll(async () => (await order()).slice(0, 4)).toEqual(['number', 'state', 'lr', 'dataset']);
    await head('lr').focus();
    await page.keyboard.press('Alt+ArrowRight');
    await expect.poll(async () => (await order()).slice(0, 4)).toEqual(['number', 'state', 'dataset', 'lr']);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Model' }).click();
    await page.keyboard.press('Escape');
    await expect.poll(order).not.toContain('model');
    expect(new URL(page.url()).searchParams.get('cols')).not.toContain('model');
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('menuitem', { name: 'The usual columns' }).click();
    await expect.poll(order).toContain('model');
    expect(new URL(page.url()).search).toBe('');
  });

  it('is walked with j and k, selected with x, compared with c; ? lists the keys', async () => {
    const rows = await held();
    for (const key of ['j', 'j', 'x', 'j', 'j', 'k', 'x']) await page.keyboard.press(key);
    await page.getByText('2 selected').waitFor();
    const ids = [rows[1], rows[2]].map((row) => row?.trialId).sort((a, b) => Number(a) - Number(b));
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('href'));
    expect(await focused()).toBe(`/trials/${rows[2]?.trialId}`);
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    for (const word of ['next trial', 'previous trial', 'filter', 'compare'])
      await dialog.getByText(word).first().waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    // Beside the section's own link, which leads to the best of each loss.
    const chosen = `/sweeps/${sweepId}/compare?trials=${ids.join(',')}`;
    await page.locator(`a[href="${chosen}"]`).waitFor();
    await page.keyboard.press('c');
    await page.waitForURL(`**/sweeps/${sweepId}/compare?trials=**`);
  });

  it('can be told to leave single keys alone', async () => {
    await open();
    await page.keyboard.press('?');
    await page.getByLabel('Single keys do something').uncheck();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('j');
    expect(await region().locator('tr[aria-current]').count()).toBe(0);
    await page.keyboard.press('?');
    await page.getByLabel('Single keys do something').check();
    await page.keyboard.press('Escape');
  });

  it('has every row, to the last, and no skeleton where one stood still', async () => {
    await open('?sort=number');
    await region().evaluate((box) => box.scrollTo({ top: box.scrollHeight }));
    await region()
      .locator(`tr[aria-rowindex="${TRIALS + 1}"] a`, { hasText: `#${TRIALS}` })
      .waitFor();
    await expect.poll(() => region().locator('tr[data-blank]').count()).toBe(0);
  });

  it('follows what changes, and says when a place may have changed', async () => {
    await open();
    const [best, , third] = await held();
    const trialId = third?.trialId ?? 0;
    await database.pool.query('UPDATE trial SET best_value = 0.5, best_step = 100 WHERE id = $1', [trialId]);
    await scene.connection.call('cancelSweep', { sweepId });
    await page.getByRole('status').filter({ hasText: 'changed since the table was sorted' }).waitFor();
    expect((await shown(1))[0]).toBe(best?.trialId);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await expectShown(await held());
    expect((await shown(1))[0]).toBe(trialId);
  });

  it('exports exactly the view: CSV, JSON, Parquet and LaTeX agree with what the coordinator holds', async () => {
    await open('?sort=-ndcg&where=loss.in.T-CE');
    await page.getByText('Loss is T-CE').waitFor();
    const rows = await held({ sort: 'ndcg', descending: true, filter: [T_CE] });
    const wanted = rows.map(({ number, config, bestValue }) => [
      number,
      config?.loss,
      config?.epsMax,
      bestValue,
    ]);

    const json = JSON.parse((await exported('JSON')).toString()) as Record<string, unknown>[];
    const columns = ['number', 'loss', 'eps_max', 'best_value'];
    const pick = (row: Record<string, unknown>) => columns.map((name) => row[name] ?? undefined);
    expect(json.map(pick)).toEqual(wanted);
    expect(json[0]).toHaveProperty('beta', null);

    const [names = [], ...lines] = (await exported('CSV'))
      .toString()
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','));
    expect(names).toEqual(Object.keys(json[0] ?? {}));
    expect(lines.map((line) => line[names.indexOf('number')])).toEqual(
      rows.map(({ number }) => String(number)),
    );

    const bytes = await exported('Parquet');
    const file = new Uint8Array(bytes).buffer;
    const read = await parquetReadObjects({
      file: { byteLength: file.byteLength, slice: (a, b) => file.slice(a, b) },
    });
    expect(read.map(pick)).toEqual(wanted);

    const latex = (await exported('LaTeX')).toString();
    expect(latex.match(/ \\\\$/gm)).toHaveLength(rows.length + 1);
    expect(latex).toContain('$\\varepsilon_{\\max}$');
  });

  it('gives no export to who is not signed in, and none of a format that there is not', async () => {
    const stranger = await scene.stranger();
    const address = `${scene.url}/api/sweeps/${sweepId}/trials/export?format=`;
    expect((await stranger.request.get(`${address}csv`)).status()).toBe(401);
    expect((await page.request.get(`${address}xls`)).status()).toBe(400);
    expect((await page.request.get(`${address}csv&where=lr.gt.x`)).status()).toBe(422);
  });

  it('says why it is empty, and how to mend it', async () => {
    await open('?where=lr.gt.5');
    await page.getByText('No trial fits the filter').waitFor();
    await page.getByRole('button', { name: 'Remove the filter' }).click();
    await expectShown(await held());
  });

  it('never scrolls the page sideways on a phone', async () => {
    const phone = await scene.signedIn({ viewport: { width: 390, height: 844 }, hasTouch: true });
    await phone.goto(`${scene.url}/sweeps/${sweepId}/trials`);
    await phone.locator('tr[data-trial]').first().waitFor();
    const [content, screen] = await phone.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(content).toBe(screen);
  });

  it('made no page complain', () => {
    expect(scene.complaints).toEqual([]);
  });
});
