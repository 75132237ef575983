/** The native engine and tfjs hold the same training, but for the rounding of sums. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Engine, PositivesReport, Trainer } from './engine.js';
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
  const flagged = withFlags(randomBundle(), 0.3);
  const denoising = [
    { loss: 'CE' as const },
    { loss: 'T-CE' as const, epsMax: 0.3, epsN: 20 },
    { loss: 'R-CE' as const, beta: 0.25 },
  ];
  const told = [
    { loss: 'NR' as const, nrFpWeight: 0.7, nrNegativeWeight: 1.3 },
    { loss: 'NMTR' as const, nmtrClickWeight: 0.4 },
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

  test.each(denoising)('learn the same from them: $loss', async (loss) => {
    await expectAgreement({ factors: 16, ...loss });
  });

  test.each([...denoising, ...told])(
    'learn and count the same where flags are known: $loss',
    async (loss) => {
      await expectAgreement({ factors: 16, ...loss }, flagged);
    },
  );

  test.each(models)('drop the same of what is known to be false: $model', async (model) => {
    await expectAgreement({ ...model, loss: 'T-CE', epsMax: 0.3, epsN: 20 }, flagged);
  });

  test.each(told)('draw the same batches from known false positives: $loss', (loss) => {
    const [a, b] = openBoth({ ...loss, negatives: 2 }, flagged);
    for (let step = 1; step <= a.totalSteps; step += 1) expect(b.batch(step)).toEqual(a.batch(step));
  });

  test('start NMTR from the same bits, the second output included', () => {
    const [a, b] = openBoth({ loss: 'NMTR', nmtrClickWeight: 0.5, factors: 7 }, flagged);
    expect(Object.keys(b.parameters())).toEqual(Object.keys(a.parameters()));
    expect(b.parameters()).toEqual(a.parameters());
    expect(b.parametersSha256()).toBe(a.parametersSha256());
  });

  test.each(models)('learn the same from true positives alone: $model', async (model) => {
    await expectAgreement({ ...model, loss: 'clean' }, flagged);
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
      expectSamePositives(second.positives, first.positives);
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

/** Counts exactly, sums within rounding; a weight at the edge of a bin may fall into the next one. */
function expectSamePositives(actual: PositivesReport, expected: PositivesReport): void {
  const { weights, ceFalse, ceTrue, ...counts } = expected;
  expect(actual).toMatchObject(counts);
  expect(Math.abs(actual.ceFalse - ceFalse)).toBeLessThanOrEqual(1e-5 * ceFalse);
  expect(Math.abs(actual.ceTrue - ceTrue)).toBeLessThanOrEqual(1e-5 * ceTrue);
  expect(actual.weights === null).toBe(weights === null);
  if (weights === null || actual.weights === null) return;
  const [a, b] = [upTo(actual.weights), upTo(weights)];
  expect(a.at(-1)).toBe(expected.seen);
  const last = a.length - 1;
  for (const bin of a.keys()) {
    expect(a[bin]).toBeLessThanOrEqual(b[Math.min(bin + 1, last)] as number);
    expect(b[bin]).toBeLessThanOrEqual(a[Math.min(bin + 1, last)] as number);
  }
  const moved = a.reduce((sum, count, bin) => sum + Math.abs(count - (b[bin] as number)), 0);
  expect(moved).toBeLessThan(0.01 * expected.seen);
}

/** (bins): how many lie in a bin or below it. */
function upTo(counts: Uint32Array): number[] {
  let sum = 0;
  return Array.from(counts, (count) => {
    sum += count;
    return sum;
  });
}
