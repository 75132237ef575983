/** A trial whose worker was killed: what counts is coloured, what was lost is grey, and each attempt has its log. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { timings } from '../faults/profile.js';
import { browserSkipNote, chromiumPath } from '../harness/browser.js';
import { type DashboardScene, openDashboardScene } from './dashboardScene.js';
import { submit } from './verdictSweeps.js';

const WITHIN = { timeout: 180_000 };

/** Long enough for a worker to be killed in it. */
const SPEC = `name: killed
method: grid
parameters:
  dataset: {value: synthetic}
  loss: {value: T-CE}
  eps_max: {value: 0.2}
  eps_n: {value: 500}
training: {epochs: 10, eval_every: 20}
`;

let scene: DashboardScene;
let page: Page;
let trialId: number;

async function attempts() {
  return (await scene.connection.call('getTrial', { trialId })).attempts;
}

describe.skipIf(chromiumPath() === null)(`a trial in the browser${browserSkipNote()}`, WITHIN, () => {
  beforeAll(async () => {
    scene = await openDashboardScene({
      workers: 1,
      coordinatorEnv: timings('test'),
    });
    page = await scene.signedIn();
    const sweepId = await submit(scene, SPEC);
    const request = { sweepId, limit: 0, cursor: '', order: 'number' };
    const [trial] = (await scene.connection.call('listTrials', request)).trials;
    trialId = trial?.trialId ?? 0;
    await page.goto(`${scene.url}/trials/${trialId}`);
    await page.waitForFunction(
      () => Number(document.querySelector('[data-points]')?.getAttribute('data-points')) > 3,
    );
    scene.platform.workers[0]?.kill();
    await scene.platform.startWorker();
    await page
      .getByText('done', { exact: true })
      .filter({ visible: true })
      .first()
      .waitFor({ timeout: 100_000 });
  }, 300_000);

  it('draws what a newer attempt has superseded in grey, and lets it be hidden', async () => {
    const { curves, superseded } = await scene.connection.call('getCurves', {
      trialIds: [trialId],
      metrics: [],
      maxPoints: 0,
      superseded: true,
    });
    const recall = (one: { metric: string } | undefined) => /^valid\/recall/.test(one?.metric ?? '');
    const count = (all: readonly { steps: number[] }[]) =>
      all.reduce((sum, { steps }) => sum + steps.length, 0);
    const current = count(curves.filter(recall));
    const old = count(superseded.flatMap(({ curve }) => (curve && recall(curve) ? [curve] : [])));
    expect(old).toBeGreaterThan(0);
    const plot = page.getByRole('figure', { name: 'Recall' }).getByRole('application');
    await expect.poll(async () => Number(await plot.getAttribute('data-points'))).toBe(current + old);
    await page.getByRole('button', { name: 'superseded attempts' }).first().click();
    await expect.poll(async () => Number(await plot.getAttribute('data-points'))).toBe(current);
  });

  it('has a row an attempt, with its reason, and what became of its points', async () => {
    const [first, second] = await attempts();
    expect([first?.outcome, second?.outcome]).toEqual(['LOST', 'SUCCEEDED']);
    await page
      .getByText(first?.reason ?? 'no reason')
      .first()
      .waitFor();
    await page.getByText(/Superseded by attempt 2|Attempt 2 went on from iteration/).waitFor();
  });

  it('shows the log of each attempt, and says why there is none', async () => {
    const log = page.getByRole('region', { name: 'Log of attempt 2' });
    await log.waitFor();
    expect(await log.textContent()).toMatch(/iteration \d+ of \d+: valid\/recall@50 0\.\d+/);
    await page.getByLabel('Attempt whose log is shown').selectOption('1');
    await page.getByText('The worker went away before it could send the log.').waitFor();
  });

  it('leads to a clone of itself', async () => {
    const clone = page.getByRole('link', { name: 'Clone and edit' });
    expect(await clone.getAttribute('href')).toBe(`/sweeps/new?trial=${trialId}`);
    // It succeeded, so there is nothing to retry; why is said to whoever asks.
    expect(await page.getByRole('button', { name: 'Retry' }).getAttribute('aria-disabled')).toBe('true');
  });

  it('made no page complain', () => {
    expect(scene.complaints).toEqual([]);
  });
});
