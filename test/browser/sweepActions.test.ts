/** What can be done to a sweep and a trial from their pages: pause, resume, cancel, retry, add seeds, delete. */
import { SpecFormat, type SweepSummary } from '@adt/proto/gen/adt/v1/search';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { browserSkipNote, chromiumPath } from '../harness/browser.js';
import { cookieOf, ownPage, webRequest } from '../harness/dashboardRequest.js';
import { type DashboardScene, openDashboardScene } from './dashboardScene.js';

let scene: DashboardScene;
let page: Page;

const WITHIN = { timeout: 60_000 };

function spec(name: string): string {
  return `name: ${name}
method: grid
parameters:
  dataset: {value: synthetic}
  loss: {values: [CE, T-CE]}
  eps_max: {value: 0.1}
  eps_n: {value: 50}
training: {epochs: 1, eval_every: 50}
`;
}

async function submitted(name: string): Promise<SweepSummary> {
  const request = { spec: spec(name), format: SpecFormat.YAML, idempotencyKey: '', owner: '' };
  const sweep = await scene.connection.call('submitSweep', request);
  await page.goto(`${scene.url}/sweeps/${sweep.sweepId}`);
  await page.getByRole('heading', { name }).waitFor();
  return sweep;
}

/** Ends the sweep's first trial as failed, without a worker: what a broken configuration leaves. */
async function failedTrial(sweepId: number): Promise<number> {
  const { trials } = await scene.connection.call('listTrials', {
    sweepId,
    limit: 1,
    cursor: '',
    order: 'number',
  });
  const trialId = trials[0]?.trialId ?? 0;
  const database = scene.database();
  await database.query(
    `UPDATE trial SET state = 'FAILED', failure_reason = 'out of luck', ended_at = now() WHERE id = $1`,
    [trialId],
  );
  return trialId;
}

const button = (name: string) => page.getByRole('button', { name, exact: true });
const pill = (word: string) => page.locator('header').getByText(word, { exact: true });

