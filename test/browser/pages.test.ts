/** Every page at every size and in both themes; and what pages do while the coordinator is away. */

import { SpecFormat } from '@adt/proto/gen/adt/v1/search';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { browserSkipNote, chromiumPath } from '../harness/browser.js';
import { type DashboardScene, openDashboardScene } from './dashboardScene.js';

const SPEC = `
name: a-name-long-enough-to-be-wider-than-a-phone-and-without-a-single-space-in-it
method: grid
parameters:
  dataset: {value: synthetic}
  loss: {values: [CE, T-CE, R-CE]}
  eps_max: {value: 0.1}
  eps_n: {value: 50}
  beta: {value: 0.2}
training: {epochs: 1, eval_every: 50}
`;

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };

let scene: DashboardScene;
let sweepId: number;

const paths = () => [
  '/sweeps',
  '/sweeps/new',
  `/sweeps/${sweepId}`,
  `/sweeps/${sweepId}/denoising`,
  `/sweeps/${sweepId}/parameters`,
  `/sweeps/${sweepId}/compare`,
  `/sweeps/${sweepId}/verdict`,
  '/trials/1',
  '/datasets',
  '/workers',
  '/sweeps/999',
  '/nowhere',
];

async function settled(page: Page, path: string): Promise<void> {
  await page.goto(scene.url + path);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

function background(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
}

describe.skipIf(chromiumPath() === null)(
  `the dashboard’s pages${browserSkipNote()}`,
  { timeout: 120_000 },
  () => {
    beforeAll(async () => {
      scene = await openDashboardScene({ workers: 1, slots: 2 });
      const request = { spec: SPEC, format: SpecFormat.YAML, idempotencyKey: '', owner: '' };
      ({ sweepId } = await scene.connection.call('submitSweep', request));
    }, 120_000);

    it('never scroll sideways on a phone', async () => {
      const page = await scene.signedIn(PHONE);
      for (const path of paths()) {
        await settled(page, path);
        const [content, screen] = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          innerWidth,
        ]);
        expect(content, path).toBe(screen);
      }
    });

    it('follow the system’s theme, and the toggle over it, without a flash after a reload', async () => {
      const page = await scene.signedIn({ colorScheme: 'dark' });
      const dark = await background(page);
      await page.emulateMedia({ colorScheme: 'light' });
      const light = await background(page);
      expect(dark).not.toBe(light);

      await page.getByRole('button', { name: /^Theme: system/ }).click();
      await page.getByRole('button', { name: /^Theme: light/ }).click();
      expect(await background(page)).toBe(dark);
      const html = await (await page.request.get(`${scene.url}/sweeps`)).text();
      expect(html).toContain('data-theme="dark"');
    });

    it('can be walked by keyboard: skip link first, every control with a name', async () => {
      const page = await scene.signedIn();
      await settled(page, `/sweeps/${sweepId}`);
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
      for (const path of paths()) {
        await settled(page, path);
        const nameless = await page.locator('a, button, input, select, textarea').evaluateAll((controls) =>
          controls
            .filter((control) => {
              const { labels } = control as HTMLInputElement;
              const said = control.getAttribute('aria-label') ?? control.getAttribute('aria-labelledby');
              return !said && !control.textContent?.trim() && !labels?.length;
            })
            .map((control) => control.outerHTML.slice(0, 120)),
        );
        expect(nameless, path).toEqual([]);
      }
    });

    it('say that the coordinator is away, and come back by themselves', async () => {
      const open = await scene.signedIn();
      await settled(open, `/sweeps/${sweepId}`);
      await open.locator('[data-live=live]').waitFor();
      const other = await scene.signedIn();

      await scene.platform.coordinator.stop();
      await open.locator('[data-live=reconnecting]').waitFor();
      await other.goto(`${scene.url}/sweeps`);
      await other.getByRole('heading', { name: 'The coordinator cannot be reached' }).waitFor();

      await scene.platform.restartCoordinator();
      await other.getByRole('heading', { name: 'Sweeps' }).waitFor();
      await open.locator('[data-live=live]').waitFor();
    });

    it('made no page complain', () => {
      const known = /WebSocket connection to|ERR_CONNECTION_REFUSED/;
      expect(scene.complaints.filter((line) => !known.test(line))).toEqual([]);
    });
  },
);
