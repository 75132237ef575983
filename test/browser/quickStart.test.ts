/** As a new user would: from the empty page to a submitted "Quick T-CE vs R-CE" in three clicks, and to its end. */
import { TrialState } from '@adt/proto/gen/adt/v1/common';
import { TrialPhase } from '@adt/proto/gen/adt/v1/search';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { browserSkipNote, chromiumPath } from '../harness/browser.js';
import { type DashboardScene, openDashboardScene } from './dashboardScene.js';

let scene: DashboardScene;
let page: Page;
let clicks = 0;

async function click(name: string, role: 'link' | 'button'): Promise<void> {
  clicks++;
  await page.getByRole(role, { name }).click();
}

/** 36 trainings of a few seconds each, on a machine that does other things too. */
const A_SWEEP = { timeout: 900_000, interval: 1_000 };

describe.skipIf(chromiumPath() === null)(`the first sweep of a new user${browserSkipNote()}`, () => {
  beforeAll(async () => {
    scene = await openDashboardScene({ workers: 1, slots: 2 });
    page = await scene.signedIn();
  }, 120_000);

  it('offers three ways to begin, each of which opens a file that can be submitted or says what it needs', async () => {
    for (const [title, count] of [
      ['Quick T-CE vs R-CE', '36 runs of 9 configurations'],
      ['Reproduce the paper', /runs of 69 configurations/],
      ['Blank YAML', /to mend/],
    ] as const) {
      await page.goto(`${scene.url}/sweeps`);
      await page.getByRole('link', { name: title }).click();
      await page.getByText(count).waitFor();
    }
  }, 60_000);

  it('is submitted in at most three clicks, and says what it would take before that', async () => {
    await page.goto(`${scene.url}/sweeps`);
    await click('Quick T-CE vs R-CE', 'link');
    await page.getByText('18 of them confirm on fresh seeds').waitFor();
    const submit = page.getByRole('button', { name: 'Submit sweep' });
    await expect.poll(() => submit.isEnabled(), { timeout: 30_000 }).toBe(true);
    await click('Submit sweep', 'button');
    await page.waitForURL(/\/sweeps\/\d+$/);
    await page.getByRole('heading', { name: 'quick' }).waitFor();
    expect(clicks).toBeLessThanOrEqual(3);
  }, 60_000);

  it('runs to its end, each loss confirmed on the same six seeds', async () => {
    const sweepId = Number(page.url().split('/').at(-1));
    const state = async () => (await scene.connection.call('getSweep', { sweepId })).summary?.state;
    await expect.poll(state, A_SWEEP).toBe('SWEEP_STATE_FINISHED');
    await page.locator('header').getByText('finished', { exact: true }).waitFor();
    const request = { sweepId, limit: 100, cursor: '', order: 'number' };
    const { trials } = await scene.connection.call('listTrials', request);
    const confirming = trials.filter(({ phase }) => phase === TrialPhase.CONFIRM);
    const seeds = (loss: string) =>
      confirming
        .filter(({ state: ended, config }) => ended === TrialState.SUCCEEDED && config?.loss === loss)
        .map(({ config }) => config?.seed)
        .sort();
    for (const loss of ['CE', 'T-CE', 'R-CE'])
      expect(seeds(loss)).toEqual([2019, 2020, 2021, 2022, 2023, 2024]);
  }, 960_000);

  it('is listed with what it has used', async () => {
    await page.goto(`${scene.url}/sweeps`);
    const row = page.getByRole('row', { name: /quick/ });
    await row.getByText('36 / 36').waitFor();
    await row
      .getByText(/\d+(\.\d)? (s|min \d+ s)$/)
      .first()
      .waitFor();
  }, 60_000);

  it('made no page complain', () => {
    expect(scene.complaints).toEqual([]);
  });
});
