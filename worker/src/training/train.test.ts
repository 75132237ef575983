/** The loop: what it reports, what it keeps, how it stops. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { describe, expect, test } from 'vitest';
import type { Bundle } from '../data/bundle.js';
import { DataUnfitError, type Parameters } from '../engines/engine.js';
import { nativeEngine } from '../engines/native/nativeEngine.js';
import { bundleOf, randomBundle, testConfig, withFlags } from '../engines/randomBundle.js';
import { NonFiniteError } from './nonFiniteError.js';
import { type Point, train } from './train.js';

type Circumstances = {
  signal?: AbortSignal;
  bundle?: Bundle;
  /** Parameters to start from, instead of the seed's. */
  initial?: Parameters;
  onReport?: () => void;
};

const native = nativeEngine();

describe.skipIf(!native.ok)('a training', () => {
  const never = new AbortController().signal;
  const trainSmall = async (
    config: Partial<TrainingConfig>,
    { signal = never, bundle = randomBundle(), initial, onReport = () => {} }: Circumstances = {},
  ) => {
    if (!native.ok) throw new Error(native.reason);
    const { engine } = native;
    const points: Point[] = [];
    const steps: number[] = [];
    let totalSteps = 0;
    const result = await train({
      bundle,
      config: testConfig(config),
      engine: { ...engine, open: (params) => engine.open({ ...params, initial }) },
      threads: 1,
      signal,
      report(reported, progress) {
        points.push(...reported);
        steps.push(progress.step);
        totalSteps = progress.totalSteps;
        onReport();
      },
    });
    return { result, points, steps, totalSteps };
  };

  test('reports every series at each multiple of evalEvery and after the last iteration', async () => {
    const { points, steps, totalSteps } = await trainSmall({ evalEvery: 20 });
    expect(totalSteps % 20).not.toBe(0);
    expect(steps).toEqual([20, 40, 60, totalSteps].filter((step) => step <= totalSteps));
    const series = [
      'train/loss',
      'valid/loss',
      'valid/recall@3',
      'valid/recall@10',
      'valid/ndcg@3',
      'valid/ndcg@10',
    ];
    for (const step of steps) {
      const names = points.filter((point) => point.step === step).map(({ metric }) => metric);
      expect(names.sort()).toEqual(series.sort());
    }
    expect(points.every(({ value }) => Number.isFinite(value))).toBe(true);
  });

  test('chooses the earliest step with the best selected metric, and tests that one', async () => {
    const { result, points } = await trainSmall({ epochs: 20 });
    const selected = points.filter(({ metric }) => metric === 'valid/recall@10');
    const best = Math.max(...selected.map(({ value }) => value));
    expect(result).toMatchObject({
      bestValue: best,
      bestStep: selected.find(({ value }) => value === best)?.step,
    });
    const measures = ['test/ndcg@10', 'test/ndcg@3', 'test/recall@10', 'test/recall@3'];
    const groups = measures.flatMap((name) => [1, 2, 3, 4].map((group) => `${name}/g${group}`));
    expect(Object.keys(result.test).sort()).toEqual([...measures, ...groups].sort());
    // Evaluated at fewer steps, the chosen one among them, it chooses the same parameters.
    const seldom = await trainSmall({ epochs: 20, evalEvery: result.bestStep });
    expect(seldom.result).toMatchObject({
      bestStep: result.bestStep,
      parametersSha256: result.parametersSha256,
    });
    expect(seldom.result.test).toEqual(result.test);
  });

  test('selecting by validation loss takes the smallest and ranks the chosen parameters alone', async () => {
    const { result, points } = await trainSmall({ select: 'valid/loss', epochs: 20 });
    const losses = points.filter(({ metric }) => metric === 'valid/loss').map(({ value }) => value);
    expect(result.bestValue).toBe(Math.min(...losses));
    expect(points.some(({ metric }) => metric.startsWith('valid/recall'))).toBe(false);
    expect(result.valid['valid/recall@10']).toBeGreaterThan(0);
  });

  test('T-CE reports the share of samples that it dropped', async () => {
    const { points } = await trainSmall({ loss: 'T-CE', epsMax: 0.25, epsN: 1, evalEvery: 1, epochs: 1 });
    const first = points.find(({ metric }) => metric === 'train/drop_rate');
    expect(first?.value).toBe(Math.floor(0.25 * 64) / 64);
  });

  test('validates on a sample of users, and reports the final numbers of all of them', async () => {
    const sampled = await trainSmall({ validUsers: 7 });
    const all = await trainSmall({ evalEvery: sampled.result.bestStep });
    const { bestStep, bestValue, valid } = sampled.result;
    const chosen = (points: Point[]) =>
      points.find(({ step, metric }) => step === bestStep && metric === 'valid/recall@10')?.value;
    expect(chosen(sampled.points)).not.toBe(chosen(all.points));
    expect(bestValue).toBe(chosen(all.points));
    expect(valid['valid/recall@10']).toBe(bestValue);
    expect(sampled.points.map(({ metric, step }) => `${metric} ${step}`).sort()).toEqual(
      (await trainSmall({})).points.map(({ metric, step }) => `${metric} ${step}`).sort(),
    );
  });

  test('reports how it denoises with every evaluation, and ε at the chosen step', async () => {
    const bundle = withFlags(randomBundle(), 0.3);
    const { points, steps, result } = await trainSmall(
      { loss: 'T-CE', epsMax: 0.25, epsN: 40, evalEvery: 20 },
      { bundle },
    );
    for (const name of [
      'ce_fp',
      'ce_tp',
      'epsilon',
      'drop_share',
      'drop_precision',
      'drop_recall',
      'drop_random',
    ])
      expect(points.filter(({ metric }) => metric === `diag/${name}`).map(({ step }) => step)).toEqual(steps);
    expect(result.facts.epsilon).toBe(0.25 * Math.min(result.bestStep / 40, 1));
    expect(result.facts.samples_per_second).toBeGreaterThan(0);
    expect(result.facts.peak_memory_bytes).toBeGreaterThan(2 ** 20);
  });

  test('the same seed gives the same curve, choice and parameters', async () => {
    const [first, second] = [await trainSmall({}), await trainSmall({})];
    expect(second.points).toEqual(first.points);
    expect(second.result.parametersSha256).toBe(first.result.parametersSha256);
    expect(second.result.test).toEqual(first.result.test);
  });

  test('stops with the signal’s reason when aborted between two evaluations', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    let reports = 0;
    const running = trainSmall(
      { epochs: 10_000 },
      {
        signal: abort.signal,
        onReport() {
          reports += 1;
          if (reports === 2) abort.abort(reason);
        },
      },
    );
    await expect(running).rejects.toBe(reason);
    expect(reports).toBe(2);
  });

  test('stops when its loss leaves the numbers, and says at which iteration', async () => {
    const huge = (length: number) => new Float32Array(length).fill(1e20);
    const initial = { userGmf: huge(400), itemGmf: huge(320), outW: huge(8), outB: huge(1) };
    const error = await trainSmall({}, { initial }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NonFiniteError);
    expect(error).toMatchObject({ code: 'NON_FINITE', metric: 'train/loss', step: 1 });
  });

  test('refuses a data set without validation or test interactions', async () => {
    const data = (valid: number[][], testPart: number[][]) =>
      bundleOf({ train: [[0], [1]], valid, test: testPart }, 5);
    await expect(trainSmall({}, { bundle: data([[], []], [[2], []]) })).rejects.toThrow(DataUnfitError);
    await expect(trainSmall({}, { bundle: data([[2], []], [[], []]) })).rejects.toThrow(
      'no test interaction',
    );
  });
});
