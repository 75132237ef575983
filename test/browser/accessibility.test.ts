/** WCAG 2.2 AA, as far as a program can tell, on every screen in light and dark; and what the keyboard reaches. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { browserSkipNote, chromiumPath } from '../harness/browser.js';
import { seriousViolations } from './axe.js';
import { type DashboardScene, openDashboardScene } from './dashboardScene.js';
import { openScreen, screensOf } from './screens.js';
import { specOf, submit } from './verdictSweeps.js';

const WITHIN = { timeout: 180_000 };

let scene: DashboardScene;
let sweepId: number;
let trialId: number;

describe.skipIf(chromiumPath() === null)(`accessibility of the dashboard${browserSkipNote()}`, WITHIN, () => {
  beforeAll(async () => {
    scene = await openDashboardScene({ workers: 1, slots: 2 });
    sweepId = await submit(scene, specOf({ name: 'accessible', confirm: 2 }));
    const page = await scene.signedIn();
    await page.goto(`${scene.url}/sweeps/${sweepId}`);
    await page.getByText('finished', { exact: true }).filter({ visible: true }).waitFor({ timeout: 150_000 });
    const request = { sweepId, limit: 0, cursor: '', order: 'number' };
    trialId = (await scene.connection.call('listTrials', request)).trials[0]?.trialId ?? 0;
  }, 300_000);

  it.each(['light', 'dark'] as const)('has no serious violation on any screen in %s', async (colorScheme) => {
    const page = await scene.signedIn({ colorScheme });
    const found: Record<string, string[]> = {};
    for (const screen of screensOf({ sweepId, trialId })) {
      await openScreen(scene, page, screen);
      const violations = await seriousViolations(page);
      if (violations.length > 0) found[screen.name] = violations;
    }
    expect(found).toEqual({});
  });

  it('finds a violation that is put there, so that silence means something', async () => {
    const page = await scene.signedIn();
    // Once the page is live React has taken it over: before, it would throw out what is not its own.
    await page.locator('[data-live=live]').waitFor();
    await page.evaluate(() => {
      const button = document.createElement('button');
      document.querySelector('main')?.append(button);
    });
    expect(await seriousViolations(page)).toEqual([expect.stringContaining('button-name')]);
  });

  it('lets the keyboard open a verdict, with a focus that can be seen', async () => {
    const page = await scene.signedIn();
    await page.goto(`${scene.url}/sweeps/${sweepId}/verdict`);
    const opener = page.getByRole('button', { name: 'Details of synthetic, GMF' });
    await opener.waitFor();
    await tabTo(page, 'Details of synthetic, GMF');
    const outline = await opener.evaluate((element) => {
      const cell = element.closest('td');
      return cell === null ? '' : getComputedStyle(cell).outlineStyle;
    });
    expect(outline).toBe('solid');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'synthetic, GMF' }).waitFor();
  });

  it('made no page complain', () => {
    expect(scene.complaints).toEqual([]);
  });
});

async function tabTo(page: Page, label: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => document.activeElement?.textContent ?? '');
    if (focused.startsWith(label)) return;
  }
  throw new Error(`the keyboard does not reach ${label}`);
}
