/** The form of a new sweep and its file: one thing in two views, checked while it is typed, submitted once. */
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { browserSkipNote, chromiumPath } from '../harness/browser.js';
import { type DashboardScene, openDashboardScene } from './dashboardScene.js';

let scene: DashboardScene;
let page: Page;

const WITHIN = { timeout: 60_000 };

describe.skipIf(chromiumPath() === null)(`the form of a new sweep${browserSkipNote()}`, WITHIN, () => {
  beforeAll(async () => {
    scene = await openDashboardScene({ workers: 0 });
    page = await scene.signedIn();
  }, 120_000);

  beforeEach(async () => {
    // Drafts survive, and each test begins anew.
    await page.evaluate(() => sessionStorage.clear());
    await page.goto(`${scene.url}/sweeps/new`);
    await page.getByText('36 runs of 9 configurations').waitFor();
  });

  const yaml = () => page.getByLabel('Sweep file, YAML');
  const submit = () => page.getByRole('button', { name: 'Submit sweep' });
  const group = (name: string) => page.getByRole('group', { name });

  it('says that a time is unknown before anything was measured', async () => {
    await page.getByText('time unknown: nothing like it was measured yet').waitFor();
  });

  it('counts configurations and runs while values are typed', async () => {
    await page.getByLabel('beta: values', { exact: true }).fill('0.1, 0.2, 0.3, 0.4, 0.5');
    await page.getByText('38 runs of 10 configurations').waitFor();
    await page.getByLabel('Search seeds').fill('1, 2, 3');
    await page.getByText('48 runs of 10 configurations').waitFor();
    expect(await submit().isEnabled()).toBe(true);
  });

  it('says what is wrong at its field, and cannot be submitted until it is mended', async () => {
    await page.getByLabel('eps_max: values', { exact: true }).fill('0.1, 1.5');
    await group('largest drop rate').getByText('value 2 must be a number ≥ 0 and < 1 (got 1.5)').waitFor();
    expect(await submit().isDisabled()).toBe(true);
    expect(await page.getByLabel('eps_max: values', { exact: true }).getAttribute('aria-invalid')).toBe(
      'true',
    );

    await page.getByLabel('eps_max: values', { exact: true }).fill('0.1, 0.15');
    await page.getByText(/runs of \d+ configurations/).waitFor();
    expect(await submit().isEnabled()).toBe(true);
  });

  it('refuses a range that has no logarithm at the learning rate', async () => {
    await page.getByText('Random', { exact: true }).click();
    await group('learning rate').getByText('Range').click();
    await page.getByLabel('lr: min', { exact: true }).fill('0');
    await page.getByLabel('lr: max', { exact: true }).fill('0.01');
    await page.getByLabel('lr: scale').selectOption('log');
    await group('learning rate').getByText('min must be > 0 on a log scale (got 0)').waitFor();
    await page.getByLabel('lr: min', { exact: true }).fill('0.0001');
    await page.getByText(/runs of \d+ configurations/).waitFor();
    expect(await yaml().inputValue()).toContain('log_uniform_values');
  });

  it('writes the form into the file and the file into the form', async () => {
    await page.getByLabel('Name', { exact: true }).fill('renamed');
    expect(await yaml().inputValue()).toContain('name: renamed');

    const text = (await yaml().inputValue()).replace('name: renamed', '# mine\nname: from-the-file');
    await yaml().fill(text.replace('loss: {values: [CE, T-CE, R-CE]}', 'loss: {values: [CE, T-CE]}'));
    await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue()).toBe('from-the-file');
    expect(await page.getByRole('checkbox', { name: 'R-CE' }).isChecked()).toBe(false);

    await page.getByLabel('Epochs').fill('3');
    expect(await yaml().inputValue()).toContain('# mine');
  });

  it('takes a loss’s parameters along when the loss is switched off, and back when it is on', async () => {
    await page.getByRole('checkbox', { name: 'R-CE' }).setChecked(false, { force: true });
    expect(await yaml().inputValue()).not.toContain('beta');
    expect(await page.getByLabel('beta: values', { exact: true }).count()).toBe(0);
    await page.getByRole('checkbox', { name: 'R-CE' }).setChecked(true, { force: true });
    await page.getByLabel('beta: values', { exact: true }).waitFor();
    expect(await yaml().inputValue()).toContain('beta');
  });

  it('names the line of a file that does not parse, and goes on when it does', async () => {
    const good = await yaml().inputValue();
    await yaml().fill(`${good}seeds: {search: [`);
    await page.getByText(/^line \d+, column \d+: /).waitFor();
    expect(await page.getByLabel('Name', { exact: true }).isDisabled()).toBe(true);
    expect(await submit().isDisabled()).toBe(true);
    await yaml().fill(good);
    await page.getByText('36 runs of 9 configurations').waitFor();
    expect(await page.getByLabel('Name', { exact: true }).isEnabled()).toBe(true);
  });

  it('shows a refusal that belongs to no field beside the count', async () => {
    await yaml().fill(`${await yaml().inputValue()}bugdet: {max_trials: 3}\n`);
    const notes = page.getByRole('alert').filter({ hasText: 'bugdet' });
    await notes.getByText(/is not a known key.*budget/).waitFor();
  });

  it('makes one sweep of a double click', async () => {
    await page.getByLabel('Name', { exact: true }).fill('clicked-twice');
    await page.getByText('36 runs of 9 configurations').waitFor();
    await expect.poll(() => submit().isEnabled()).toBe(true);
    await submit().dblclick();
    await page.waitForURL(/\/sweeps\/\d+$/);
    const { sweeps } = await scene.connection.call('listSweeps', { limit: 0, cursor: '' });
    expect(sweeps.filter(({ name }) => name === 'clicked-twice')).toHaveLength(1);
  });

  it('clones a sweep into the form', async () => {
    const { sweeps } = await scene.connection.call('listSweeps', { limit: 1, cursor: '' });
    await page.goto(`${scene.url}/sweeps/${sweeps[0]?.sweepId}`);
    await page.getByRole('link', { name: 'Clone and edit' }).click();
    await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue()).toBe(sweeps[0]?.name);
  });

  it('offers every method, early stopping, confirmation and budget, each a line of the file', async () => {
    await page.getByText('TPE', { exact: true }).click();
    await page.getByLabel('Runs for each loss').fill('12');
    await page.getByLabel('Early stopping').selectOption('asha');
    await page.getByLabel('η', { exact: true }).fill('4');
    await page.getByLabel('First rung, iterations').fill('300');
    await page.getByLabel('Fresh seeds', { exact: true }).fill('12');
    await page.getByLabel('Best configurations').fill('2');
    await page.getByLabel('Longest time').fill('2h');
    await page.getByLabel('Most at once').fill('3');
    await page.getByLabel('Priority').fill('2');
    await group('weight exponent').getByText('Range').click();
    await page.getByLabel('beta: min', { exact: true }).fill('0.1');
    await page.getByLabel('beta: max', { exact: true }).fill('0.5');
    await page.getByLabel('beta: step', { exact: true }).fill('0.1');
    expect(parse(await yaml().inputValue())).toMatchObject({
      method: 'tpe',
      early_terminate: { type: 'asha', eta: 4, min_steps: 300 },
      seeds: { confirm: { count: 12, base: 2019, top_k: 2 } },
      budget: { max_trials_per_stratum: 12, max_wall: '2h', max_concurrent: 3 },
      priority: 2,
      parameters: { beta: { min: 0.1, max: 0.5, step: 0.1 } },
    });
    await page.getByText(/\d+ of them confirm on fresh seeds/).waitFor();
    await expect.poll(() => submit().isEnabled()).toBe(true);

    await page.getByText('Grid', { exact: true }).click();
    await page.getByLabel('Early stopping').selectOption('none');
    await page.getByRole('checkbox', { name: /Confirm the best/ }).uncheck();
    const file = parse(await yaml().inputValue());
    expect(file).toMatchObject({ method: 'grid', budget: { max_wall: '2h', max_concurrent: 3 } });
    expect(file.early_terminate).toBeUndefined();
    expect(file.seeds).toEqual({ search: [1, 2] });
  });

  it('says of a budget field what is wrong with it', async () => {
    await page.getByLabel('Longest time').fill('soon');
    await page.getByText(/must be like 90s, 30m, 12h or 2d/).waitFor();
    expect(await submit().isDisabled()).toBe(true);
  });

  it('keeps a draft over a reload, and starts over when asked', async () => {
    await page.getByLabel('Name', { exact: true }).fill('half-done');
    await page.reload();
    await page.getByText('Your draft of this sweep was restored.').waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('half-done');
    await page.getByRole('button', { name: 'Start over' }).click();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('quick');
    await page.reload();
    await page.getByText('36 runs of 9 configurations').waitFor();
    expect(await page.getByText('Your draft of this sweep was restored.').count()).toBe(0);
  });

  it('starts from a trial with its values fixed', async () => {
    const { sweeps } = await scene.connection.call('listSweeps', { limit: 1, cursor: '' });
    const request = { sweepId: sweeps[0]?.sweepId ?? 0, limit: 100, cursor: '', order: 'number' };
    const { trials } = await scene.connection.call('listTrials', request);
    const trial = trials.find(({ config }) => config?.loss === 'T-CE');
    await page.goto(`${scene.url}/trials/${trial?.trialId}`);
    await page.getByRole('link', { name: 'Clone and edit' }).click();
    await page.getByText('1 run of 1 configuration').waitFor();
    expect(parse(await yaml().inputValue())).toMatchObject({
      name: `trial-${trial?.trialId}`,
      parameters: { loss: { value: 'T-CE' }, eps_max: { value: trial?.config?.epsMax } },
      seeds: { search: [trial?.config?.seed] },
    });
    await expect.poll(() => submit().isEnabled()).toBe(true);
  });

  it('made no page complain', () => {
    expect(scene.complaints).toEqual([]);
  });
});
