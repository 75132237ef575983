/** Every screen of a real sweep as a picture, light and dark. Only for `npm run screenshots`: it writes into the sources. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { browserSkipNote, chromiumPath } from '../harness/browser.js';
import { openDashboardScene } from './dashboardScene.js';
import { openScreen, screensOf } from './screens.js';
import { specOf, submit } from './verdictSweeps.js';

const FOLDER = fileURLToPath(new URL('./screenshots', import.meta.url));
const IS_ASKED = process.env.ADT_SCREENSHOTS === '1';
const NOTE = IS_ASKED ? browserSkipNote() : ' (skipped: npm run screenshots makes them)';

describe.skipIf(!IS_ASKED || chromiumPath() === null)(`pictures of the screens${NOTE}`, () => {
  it('show every screen in light and dark', { timeout: 900_000 }, async () => {
    const scene = await openDashboardScene({ workers: 1, slots: 2 });
    const spec = specOf({ name: 'tce-vs-rce', models: ['GMF', 'CDAE'], confirm: 10, epochs: 4 });
    const sweepId = await submit(scene, spec);
    const watcher = await scene.signedIn();
    await watcher.goto(`${scene.url}/sweeps/${sweepId}`);
    const finished = watcher.getByText('finished', { exact: true }).filter({ visible: true });
    await finished.waitFor({ timeout: 800_000 });
    const request = { sweepId, limit: 0, cursor: '', order: 'number' };
    const { trials } = await scene.connection.call('listTrials', request);
    const trialId = trials.find(({ config }) => config?.loss === 'T-CE')?.trialId ?? 0;
    mkdirSync(FOLDER, { recursive: true });
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await scene.signedIn({ colorScheme, viewport: { width: 1440, height: 900 } });
      for (const screen of screensOf({ sweepId, trialId })) {
        await openScreen(scene, page, screen);
        const path = join(FOLDER, `${screen.name}-${colorScheme}.png`);
        const picture = await page.screenshot({ path, animations: 'disabled' });
        expect(picture.byteLength, screen.name).toBeGreaterThan(10_000);
      }
    }
  });
});
