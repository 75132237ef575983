/** The path of a user: sign in, submit a sweep of three losses, watch it, read the ranking. In a real browser. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { browserSkipNote, chromiumPath } from '../harness/browser.js';
import {
  DATASET,
  DATASET_NOTE,
  type DashboardScene,
  importAdressa,
  openDashboardScene,
  PATIENCE_MS,
} from './dashboardScene.js';

/** A sweep on Adressa, six trainings of one epoch. */
const WITHIN = { timeout: 240_000 };

const THREE_LOSSES = `
name: three-losses
method: grid
parameters:
  dataset: {value: ${DATASET}}
  loss: {values: [CE, T-CE, R-CE]}
  eps_max: {value: 0.1, when: {loss: T-CE}}
  eps_n: {value: 500, when: {loss: T-CE}}
  beta: {value: 0.25, when: {loss: R-CE}}
training: {epochs: 1, eval_every: 100}
seeds: {search: [1, 2]}
`;

let scene: DashboardScene;

/** What the ranking shows: rank, trial, loss, value. */
async function ranking(page: Page): Promise<string[][]> {
  const region = page.getByRole('region', { name: 'Ranking' });
  // While a page streams in it is there but hidden.
  await region.waitFor();
  return region.locator('tbody tr:not([aria-hidden])').evaluateAll((rows) =>
    rows.map((row) =>
      Array.from(row.querySelectorAll('td'))
        .slice(0, 4)
        .map((cell) => cell.textContent.trim()),
    ),
  );
}

/** Points that the objective's plot has drawn. */
async function drawnPoints(page: Page): Promise<number> {
  return Number(await page.locator('[data-points]').first().getAttribute('data-points'));
}

async function waitForPoints(page: Page, more: number): Promise<void> {
  await page.waitForFunction(
    (count) => Number(document.querySelector('[data-points]')?.getAttribute('data-points')) > count,
    more,
    { timeout: 120_000 },
  );
}

describe.skipIf(chromiumPath() === null)(
  `a sweep in the browser${browserSkipNote()}${DATASET_NOTE}`,
  WITHIN,
  () => {
    let page: Page;

    beforeAll(async () => {
      scene = await openDashboardScene({ workers: 1, slots: 2 });
      await importAdressa(scene);
      page = await scene.signedIn();
    }, 180_000);

    it('is submitted from the form, grows its curves and fills its ranking without a reload', async () => {
      await page.getByRole('link', { name: 'Quick T-CE vs R-CE' }).click();
      await page.getByLabel('Sweep file, YAML').fill(THREE_LOSSES);
      await page.getByText('6 runs of 3 configurations').waitFor();
      await page.getByRole('button', { name: 'Submit sweep' }).click();
      await page.waitForURL(/\/sweeps\/\d+$/);

      // Lost by any reload.
      await page.evaluate(() => Object.assign(window, { sameDocument: true }));
      await waitForPoints(page, 0);
      const early = await drawnPoints(page);
      await waitForPoints(page, early);
      await page.getByText('finished', { exact: true }).waitFor({ timeout: 180_000 });
      expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
      expect(await drawnPoints(page)).toBeGreaterThan(early);
      const rows = await ranking(page);
      expect(rows.map(([rank]) => rank)).toEqual(['1', '2', '3', '4', '5', '6']);
      expect(new Set(rows.map(([, , loss]) => loss))).toEqual(new Set(['CE', 'T-CE', 'R-CE']));
    });

    it('shows after a reload what it showed before, and what the coordinator holds', async () => {
      const sweepId = Number(page.url().split('/').at(-1));
      const [rows, points] = [await ranking(page), await drawnPoints(page)];
      await page.reload();
      await waitForPoints(page, 0);
      expect(await ranking(page)).toEqual(rows);
      expect(await drawnPoints(page)).toBe(points);

      const request = { sweepId, limit: 0, cursor: '', order: 'best' };
      const { trials } = await scene.connection.call('listTrials', request);
      const held = trials.map(({ number, config, bestValue }) => [
        `#${number}`,
        config?.loss,
        bestValue?.toFixed(4),
      ]);
      const byNumber = (list: unknown[][]) => list.map(String).sort();
      expect(byNumber(rows.map(([, ...row]) => row))).toEqual(byNumber(held));
    });

    it('tells the exact value under the cursor, by mouse and by keyboard', async () => {
      const plot = page.getByRole('figure', { name: /^Recall@\d+ \(validation\)$/ }).getByRole('application');
      await plot.locator('.u-over').hover();
      const tooltip = page.getByRole('status').filter({ hasText: 'at iteration' });
      expect(await tooltip.textContent()).toMatch(
        /#\d (CE|T-CE|R-CE).*seed \d.*0\.\d{4,} at iteration [\d,]+/,
      );

      const before = await tooltip.textContent();
      await plot.focus();
      await page.keyboard.press('ArrowLeft');
      await expect.poll(() => tooltip.textContent()).not.toBe(before);
      await page.mouse.move(0, 0);
    });

    it('hides the curves of a loss and shows them again', async () => {
      const points = await drawnPoints(page);
      const toggle = page
        .getByRole('group', { name: 'Losses shown' })
        .getByRole('button', { name: 'R-CE', exact: true });
      await toggle.click();
      expect(await toggle.getAttribute('aria-pressed')).toBe('false');
      await expect.poll(() => drawnPoints(page)).toBeLessThan(points);
      await toggle.click();
      await expect.poll(() => drawnPoints(page)).toBe(points);
    });

    it('groups seeds to mean and deviation, and names the best of each loss', async () => {
      await page.getByText('Group seeds').click();
      await expect.poll(() => ranking(page).then((rows) => rows.length), { timeout: PATIENCE_MS }).toBe(3);
      for (const [, , , value] of await ranking(page)) expect(value).toMatch(/^0\.\d{4} ± 0\.\d{4} \(2\)$/);
      expect(await page.getByText('mean of 2 seeds').count()).toBe(3);
      expect(await page.getByText('best', { exact: true }).count()).toBe(1);
    });

    it('leads to the trial with its curves, results, hashes and attempt', async () => {
      await page.getByText('Each trial').click();
      await page.getByRole('region', { name: 'Ranking' }).getByRole('link').first().click();
      await page.waitForURL(/\/trials\/\d+$/);
      await page.getByRole('heading', { name: 'Results at the chosen checkpoint' }).waitFor();
      for (const title of ['Recall', 'NDCG', 'Loss (training)', 'Attempts', 'Parameters']) {
        expect(await page.getByRole('heading', { name: title }).count(), title).toBeGreaterThan(0);
      }
      const attempts = page.locator('section', { hasText: 'Attempts' }).last().locator('tbody tr');
      expect(await attempts.count()).toBe(1);
      expect(await attempts.textContent()).toContain('done');
    });

    it('made no page complain', () => {
      expect(scene.complaints).toEqual([]);
    });
  },
);