describe.skipIf(chromiumPath() === null)(`actions on sweeps and trials${browserSkipNote()}`, WITHIN, () => {
  beforeAll(async () => {
    scene = await openDashboardScene({ workers: 0 });
    page = await scene.signedIn();
  }, 120_000);

  it('pauses a sweep and lets it go on, shown on its page and in the list', async () => {
    const { sweepId } = await submitted('to-pause');
    await button('Pause').click();
    await pill('paused').waitFor();
    expect((await scene.connection.call('getSweep', { sweepId })).summary?.paused).toBe(true);
    await page.goto(`${scene.url}/sweeps`);
    await page
      .getByRole('row', { name: /to-pause/ })
      .getByText('paused', { exact: true })
      .first()
      .waitFor();
    await page.goto(`${scene.url}/sweeps/${sweepId}`);
    await button('Resume').click();
    await pill('running').waitFor();
    expect((await scene.connection.call('getSweep', { sweepId })).summary?.paused).toBe(false);
  });

  it('says why a sweep can’t be deleted yet, cancels it after asking, and then deletes it after asking', async () => {
    const { sweepId } = await submitted('to-delete');
    expect(await button('Delete').getAttribute('aria-disabled')).toBe('true');
    await page.getByText('It has not ended: cancel it first.').first().waitFor({ state: 'attached' });

    await button('Cancel sweep').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Keep it running' }).click();
    await dialog.waitFor({ state: 'detached' });
    await button('Cancel sweep').click();
    await dialog.getByRole('button', { name: 'Cancel sweep' }).click();
    await pill('cancelled').waitFor();
    expect(await button('Cancel sweep').count()).toBe(0);

    await expect.poll(() => button('Delete').getAttribute('aria-disabled')).toBeNull();
    await button('Delete').click();
    await dialog.getByText(/2 trials, 0 points of their curves/).waitFor();
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await dialog.waitFor({ state: 'detached' });
    await button('Delete').click();
    await dialog.getByRole('button', { name: 'Delete for good' }).click();
    await page.waitForURL(`${scene.url}/sweeps`);
    const gone = await page.request.get(`${scene.url}/api/sweeps/${sweepId}`);
    expect(gone.status()).toBe(404);
  });

  it('runs a failed trial again, and says why another can’t be', async () => {
    const { sweepId } = await submitted('to-retry');
    const trialId = await failedTrial(sweepId);
    await page.goto(`${scene.url}/trials/${trialId}`);
    await page.getByText('out of luck').first().waitFor();
    await button('Retry').click();
    await pill('queued').waitFor();
    const { summary } = await scene.connection.call('getTrial', { trialId });
    expect(summary).toMatchObject({ state: 'TRIAL_STATE_QUEUED', retries: 1 });
    await expect.poll(() => button('Retry').getAttribute('aria-disabled')).toBe('true');
    const description = page.getByText('Only a trial that has failed or was cancelled is run again.');
    await description.first().waitFor({ state: 'attached' });
  });

  it('adds seeds to an ended sweep by one that extends it', async () => {
    const { sweepId } = await submitted('to-extend');
    await scene.connection.call('cancelSweep', { sweepId });
    await page.goto(`${scene.url}/sweeps/${sweepId}`);
    await page.getByRole('link', { name: 'Add seeds' }).click();
    await page.getByText(`Extends sweep #${sweepId}`).waitFor();
    expect(await page.getByLabel('Fresh seeds', { exact: true }).inputValue()).toBe('10');
    await page.getByText('22 runs of 2 configurations').waitFor();
    const submit = page.getByRole('button', { name: 'Submit sweep' });
    await expect.poll(() => submit.isEnabled()).toBe(true);
    await submit.click();
    await page.waitForURL(
      (url) => /\/sweeps\/\d+$/.test(url.pathname) && !url.pathname.endsWith(`/${sweepId}`),
    );
    const extending = Number(page.url().split('/').at(-1));
    const { rows } = await scene.database().query('SELECT ancestors FROM sweep WHERE id = $1', [extending]);
    expect(rows).toEqual([{ ancestors: [sweepId] }]);
  });

  it('finds a sweep in the list by words and state, and the address keeps the filter', async () => {
    await page.goto(`${scene.url}/sweeps`);
    await page.getByLabel('Filter sweeps').fill('to-ret');
    await page.getByText(/^1 of \d+$/).waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    await page.reload();
    expect(await page.getByLabel('Filter sweeps').inputValue()).toBe('to-ret');
    await page.getByText('Cancelled', { exact: true }).click();
    await page.getByText('No sweep is like that').waitFor();
    await button('Show all').click();
    expect(new URL(page.url()).search).toBe('');
  });

  it('refuses every change from elsewhere, and what is not legal, as problem+json', async () => {
    const { sweepId } = await submitted('to-guard');
    const { url } = scene;
    const code = scene.loginUrl().split('#')[1] ?? '';
    const login = await webRequest(`${url}/api/login`, {
      method: 'POST',
      headers: ownPage(url),
      body: JSON.stringify({ code }),
    });
    const cookie = cookieOf(login);
    const post = (path: string, headers: Record<string, string>) =>
      webRequest(`${url}${path}`, { method: 'POST', headers, body: '{}' });
    const changes = [
      `/api/sweeps/${sweepId}/pause`,
      `/api/sweeps/${sweepId}/resume`,
      `/api/sweeps/${sweepId}/delete`,
      '/api/trials/1/retry',
      '/api/workers/worker-0001/drain',
      '/api/workers/worker-0001/resume',
      '/api/workers/tokens',
    ];
    for (const path of changes) {
      const foreign = {
        ...ownPage(url, cookie),
        origin: 'http://evil.example',
        'sec-fetch-site': 'cross-site',
      };
      const refused = await post(path, foreign);
      expect([path, refused.status, JSON.parse(refused.body).code]).toEqual([path, 403, 'CSRF']);
      const stranger = await post(path, ownPage(url));
      expect([path, [401, 422].includes(stranger.status)]).toEqual([path, true]);
    }
    const early = await post(`/api/sweeps/${sweepId}/delete`, ownPage(url, cookie));
    expect(early.headers['content-type']).toContain('application/problem+json');
    expect([early.status, JSON.parse(early.body).code]).toEqual([409, 'ILLEGAL_STATE']);
    const unknown = await post('/api/sweeps/999999/pause', ownPage(url, cookie));
    expect(unknown.status).toBe(404);
  });

  it('answers 404 for a sweep or trial that is not there', async () => {
    for (const path of ['/sweeps/999999', '/trials/999999', '/sweeps/nonsense'])
      expect([path, (await page.request.get(scene.url + path)).status()]).toEqual([path, 404]);
  });

  it('made no page complain', () => {
    expect(scene.complaints).toEqual([]);
  });
});
