/** The data sets’ page: what is stored, and a bundle that comes in by upload, or is refused whole. */
import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSynthetic } from '@adt/worker/data/synthetic';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { browserSkipNote, chromiumPath } from '../harness/browser.js';
import { temporaryFolder } from '../harness/temporary.js';
import { type DashboardScene, openDashboardScene } from './dashboardScene.js';

let scene: DashboardScene;
let page: Page;
let folder: string;

const WITHIN = { timeout: 60_000 };

function bundleFile(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** Folders in which the coordinator takes uploads in; none may outlive its upload. */
function uploadFolders(): string[] {
  const pid = scene.platform.coordinator.pid;
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`adt-upload-${pid}-`));
}

async function post(query: string, headers: Record<string, string>, body: string | null): Promise<number> {
  return page.evaluate(
    async (request) => {
      const init = { method: 'POST', headers: request.headers, body: request.body };
      return (await fetch(`/api/datasets/upload${request.query}`, init)).status;
    },
    { query, headers, body },
  );
}

const dialog = () => page.getByRole('dialog');
const upload = () => dialog().getByRole('button', { name: 'Upload', exact: true });

describe.skipIf(chromiumPath() === null)(`the data sets’ page${browserSkipNote()}`, WITHIN, () => {
  beforeAll(async () => {
    scene = await openDashboardScene({ workers: 0 });
    page = await scene.signedIn();
    folder = temporaryFolder('bundles');
    await page.goto(`${scene.url}/datasets`);
  }, 120_000);

  it('shows the columns of Table 2', async () => {
    for (const name of ['Users', 'Items', 'Interactions', 'False positives', 'Source and licence'])
      await page.getByRole('columnheader', { name, exact: true }).waitFor();
    await page.getByRole('row', { name: /synthetic/ }).waitFor();
  });

  it('takes a bundle in, and the page shows it', async () => {
    await page.getByRole('button', { name: 'Import' }).click();
    await dialog().getByLabel('A bundle, .adtb').setInputFiles(bundleFile('mine.adtb', generateSynthetic()));
    await dialog().getByRole('textbox', { name: 'Name' }).fill('mine');
    await upload().click();
    await dialog().getByText('“mine” is stored and ready for sweeps.').waitFor();
    await dialog().getByRole('button', { name: 'Done' }).click();
    await page.getByRole('row', { name: /^mine/ }).waitFor();
    expect(uploadFolders()).toEqual([]);
  });

  it('asks before a name means other content, and does not send before', async () => {
    await page.getByRole('button', { name: 'Import' }).click();
    await dialog().getByLabel('A bundle, .adtb').setInputFiles(bundleFile('again.adtb', generateSynthetic()));
    await dialog().getByRole('textbox', { name: 'Name' }).fill('mine');
    await dialog()
      .getByText(/“mine” is there already/)
      .waitFor();
    expect(await upload().isDisabled()).toBe(true);
    await dialog().getByRole('checkbox').check();
    expect(await upload().isEnabled()).toBe(true);
    await page.keyboard.press('Escape');
  });

  it('says what is wrong with a file that is no bundle, and keeps nothing of it', async () => {
    await page.getByRole('button', { name: 'Import' }).click();
    const junk = bundleFile('junk.adtb', Buffer.alloc(300_000, 'not a bundle '));
    await dialog().getByLabel('A bundle, .adtb').setInputFiles(junk);
    await dialog().getByRole('textbox', { name: 'Name' }).fill('junk');
    await upload().click();
    await dialog()
      .getByRole('alert')
      .getByText(/The input was refused/)
      .waitFor();
    await page.keyboard.press('Escape');
    const { datasets } = await scene.connection.call('listDatasets', {});
    expect(datasets.map(({ name }) => name)).not.toContain('junk');
    expect(uploadFolders()).toEqual([]);
  });

  it('refuses other types, names and sizes before anything is read', async () => {
    const bytes = { 'content-type': 'application/octet-stream' };
    expect(await post('?name=mine', { 'content-type': 'text/csv' }, 'a,b')).toBe(415);
    expect(await post('?name=Not%20A%20Name', bytes, 'x')).toBe(422);
    expect(await post('?name=mine', bytes, null)).toBe(411);
    expect(await post('?name=mine', bytes, 'x')).toBe(422);
  });

  it('made no page complain', () => {
    expect(scene.complaints).toEqual([]);
  });
});
