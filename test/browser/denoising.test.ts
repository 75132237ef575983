/** The denoising screen: what the losses do to false positives, chosen trials, one crosshair, sensitivity. */
import { SensitivityOthers } from '@adt/proto/gen/adt/v1/results';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { browserSkipNote, chromiumPath } from '../harness/browser.js';
import {
  type AnalysedScene,
  chart,
  exported,
  fits,
  openAnalysedScene,
  pointsOf,
  untilFinished,
} from './analysedSweep.js';

let scene: AnalysedScene;
let page: Page;

const LOSS = 'Loss of false and true positives';

describe.skipIf(chromiumPath() === null)(
  `the denoising screen${browserSkipNote()}`,
  { timeout: 240_000 },
  () => {
    beforeAll(async () => {
      scene = await openAnalysedScene();
      page = await scene.signedIn();
      await untilFinished(page, scene);
      await page.getByRole('link', { name: 'Denoising' }).click();
      await chart(page, LOSS).locator('[data-points]').waitFor();
    }, 300_000);

    it('compares the best of each loss, with the series as the worker reported them', async () => {
      const { trials } = await scene.connection.call('listTrials', {
        sweepId: scene.sweepId,
        limit: 0,
        cursor: '',
        order: 'best',
      });
      const best = trials.find(
        ({ config, state }) => config?.loss === 'T-CE' && `${state}`.endsWith('SUCCEEDED'),
      );
      if (best === undefined) throw new Error('no T-CE trial has ended');
      const { curves } = await scene.connection.call('getCurves', {
        trialIds: [best.trialId],
        metrics: ['diag/ce_fp'],
        maxPoints: 0,
      });
      const rows = (await exported(page, LOSS, 'CSV')).split('\r\n').map((line) => line.split(','));
      const drawn = rows.filter(([name]) => name === `T-CE #${best.number} false positives`);
      expect(drawn.map(([, step, value]) => [Number(step), Number(value)])).toEqual(
        curves[0]?.steps.map((step, at) => [step, curves[0]?.values[at]]),
      );
      expect(drawn.length).toBeGreaterThan(3);
    });

    it('draws CE dashed, and dropping at random beside drop precision', async () => {
      const svg = await exported(page, LOSS, 'SVG');
      expect(svg.match(/stroke-dasharray="6 4"/g)?.length).toBeGreaterThanOrEqual(2);
      await chart(page, 'Drop precision')
        .getByRole('button', { name: /at random$/ })
        .waitFor();
      for (const title of ['Drop recall', 'Drop rate ε(t)', 'Weights of R-CE'])
        expect(await pointsOf(page, title), title).toBeGreaterThan(3);
    });

    it('has one crosshair for all charts', async () => {
      await chart(page, LOSS).locator('.u-over').hover();
      await expect
        .poll(() => page.getByRole('status').filter({ hasText: 'at iteration' }).count())
        .toBeGreaterThanOrEqual(4);
      const said = await page.getByRole('status').filter({ hasText: 'at iteration' }).allTextContents();
      expect(said.join()).toMatch(/false positives/);
      await page.mouse.move(0, 0);
    });

    it('fetches the detail of what is zoomed in on', async () => {
      const detail = page.waitForResponse((response) => response.url().includes('/api/curves?'));
      const box = await chart(page, LOSS).locator('.u-over').boundingBox();
      if (box === null) throw new Error('the chart has no box');
      await page.mouse.move(box.x + box.width * 0.3, box.y + 40);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.7, box.y + 40, { steps: 5 });
      await page.mouse.up();
      const curves = (await (await detail).json()) as { metric: string; steps: number[] }[];
      expect(curves.map(({ metric }) => metric)).toContain('diag/ce_fp');
      await page.mouse.dblclick(box.x + 20, box.y + 40);
      await page.mouse.move(0, 0);
    });

    it('keeps the choice of trials in the address', async () => {
      await page.getByLabel('Add a trial of CE').selectOption({ index: 1 });
      await page.waitForURL(/trials=\d+%2C\d+%2C\d+%2C\d+/);
      const four = await chart(page, LOSS).getByRole('button', { name: /false positives$/ });
      await expect.poll(() => four.count()).toBe(4);
      await page.reload();
      await expect.poll(() => four.count()).toBe(4);
      await page.getByRole('button', { name: 'Best of each loss' }).click();
      await expect.poll(() => four.count()).toBe(3);
    });

    it('says of a panel that no chosen trial can fill why it is empty', async () => {
      for (const loss of ['T-CE', 'R-CE']) {
        const group = page.locator('div', {
          has: page.getByRole('heading', { level: 3, name: loss, exact: true }),
        });
        await group
          .last()
          .getByRole('button', { name: /^Take #/ })
          .click();
        await expect
          .poll(() =>
            group
              .last()
              .getByRole('button', { name: /^Take #/ })
              .count(),
          )
          .toBe(0);
      }
      await chart(page, 'Drop precision').getByText('Only T-CE has this').waitFor();
      await chart(page, 'Weights of R-CE').getByText('Only R-CE has this').waitFor();
      await page.getByRole('button', { name: 'Best of each loss' }).click();
    });

    it('shows recall by user group, and what T-CE and R-CE depend on', async () => {
      await expect.poll(() => pointsOf(page, 'Recall@50 by user group')).toBe(12);
      const { sensitivities } = await scene.connection.call('getSensitivity', {
        sweepId: scene.sweepId,
        metric: '',
        others: SensitivityOthers.BEST,
      });
      await page.getByText('Best of others').click();
      const cells = chart(page, 'Sensitivity of T-CE').locator('td:not([title="Nobody ran it"])');
      await expect.poll(() => cells.count()).toBe(sensitivities[0]?.tce.length);
      await expect.poll(() => pointsOf(page, 'Sensitivity of R-CE')).toBeGreaterThanOrEqual(3);
    });

    it('fits a phone', async () => {
      const phone = await scene.signedIn({ viewport: { width: 390, height: 844 }, hasTouch: true });
      await phone.goto(`${scene.url}/sweeps/${scene.sweepId}/denoising`);
      await chart(phone, LOSS).locator('[data-points]').waitFor();
      expect(await fits(phone)).toBe(true);
    });

    it('made no page complain', () => {
      expect(scene.complaints).toEqual([]);
    });
  },
);
