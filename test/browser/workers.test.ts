/** The workers’ page with a real worker: its load, draining it and letting it go on, and how to add one. */
import { SpecFormat } from '@adt/proto/gen/adt/v1/search';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { browserSkipNote, chromiumPath } from '../harness/browser.js';
import { type DashboardScene, openDashboardScene } from './dashboardScene.js';

let scene: DashboardScene;
let page: Page;

const WITHIN = { timeout: 120_000 };
const PATIENCE = { timeout: 60_000 };

const SPEC = `name: short
method: grid
parameters:
  dataset: {value: synthetic}
  loss: {value: CE}
training: {epochs: 1, eval_every: 50}
`;

async function submit(): Promise<number> {
  const request = { spec: SPEC, format: SpecFormat.YAML, idempotencyKey: '', owner: '' };
  return (await scene.connection.call('submitSweep', request)).sweepId;
}

async function stateOf(sweepId: number): Promise<string | undefined> {
  return (await scene.connection.call('getSweep', { sweepId })).summary?.state;
}

const card = () => page.getByRole('main').getByRole('listitem').filter({ hasText: 'heard from' });

describe.skipIf(chromiumPath() === null)(`the workers’ page${browserSkipNote()}`, WITHIN, () => {
  beforeAll(async () => {
    scene = await openDashboardScene({ workers: 1, slots: 2, coordinatorEnv: { ADT_HEARTBEAT_MS: '500' } });
    page = await scene.signedIn();
    await page.goto(`${scene.url}/workers`);
  }, 120_000);

  it('shows what a worker is: slots, memory, processors, engine, when it was heard of', async () => {
    await card().getByText('Memory of the machine').waitFor(PATIENCE);
    await card().getByText('0 of 2', { exact: true }).waitFor();
    expect(await card().getByText('idle').count()).toBe(2);
    await page.getByRole('main').getByText('1 worker · 0 of 2 slots busy').waitFor();
  });

  it('drains the worker, which then takes no trial, and lets it go on, which then does', async () => {
    await card().getByRole('button', { name: 'Drain' }).click();
    await card().getByText('draining', { exact: true }).waitFor();
    await scene.platform.log.line(/told to take no more trials/);
    const sweepId = await submit();
    const { trials } = await scene.connection.call('listTrials', {
      sweepId,
      limit: 1,
      cursor: '',
      order: 'number',
    });
    expect(trials[0]?.state).toBe('TRIAL_STATE_QUEUED');
    expect(await card().getByText('takes none').count()).toBe(2);

    const goesOn = scene.platform.log.next(/takes trials again/);
    await card().getByRole('button', { name: 'Resume' }).click();
    await goesOn;
    await expect.poll(() => stateOf(sweepId), PATIENCE).toBe('SWEEP_STATE_FINISHED');
    await card().getByText('active', { exact: true }).waitFor();
  });

  it('says how to add a worker here, and that no other machine can reach a platform on loopback', async () => {
    await page.getByRole('button', { name: 'Add worker' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('npx adt worker --slots 1', { exact: true }).waitFor();
    await dialog.getByText(/listens on its own machine alone/).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('makes a worker’s token for one name, once', async () => {
    const make = (name: string) =>
      page.evaluate(async (worker) => {
        const response = await fetch('/api/workers/tokens', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ name: worker, days: 1 }),
        });
        return { status: response.status, body: await response.json() };
      }, name);
    expect(await make('gpu-box-1')).toMatchObject({
      status: 201,
      body: { token: expect.stringContaining('gpu-box-1') },
    });
    expect(await make('gpu-box-1')).toMatchObject({ status: 409 });
    expect(await make('Not A Name')).toMatchObject({ status: 422 });
  });

  it('made no page complain', () => {
    expect(scene.complaints).toEqual([]);
  });
});
