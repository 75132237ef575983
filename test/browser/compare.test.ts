/** Chosen trials side by side, on a real sweep: what differs, curves by loss, bands over seeds, other axes and metrics. */
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { browserSkipNote, chromiumPath } from '../harness/browser.js';
import { type DashboardScene, openDashboardScene } from './dashboardScene.js';
import { specOf, submit } from './verdictSweeps.js';

const WITHIN = { timeout: 120_000 };
const CONFIRM = 3;

let scene: DashboardScene;
let page: Page;
let sweepId: number;
let trials: TrialSummary[];

const table = () => page.getByRole('table').first();
const chart = () => page.getByRole('application').first();
const drawnPoints = async () => Number(await chart().getAttribute('data-points'));
const confirming = () => trials.filter(({ phase }) => String(phase) === 'TRIAL_PHASE_CONFIRM');

async function open(ids: readonly number[], more = ''): Promise<void> {
  await page.goto(`${scene.url}/sweeps/${sweepId}/compare?trials=${ids.join(',')}${more}`);
  await page.getByRole('heading', { name: 'Compare', level: 1 }).waitFor();
  await chart().waitFor();
}

async function pointsOf(trialIds: number[], metric: string): Promise<number> {
  const { curves } = await scene.connection.call('getCurves', { trialIds, metrics: [metric], maxPoints: 0 });
  return curves.reduce((sum, { steps }) => sum + steps.length, 0);
}

describe.skipIf(chromiumPath() === null)(
  `comparing trials in the browser${browserSkipNote()}`,
  WITHIN,
  () => {
    beforeAll(async () => {
      scene = await openDashboardScene({ workers: 1, slots: 2 });
      page = await scene.signedIn();
      sweepId = await submit(scene, specOf({ name: 'compared', confirm: CONFIRM }));
      await page.goto(`${scene.url}/sweeps/${sweepId}`);
      await page
        .getByText('finished', { exact: true })
        .filter({ visible: true })
        .waitFor({ timeout: 150_000 });
      const request = { sweepId, limit: 0, cursor: '', order: 'number' };
      trials = (await scene.connection.call('listTrials', request)).trials;
    }, 300_000);

    it('proposes the best of each loss where nothing was chosen', async () => {
      await page.getByRole('link', { name: 'Compare' }).click();
      await page.getByText('these are the best of each loss').filter({ visible: true }).waitFor();
      const losses = await table().locator('tbody tr').count();
      expect(losses).toBe(3);
    });

    it('shows a curve a trial with all its points, and only what differs', async () => {
      const chosen = trials.slice(0, 3);
      await open(chosen.map(({ trialId }) => trialId));
      const metric = chosen[0]?.config?.select ?? '';
      expect(await drawnPoints()).toBe(
        await pointsOf(
          chosen.map(({ trialId }) => trialId),
          metric,
        ),
      );
      const heads = () => table().locator('thead').textContent();
      expect(await heads()).toContain('β');
      expect(await heads()).not.toContain('epochs');
      await page.getByLabel('Only differences').uncheck();
      expect(await heads()).toContain('epochs');
    });

    it('pools seeds into a mean with a band, or shows each of them', async () => {
      await open(confirming().map(({ trialId }) => trialId));
      const single = await pointsOf(
        confirming().map(({ trialId }) => trialId),
        confirming()[0]?.config?.select ?? '',
      );
      // A mean and two edges of its band for three seeds each: as many points.
      expect(await drawnPoints()).toBe(single);
      await chart().focus();
      await page.keyboard.press('ArrowRight');
      const tooltip = page.getByRole('status').filter({ hasText: 'at iteration' });
      expect(await tooltip.textContent()).toContain(`mean of ${CONFIRM} seeds`);
      expect(await tooltip.textContent()).not.toContain('end of 95 %');
      await page.getByText('Each seed', { exact: true }).click();
      await chart().focus();
      await page.keyboard.press('ArrowRight');
      await expect.poll(() => tooltip.textContent()).toMatch(/#\d+ .*seed 20\d\d/);
    });

    it('aligns by epoch and time, smooths, and follows the metric that is chosen', async () => {
      await page.getByText('Epoch', { exact: true }).click();
      await page.getByText(/^epochs · /).waitFor();
      await page.getByText('Time', { exact: true }).click();
      await page.getByText('spread evenly over its iterations', { exact: false }).waitFor();
      await page.getByLabel('Smoothing').fill('0.6');
      await page.getByText('smoothed, weight 0.60', { exact: false }).waitFor();
      await page.getByLabel('Metric').selectOption('train/loss');
      await page.getByRole('figure', { name: 'Loss (training)' }).waitFor();
      expect(page.url()).toContain('metric=train%2Floss');
    });

    it('leaves a trial out of table, chart and address', async () => {
      const [first, ...rest] = trials.slice(0, 3);
      await open([first, ...rest].map((trial) => trial?.trialId ?? 0));
      await page.getByRole('button', { name: `Leave trial #${first?.number} out` }).click();
      await expect.poll(() => table().locator('tbody tr').count()).toBe(2);
      await expect.poll(() => page.url()).toContain(`trials=${rest.map(({ trialId }) => trialId).join(',')}`);
    });

    it('refuses trials of another sweep', async () => {
      const other = await submit(scene, specOf({ name: 'other', losses: ['CE'] }));
      await page.goto(`${scene.url}/sweeps/${other}/compare?trials=${trials[0]?.trialId}`);
      await page.getByText(`Trial ${trials[0]?.trialId} is not of sweep ${other}.`).waitFor();
    });

    it('made no page complain', () => {
      expect(scene.complaints).toEqual([]);
    });
  },
);
