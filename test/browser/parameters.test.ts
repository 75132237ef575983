/** Parallel coordinates: what has an axis, brushing by hand and by keyboard, order, scale, the way to a trial. */
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
  untilFinished,
} from './analysedSweep.js';

let scene: AnalysedScene;
let page: Page;

const TITLE = 'Parallel coordinates';

function brushed(): Promise<number> {
  return page
    .getByRole('heading', { name: /^Brushed/ })
    .textContent()
    .then((text) => Number(/(\d+) of \d+ trials/.exec(text ?? '')?.[1]));
}

/** Looks for a line as a hand does: down the middle between the last two axes, until the pointer says so. */
async function clickLine(): Promise<void> {
  const canvas = page.locator('[data-drawn] canvas').first();
  const box = await canvas.boundingBox();
  if (box === null) throw new Error('the chart has no box');
  const between = (box.width - 56 - 72) / 5;
  const x = box.x + box.width - 72 - between / 2;
  for (let y = box.y + 50; y < box.y + box.height; y += 3) {
    await page.mouse.move(x, y);
    const cursor = await canvas.evaluate((element) => getComputedStyle(element).cursor);
    if (cursor !== 'pointer') continue;
    await page.mouse.click(x, y);
    return;
  }
  throw new Error('no line under the pointer');
}

async function columns(): Promise<string> {
  return (await exported(page, TITLE, 'CSV')).split('\r\n')[0] ?? '';
}

describe.skipIf(chromiumPath() === null)(
  `parallel coordinates${browserSkipNote()}`,
  { timeout: 240_000 },
  () => {
    beforeAll(async () => {
      scene = await openAnalysedScene();
      page = await scene.signedIn();
      await untilFinished(page, scene);
      await page.getByRole('link', { name: 'Parameters' }).click();
      await page.locator('[data-drawn="true"]').waitFor();
    }, 300_000);

    it('load ECharts only here, and give an axis to what varies alone', async () => {
      expect(await columns()).toBe('trial,loss,ε_max,ε_N,β,lr,Recall@50 (validation)');
    });

    it('have a band for what a loss does not read', async () => {
      const svg = await exported(page, TITLE, 'SVG');
      expect(svg).toContain('>n/a</text>');
      expect(svg).toContain('lr (log)');
      expect((await exportedPng(page, TITLE)).byteLength).toBeGreaterThan(20_000);
      await page.getByLabel('Range of β').selectOption('only n/a');
      const rows = (await exported(page, TITLE, 'CSV')).split('\r\n').slice(1, -1);
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(row).toMatch(/,(CE|T-CE),/);
      await page.getByRole('button', { name: 'Lift all brushes' }).click();
    });

    it('are brushed by hand, and the list below follows', async () => {
      const all = await brushed();
      const canvas = page.locator('[data-drawn] canvas').first();
      const box = await canvas.boundingBox();
      if (box === null) throw new Error('the chart has no box');
      // The last axis, its upper half.
      const x = box.x + box.width - 72;
      await page.mouse.move(x, box.y + 60);
      await page.mouse.down();
      await page.mouse.move(x, box.y + 200, { steps: 8 });
      await page.mouse.up();
      await expect.poll(brushed).toBeLessThan(all);
      expect(await page.getByLabel('Range of Recall@50 (validation)').inputValue()).toBe('brushed');
      await page.getByRole('button', { name: 'Lift all brushes' }).click();
      await expect.poll(brushed).toBe(all);
    });

    it('change order and scale', async () => {
      await page.getByRole('button', { name: 'Move lr to the left' }).click();
      expect(await columns()).toBe('trial,loss,ε_max,ε_N,lr,β,Recall@50 (validation)');
      const log = page
        .getByRole('listitem')
        .filter({ has: page.getByLabel('Range of lr') })
        .getByLabel('log');
      expect(await log.isChecked()).toBe(true);
      await log.uncheck();
      expect(await exported(page, TITLE, 'SVG')).not.toContain('lr (log)');
    });

    it('hide a loss, and draw the best alone', async () => {
      const all = await brushed();
      const toggle = chart(page, TITLE).getByRole('button', { name: 'R-CE', exact: true });
      await toggle.click();
      await expect.poll(brushed).toBeLessThan(all);
      await toggle.click();
      await page.getByLabel('Trials drawn').selectOption('25');
      await expect.poll(brushed).toBe(25);
    });

    it('lead to a trial by a click on its line, and by keyboard', async () => {
      const address = page.url();
      await page.getByLabel('Trials drawn').selectOption('100');
      await clickLine();
      await page.waitForURL(/\/trials\/\d+$/);
      await page.goto(address);
      const first = page.getByRole('table', { name: 'Brushed trials' }).getByRole('link').first();
      await first.focus();
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/trials\/\d+$/);
      await page.goto(address);
    });

    it('fit a phone, the chart scrolling by itself', async () => {
      const phone = await scene.signedIn({ viewport: { width: 390, height: 844 }, hasTouch: true });
      await phone.goto(`${scene.url}/sweeps/${scene.sweepId}/parameters`);
      await phone.locator('[data-drawn="true"]').waitFor();
      expect(await fits(phone)).toBe(true);
    });

    it('made no page complain', () => {
      expect(scene.complaints).toEqual([]);
    });
  },
);
