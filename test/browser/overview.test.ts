/** The overview of a sweep: history, importance, rungs and timeline, against what the coordinator holds. */
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { browserSkipNote, chromiumPath } from '../harness/browser.js';
import {
  type AnalysedScene,
  chart,
  exported,
  exportedPng,
  fits,
  openAnalysedScene,
  pointsOf,
  untilFinished,
} from './analysedSweep.js';

let scene: AnalysedScene;
let page: Page;
let summary: SweepSummary;

describe.skipIf(chromiumPath() === null)(
  `the overview of a sweep${browserSkipNote()}`,
  { timeout: 240_000 },
  () => {
    beforeAll(async () => {
      scene = await openAnalysedScene();
      page = await scene.signedIn();
    }, 180_000);

    it('tells the time left while the sweep runs, and fills by itself', async () => {
      await page.goto(`${scene.url}/sweeps/${scene.sweepId}`);
      await page.getByText(/ left/).first().waitFor();
      await page.evaluate(() => Object.assign(window, { sameDocument: true }));
      await page.getByText('finished', { exact: true }).waitFor({ timeout: 180_000 });
      expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
      expect(await page.getByText(/ left/).count()).toBe(0);
      summary = await untilFinished(page, scene);
    });

    it('ends its history at the best value of each loss', async () => {
      const { trials } = await scene.connection.call('listTrials', {
        sweepId: scene.sweepId,
        limit: 0,
        cursor: '',
        order: 'best',
      });
      const rows = (await exported(page, 'History', 'CSV')).split('\r\n').map((line) => line.split(','));
      for (const loss of summary.losses) {
        const whole = trials.filter(
          ({ config, state }) => config?.loss === loss && `${state}`.endsWith('SUCCEEDED'),
        );
        const last = rows.filter(([name]) => name === loss).at(-1);
        expect(Number(last?.[2]), loss).toBe(whole[0]?.bestValue);
      }
    });

    it('hides a state of the history and runs along time instead of trials', async () => {
      const all = await pointsOf(page, 'History');
      const done = chart(page, 'History').getByRole('button', { name: 'done', exact: true });
      await done.click();
      await expect.poll(() => pointsOf(page, 'History')).toBeLessThan(all);
      await done.click();
      await expect.poll(() => pointsOf(page, 'History')).toBe(all);
      await page.getByText('By time').click();
      await chart(page, 'History')
        .getByText(/^minutes since the sweep began/)
        .waitFor();
    });

    it('says which parameters matter, for the metric and for the duration', async () => {
      const card = chart(page, 'Importance');
      await card.getByRole('listitem').first().waitFor();
      expect(await card.getByRole('listitem').allTextContents()).toContainEqual(
        expect.stringMatching(/^lr\d/),
      );
      expect(await exported(page, 'Importance', 'CSV')).toMatch(/^parameter,share,/);
      // Of the durations there may be too few by now, which the card then says.
      await card.getByText('Duration').click();
      await card.getByText('share of what the parameters explain of the duration').waitFor();
    });

    it('shows a dot for each judgement of early stopping', async () => {
      const { entries } = await scene.connection.call('getSearchLog', {
        sweepId: scene.sweepId,
        after: 0,
        limit: 1_000,
      });
      const judged = entries.filter(({ kind }) => kind === 'judged');
      const dots = chart(page, 'Rung ladder').getByRole('link');
      await expect.poll(() => dots.count()).toBe(judged.length);
      const stopped = await chart(page, 'Rung ladder')
        .getByRole('link', { name: /stopped:/ })
        .count();
      expect(stopped).toBe(judged.filter(({ entry }) => JSON.parse(entry).prune === true).length);
      expect(stopped).toBeGreaterThan(0);
    });

    it('has a bar for each attempt, and leads to its trial by keyboard', async () => {
      const { attempts } = await scene.connection.call('listAttempts', { sweepId: scene.sweepId, limit: 0 });
      const timeline = chart(page, 'Timeline').getByRole('application');
      expect(await timeline.getAttribute('data-attempts')).toBe(String(attempts.length));
      await timeline.focus();
      await page.keyboard.press('ArrowRight');
      await timeline
        .getByRole('status')
        .getByText(/^#\d+ (CE|T-CE|R-CE): /)
        .waitFor();
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/trials\/\d+$/);
      await page.goBack();
      await timeline.waitFor();
    });

    it('saves its charts as SVG and PNG, with title and legend', async () => {
      const svg = await exported(page, 'Timeline', 'SVG');
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg".*<title>Timeline<\/title>/s);
      expect(svg.match(/<rect /g)?.length).toBeGreaterThan(30);
      const history = await exported(page, 'History', 'SVG');
      for (const loss of summary.losses) expect(history).toContain(`>${loss}</text>`);
      const png = await exportedPng(page, 'History');
      expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
      expect(png.byteLength).toBeGreaterThan(5_000);
    });

    it('fits a phone', async () => {
      const phone = await scene.signedIn({ viewport: { width: 390, height: 844 }, hasTouch: true });
      await phone.goto(`${scene.url}/sweeps/${scene.sweepId}`);
      await chart(phone, 'Timeline').getByRole('application').waitFor();
      expect(await fits(phone)).toBe(true);
    });

    it('made no page complain', () => {
      expect(scene.complaints).toEqual([]);
    });
  },
);
