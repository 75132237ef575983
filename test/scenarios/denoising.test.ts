/** Diagnostics on their way from the trainer to the curves: every point arrives as it was measured. */

import { parseTrainingConfig } from '@adt/proto/trainingConfig';
import { loadBundle, openStore, resolveDataset } from '@adt/worker/data/store';
import { openEngine } from '@adt/worker/engines/registry';
import type { Point } from '@adt/worker/training/train';
import { train } from '@adt/worker/training/train';
import { expect, test } from 'vitest';
import { openScene } from './workerTrials.js';

const T_CE = [
  'loss: {value: T-CE}',
  'eps_max: {value: 0.2}',
  'eps_n: {value: 100}',
  'valid_users: {value: 300}',
];

test('a trial’s diagnostics, user groups and facts are stored as the training found them', async () => {
  const scene = await openScene({ workers: 1 });
  const { trialIds } = await scene.submit({ epochs: 2, evalEvery: 50, loss: T_CE.join('\n  ') });
  const trialId = trialIds[0] as number;
  const { summary, report } = await scene.ended(trialId);
  if (summary?.config === undefined) throw new Error('the trial has no configuration');

  const bundle = await loadBundle(
    await resolveDataset(await openStore(scene.platform.dataDir), summary.config.datasetSha256),
  );
  const points: Point[] = [];
  const here = await train({
    bundle,
    config: parseTrainingConfig(summary.config),
    engine: await openEngine(),
    threads: 1,
    signal: new AbortController().signal,
    report: (reported) => points.push(...reported),
  });

  const stored = (await scene.curves(trialId)).flatMap(({ metric, steps, values }) =>
    steps.map((step, at) => ({ step, metric, value: values[at] })),
  );
  const key = ({ step, metric }: { step: number; metric: string }) => `${metric} ${step}`;
  const ordered = <P extends { step: number; metric: string }>(list: P[]) =>
    [...list].sort((a, b) => key(a).localeCompare(key(b)));
  expect(ordered(stored)).toEqual(ordered(points));
  expect(new Set(points.map(({ metric }) => metric))).toContain('diag/drop_precision');

  const values = (list: readonly { metric: string; value?: number | undefined }[] = []) =>
    Object.fromEntries(list.map(({ metric, value }) => [metric, value]));
  expect(values(summary.test)).toEqual(here.test);
  expect(Object.keys(here.test)).toContain('test/recall@10/g1');
  expect(summary.bestValue).toBe(here.bestValue);
  expect(values(report?.facts)).toMatchObject({
    epsilon: here.facts.epsilon,
    samples_per_second: expect.any(Number),
    peak_memory_bytes: expect.any(Number),
  });
});
