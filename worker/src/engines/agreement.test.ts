/** The native engine and tfjs hold the same training, but for the rounding of sums. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Engine, LossUnsupportedError, type Trainer } from './engine.js';
import { nativeEngine } from './native/nativeEngine.js';
import { randomBundle, testConfig, withFlags } from './randomBundle.js';
import { loadBackend } from './tfjs/backend.js';
import { tfjsEngine } from './tfjs/tfjsEngine.js';

const native = nativeEngine();
const tfjs = await loadBackend();
const both = native.ok && tfjs.ok;
if (!both) console.log('agreement: skipped, an engine is missing');

describe.skipIf(!both)('native and tfjs', () => {
  const engines = (native.ok && tfjs.ok ? [native.engine, tfjsEngine(tfjs.backend)] : []) as [Engine, Engine];
  const models = [
    { model: 'GMF' as const },
    { model: 'NeuMF' as const, factors: 5, mlpLayers: 3, dropout: 0 },
    { model: 'NeuMF' as const, factors: 4, mlpLayers: 2, dropout: 0.3 },
    { model: 'CDAE' as const, factors: 32, hidden: 21, corruption: 0.2 },
  ];
  const openBoth = (overrides: Parameters<typeof testConfig>[0], bundle = randomBundle()) =>
    engines.map((engine) => {
      const trainer = engine.open({ bundle, config: testConfig(overrides), threads: 1 });
      onTestFinished(() => trainer.close());
      return trainer;
    }) as [Trainer, Trainer];

  test.each(models)('start from the same bits: $model', (model) => {
    for (const seed of [1, 2, 0xffff_ffff]) {
      // 7 factors: rows do not begin where four normals do.
      const [a, b] = openBoth({ factors: 7, ...model, seed });
      expect(b.parameters()).toEqual(a.parameters());
      expect(b.parametersSha256()).toBe(a.parametersSha256());
    }
  });

  test.each([
    { seed: 1, negatives: 1, batchSize: 64 },
    { seed: 0xffff_ffff, negatives: 3, batchSize: 37 },
    { seed: 12345, negatives: 7, batchSize: 1000 },
  ])('draw the same batches in every epoch: $seed, $negatives negatives', (overrides) => {
    const [a, b] = openBoth({ ...overrides, epochs: 4 });
    expect(b.totalSteps).toBe(a.totalSteps);
    for (let step = 1; step <= a.totalSteps; step += 1) {
      const { users, items, labels } = a.batch(step);
      expect(b.batch(step)).toMatchObject({ users, items, labels });
    }
  });

  test.each([
    { loss: 'CE' as const },
    { loss: 'T-CE' as const, epsMax: 0.3, epsN: 20 },
    { loss: 'R-CE' as const, beta: 0.25 },
  ])('learn the same from them: $loss', async (loss) => {
    await expectAgreement({ factors: 16, ...loss });
  });

  test.each(models)('learn the same from true positives alone: $model', async (model) => {
    await expectAgreement({ ...model, loss: 'clean' }, withFlags(randomBundle(), 0.3));
  });

  test('rank the same users when told whom', async () => {
    const users = Uint32Array.of(1, 4, 7, 9, 12, 30);
    const [a, b] = openBoth({});
    const [first, second] = [await a.rank('test', [5, 20], users), await b.rank('test', [5, 20], users)];
    expect(second.byUser.users).toEqual(first.byUser.users);
    for (const measure of ['recall', 'ndcg'] as const) {
      for (const [n, value] of first.byUser[measure].entries())
        expect(second.byUser[measure][n]).toBeCloseTo(value, 6);
    }
  });

  test('tfjs refuses the losses that only the native engine has', () => {
    const bundle = withFlags(randomBundle(), 0.3);
    const config = testConfig({ loss: 'NMTR', nmtrClickWeight: 0.5 });
    expect(() => engines[1].open({ bundle, config, threads: 1 })).toThrow(LossUnsupportedError);
  });

  test.each(models)('learn the same from them: $model, dropout $dropout', async (model) => {
    await expectAgreement(model);
  });

  async function expectAgreement(
    overrides: Parameters<typeof testConfig>[0],
    bundle = randomBundle(),
  ): Promise<void> {
    const [a, b] = openBoth({ ...overrides, epochs: 20 }, bundle);
    while (a.step < a.totalSteps) {
      const [first, second] = [await a.run(40), await b.run(40)];
      expect(second).toMatchObject({ steps: first.steps, samples: first.samples, dropped: first.dropped });
      expect(Math.abs(second.meanLoss - first.meanLoss)).toBeLessThan(1e-5 * first.meanLoss);
      const [valid, other] = [await a.validationLoss(), await b.validationLoss()];
      expect(Math.abs(other - valid)).toBeLessThan(1e-4 * valid);
    }
    const [ranking, other] = [await a.rank('test', [5, 20]), await b.rank('test', [5, 20])];
    expect(other.users).toBe(ranking.users);
    for (const at of [0, 1]) {
      expect(other.recall[at]).toBeCloseTo(ranking.recall[at] as number, 2);
      expect(other.ndcg[at]).toBeCloseTo(ranking.ndcg[at] as number, 2);
    }
  }
});
