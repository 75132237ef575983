/// <reference lib="dom" />
/** A short real sweep with early stopping, run to its end, and what tests of the screens about it share. */
import { SpecFormat, type SweepSummary } from '@adt/proto/gen/adt/v1/search';
import type { Download, Locator, Page } from 'playwright-core';
import { type DashboardScene, openDashboardScene } from './dashboardScene.js';

/**
 * Thirteen configurations a loss of six hundred iterations: about half of them run to their end, more than the ten that
 * importance needs.
 */
export const ANALYSED = `name: analysed
method: random
metric: {name: valid/recall@50, goal: maximize}
parameters:
  dataset: {value: synthetic}
  model: {value: GMF}
  loss: {values: [CE, T-CE, R-CE]}
  eps_max: {values: [0.1, 0.2], when: {loss: T-CE}}
  eps_n: {values: [50, 150], when: {loss: T-CE}}
  beta: {values: [0.05, 0.25, 1.0], when: {loss: R-CE}}
  lr: {distribution: log_uniform_values, min: 1.0e-4, max: 2.0e-2}
training: {epochs: 4, eval_every: 50, topk: [50]}
seeds: {search: [1]}
budget: {max_trials_per_stratum: 13}
early_terminate: {type: asha, eta: 2, min_steps: 200}
`;

export type AnalysedScene = DashboardScene & { sweepId: number };

/** A platform on which the sweep has been submitted; it may still run. */
export async function openAnalysedScene(spec = ANALYSED): Promise<AnalysedScene> {
  const scene = await openDashboardScene({ workers: 1, slots: 2 });
  const request = { spec, format: SpecFormat.YAML, idempotencyKey: '', owner: '' };
  const { sweepId } = await scene.connection.call('submitSweep', request);
  return { ...scene, sweepId };
}

/** Waits on the page itself: the sweep's overview says that it has ended. */
export async function untilFinished(
  page: Page,
  { url, sweepId, connection }: AnalysedScene,
): Promise<SweepSummary> {
  await page.goto(`${url}/sweeps/${sweepId}`);
  await page.getByText('finished', { exact: true }).waitFor({ timeout: 180_000 });
  const { summary } = await connection.call('getSweep', { sweepId });
  if (summary === undefined) throw new Error('the sweep came without its summary');
  return summary;
}

/** The frame of a chart, by the first words of its title. */
export function chart(page: Page, title: string): Locator {
  return page.locator('section', { has: page.getByRole('figure', { name: title, exact: true }) });
}

/** Points that a chart of curves has drawn. */
export async function pointsOf(page: Page, title: string): Promise<number> {
  const points = await chart(page, title).locator('[data-points]').getAttribute('data-points');
  return Number(points);
}

/** What a chart saves, as text. */
export async function exported(page: Page, title: string, format: 'CSV' | 'SVG'): Promise<string> {
  return (await contentOf(await download(page, title, format))).toString('utf8');
}

export async function exportedPng(page: Page, title: string): Promise<Buffer> {
  return contentOf(await download(page, title, 'PNG'));
}

async function download(page: Page, title: string, format: string): Promise<Download> {
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    chart(page, title).getByRole('button', { name: format, exact: true }).click(),
  ]);
  return saved;
}

async function contentOf(saved: Download): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await saved.createReadStream()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Whether the page is no wider than the screen. */
export async function fits(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth === innerWidth);
}
