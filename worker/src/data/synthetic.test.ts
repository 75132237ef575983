import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { countShared } from './csr.js';
import { decodeBundle } from './decodeBundle.js';
import { listDatasets, openStore } from './store.js';
import { ensureSynthetic, generateSynthetic } from './synthetic.js';

/** Changes only together with the version in the generator's source line. */
const SHA256 = 'b9a60186f0a9b14c47b32065e842e6388c30a87576c3a419832630eb227984a9';

it('is the same bytes on every machine', () => {
  expect(decodeBundle(generateSynthetic()).sha256).toBe(SHA256);
});

it('has false positives in train and valid, none in test, and no pair in two parts', () => {
  const { header, train, valid, test } = decodeBundle(generateSynthetic());
  const share = (part: 'train' | 'valid') =>
    (header.parts[part].falsePositives ?? 0) / header.parts[part].interactions;
  expect(share('train')).toBeGreaterThan(0.25);
  expect(share('valid')).toBeGreaterThan(0.25);
  expect(header.parts.test.falsePositives).toBe(0);
  expect([countShared(train, valid), countShared(train, test), countShared(valid, test)]).toEqual([0, 0, 0]);
});

it('plants false positives where following popularity would not find true ones', () => {
  const { train, test, header } = decodeBundle(generateSynthetic());
  const clicks = new Float64Array(header.items);
  const falseClicks = new Float64Array(header.items);
  train.items.forEach((item, at) => {
    clicks[item] = (clicks[item] ?? 0) + 1;
    if (train.truePositive?.[at] === 0) falseClicks[item] = (falseClicks[item] ?? 0) + 1;
  });
  const liked = new Float64Array(header.items);
  for (const item of test.items) liked[item] = (liked[item] ?? 0) + 1;
  const trueClicks = clicks.map((count, item) => count - (falseClicks[item] ?? 0));
  expect(correlation(trueClicks, liked)).toBeGreaterThan(0.9);
  expect(correlation(falseClicks, liked)).toBeLessThan(0.2);
});

it('is stored once, however often it is asked for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'adt-synthetic-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const store = await openStore(folder);
  await Promise.all([ensureSynthetic(store), ensureSynthetic(store)]);
  expect((await listDatasets(store)).datasets).toMatchObject([{ name: 'synthetic', sha256: SHA256 }]);
});

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = (x: Float64Array, meanX: number, y: Float64Array, meanY: number) =>
    x.reduce((sum, value, at) => sum + (value - meanX) * ((y[at] ?? 0) - meanY), 0);
  return product(a, meanA, b, meanB) / Math.sqrt(product(a, meanA, a, meanA) * product(b, meanB, b, meanB));
}
