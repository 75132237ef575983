/** A page that is live on one coordinator of two, when that one dies. */
import { describe, expect, it } from 'vitest';
import { adt } from '../harness/adtCommand.js';
import { browserSkipNote, chromiumPath } from '../harness/browser.js';
import { openDashboardScene } from './dashboardScene.js';

const SWEEP = `
name: after the fail-over
method: grid
parameters: {dataset: {value: synthetic}, loss: {value: CE}}
training: {epochs: 1, eval_every: 50}
seeds: {search: [1]}
`;

describe.skipIf(chromiumPath() === null)(`a live page${browserSkipNote()}`, { timeout: 120_000 }, () => {
  it('goes on at another coordinator when its own is killed', async () => {
    const { platform, ...scene } = await openDashboardScene({
      ...{ workers: 0, coordinators: 2 },
      coordinatorEnv: { ADT_LEADER_TTL_MS: '2000', ADT_LEADER_RENEW_MS: '500' },
    });
    const page = await scene.signedIn();
    const socket = page.waitForEvent('websocket');
    await page.goto(`${scene.url}/sweeps`);
    const { host } = new URL((await socket).url());
    await page.locator('[data-live=live]').waitFor();

    const all = [platform.coordinator, ...platform.others];
    const own = all.find(({ ready }) => ready.live === host);
    const other = all.find(({ ready }) => ready.live !== host);
    expect(own).toBeDefined();
    const next = page.waitForEvent('websocket', {
      predicate: (candidate) => new URL(candidate.url()).host === other?.ready.live,
    });
    own?.kill();
    await next;
    await page.locator('[data-live=live]').waitFor();

    const env = { ADT_COORDINATOR: other?.ready.grpc, ADT_TOKEN: platform.token };
    const submitted = await adt({
      dataDir: platform.dataDir,
      args: ['sweep', 'submit', '-'],
      env,
      input: SWEEP,
    });
    expect(submitted).toMatchObject({ code: 0 });
    await page.getByRole('link', { name: 'after the fail-over' }).waitFor();
  });
});
