/** The signature screen on a real sweep: from the running confirmation to verdicts, their evidence, exports and more seeds. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { browserSkipNote, chromiumPath } from '../harness/browser.js';
import { type DashboardScene, openDashboardScene } from './dashboardScene.js';
import { SEEDS, specOf, submit } from './verdictSweeps.js';

const WITHIN = { timeout: 240_000 };
const CONFIRMED_WITHIN = { timeout: 200_000 };

let scene: DashboardScene;
let page: Page;
let sweepId: number;

const matrix = () => page.getByRole('table', { name: 'Verdicts by data set and model' });
const details = () => page.getByRole('region', { name: 'synthetic, GMF' });
const finished = () => page.getByText('finished', { exact: true });

async function comparison(metric = '') {
  const reply = await scene.connection.call('compareSweeps', { sweepIds: [sweepId], metric });
  const [cell] = reply.comparison?.cells ?? [];
  if (cell === undefined) throw new Error('nothing is confirmed');
  return cell;
}

async function exported(item: string): Promise<{ name: string; bytes: Buffer }> {
  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: item }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

describe.skipIf(chromiumPath() === null)(`the verdict in the browser${browserSkipNote()}`, WITHIN, () => {
  beforeAll(async () => {
    scene = await openDashboardScene({ workers: 0, slots: 2 });
    page = await scene.signedIn();
    sweepId = await submit(scene, specOf({ name: 'verdicts', confirm: SEEDS }));
  }, 180_000);

  it('says that the search still runs, and shows the verdicts without a reload', async () => {
    await page.goto(`${scene.url}/sweeps/${sweepId}`);
    await page.getByRole('link', { name: 'Verdict' }).click();
    await page.getByRole('heading', { name: 'Verdict', level: 1 }).waitFor();
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));
    await page.getByText('0 of 3 trials so far').waitFor();
    await page.getByText('The search still runs').waitFor();
    await scene.platform.startWorker();
    await finished().waitFor(CONFIRMED_WITHIN);
    await page.getByText('The search still runs').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
    await expect.poll(() => matrix().getByText(`n = ${SEEDS}`).count()).toBe(3);
  });

  it('says in the cell what the coordinator found', async () => {
    const { arms, pairs, metric } = await comparison();
    const cell = await matrix().getByRole('cell').filter({ hasText: 'T-CE vs R-CE' }).textContent();
    for (const arm of arms) {
      const mean = arm.metrics.find((one) => one.metric === metric)?.spread?.mean;
      expect(cell).toContain(mean?.toFixed(4));
    }
    const pair = pairs.find(({ loss, reference }) => loss === 'T-CE' && reference === 'R-CE');
    expect(cell).toContain(
      { VERDICT_BETTER: 'better', VERDICT_WORSE: 'worse', VERDICT_INCONCLUSIVE: 'inconclusive' }[
        String(pair?.verdict)
      ],
    );
    expect(cell).toContain('tuned 1 : 1 trials');
  });

  it('opens a cell: the sentence, every seed, both tests, and the trials behind them', async () => {
    await matrix().getByRole('button', { name: 'Details of synthetic, GMF' }).click();
    const { pairs, arms } = await comparison();
    const [pair] = pairs;
    await details()
      .getByText(pair?.sentence ?? 'no sentence')
      .waitFor();
    expect(
      await details()
        .getByRole('img', { name: /on \d of 7 seeds/ })
        .count(),
    ).toBe(1);
    const rows = details().getByRole('table').first().getByRole('row');
    expect(await rows.count()).toBe(1 + SEEDS);
    const first = await rows.nth(1).textContent();
    const reached = (loss: string) => arms.find((arm) => arm.loss === loss)?.values[0]?.toFixed(4);
    expect(first).toContain(reached('T-CE'));
    expect(first).toContain(reached('R-CE'));
    expect(await details().getByText('exact, all 128 assignments').count()).toBe(1);
    const link = details().getByRole('link', { name: /trial of T-CE, seed 2019/ });
    expect(await link.getAttribute('href')).toMatch(/^\/trials\/\d+$/);
  });

  it('compares the losses and by the metric that are chosen, and keeps the view in the address', async () => {
    await page.getByLabel('Compare', { exact: true }).selectOption('T-CE vs CE');
    await page.getByLabel('By', { exact: true }).selectOption('test/ndcg@100');
    await details().getByText('NDCG@100 (test), seed by seed').waitFor();
    await page.getByText('Configurations and checkpoints were chosen by Recall@50 (validation).').waitFor();
    const pair = (await comparison('test/ndcg@100')).pairs.find(({ reference }) => reference === 'CE');
    await page.reload();
    await details()
      .getByText(pair?.sentence ?? 'no sentence')
      .waitFor();
    expect(page.url()).toContain('pair=T-CE+vs+CE');
    await page.goto(`${scene.url}/sweeps/${sweepId}/verdict`);
    await matrix().waitFor();
  });

  it('exports LaTeX as in Table 3, tests, CSV, JSON, and the matrix as a picture', async () => {
    const table = await exported('LaTeX, as the paper’s Table 3 with RI');
    expect(table.name).toBe(`sweep-${sweepId}-verdict.table3.tex`);
    expect(String(table.bytes)).toMatch(/\\toprule[\s\S]*\+T-CE[\s\S]*\\bottomrule/);
    expect(String((await exported('LaTeX, scores and tests')).bytes)).toContain('p_\\mathrm{Holm}');
    const [header, ...lines] = String((await exported('CSV, a line a comparison')).bytes)
      .trim()
      .split('\n');
    expect(header).toMatch(/^dataset,model,metric,loss,reference,verdict/);
    expect(lines).toHaveLength(3);
    const json = JSON.parse(String((await exported('JSON, everything')).bytes));
    expect(json.cells[0].arms[0].values).toHaveLength(SEEDS);
    const svg = String((await exported('SVG, the matrix')).bytes);
    expect(svg).toContain('T-CE vs R-CE');
    expect((await exported('PNG, the matrix')).bytes.subarray(1, 4).toString()).toBe('PNG');
  });

  it('adds seeds in a sweep of its own that trains the missing pairs only', async () => {
    await page.getByRole('button', { name: 'Add seeds' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add seeds' });
    await dialog.getByLabel('Seeds to add').fill('0');
    await dialog.getByText('A whole number from 1 to 100.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Start' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Seeds to add').fill('1');
    await dialog.getByText('3 trainings: 1 seed for each of 3 confirmed configurations.').waitFor();
    await dialog.getByRole('button', { name: 'Start' }).click();
    await page.waitForURL((url) => url.pathname === `/sweeps/${sweepId + 1}/verdict`);
    await finished().waitFor(CONFIRMED_WITHIN);
    await expect
      .poll(() =>
        matrix()
          .getByText(`n = ${SEEDS + 1}`)
          .count(),
      )
      .toBe(3);
    const { trials } = await scene.connection.call('listTrials', {
      sweepId: sweepId + 1,
      limit: 0,
      cursor: '',
      order: 'number',
    });
    expect(trials.filter(({ epoch }) => epoch > 0)).toHaveLength(3);

    await page.goto(`${scene.url}/sweeps/${sweepId}/verdict`);
    await page.getByRole('link', { name: `sweep ${sweepId + 1}` }).waitFor();
  });

  it('offers to confirm a sweep that asked for no confirmation, and then has its one loss', async () => {
    const plain = await submit(scene, specOf({ name: 'plain', losses: ['CE'] }));
    await page.goto(`${scene.url}/sweeps/${plain}/verdict`);
    // While a page streams in its text is there twice, hidden.
    await page.getByText('No confirmation was asked for').filter({ visible: true }).waitFor();
    await page.getByRole('button', { name: 'Confirm the best on fresh seeds' }).click(CONFIRMED_WITHIN);
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Seeds to add').fill('2');
    await dialog.getByRole('button', { name: 'Start' }).click();
    await page.waitForURL((url) => url.pathname === `/sweeps/${plain + 1}/verdict`);
    await page.getByRole('link', { name: 'Clone and add a loss' }).waitFor(CONFIRMED_WITHIN);
    await page.getByText('This sweep has one loss only').filter({ visible: true }).waitFor();
  });

  it('made no page complain', () => {
    expect(scene.complaints).toEqual([]);
  });
});
