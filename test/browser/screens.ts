/** Every screen of the dashboard, with what must be there before it is looked at. */
import type { Page } from 'playwright-core';
import type { DashboardScene } from './dashboardScene.js';

export type Screen = { name: string; path: string };

/** @param ids a sweep that has ended with verdicts, and a trial of it */
export function screensOf(ids: { sweepId: number; trialId: number }): Screen[] {
  const { sweepId, trialId } = ids;
  return [
    { name: 'sweeps', path: '/sweeps' },
    { name: 'new-sweep', path: '/sweeps/new' },
    { name: 'overview', path: `/sweeps/${sweepId}` },
    { name: 'trials', path: `/sweeps/${sweepId}/trials` },
    { name: 'denoising', path: `/sweeps/${sweepId}/denoising` },
    { name: 'parameters', path: `/sweeps/${sweepId}/parameters` },
    { name: 'compare', path: `/sweeps/${sweepId}/compare` },
    { name: 'verdict', path: `/sweeps/${sweepId}/verdict` },
    { name: 'verdict-details', path: `/sweeps/${sweepId}/verdict?cell=synthetic~GMF` },
    { name: 'workers', path: '/workers' },
    { name: 'trial', path: `/trials/${trialId}` },
    { name: 'datasets', path: '/datasets' },
  ];
}

/** Opens a screen and waits until it is there, live where it is live, and still. */
export async function openScreen(scene: DashboardScene, page: Page, { path }: Screen): Promise<void> {
  await page.goto(scene.url + path);
  await page.getByRole('heading', { level: 1 }).filter({ visible: true }).waitFor();
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}
