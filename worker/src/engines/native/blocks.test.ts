/** Evaluations go through large tables in blocks: what comes out is what comes out of one. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { describe, expect, onTestFinished, test } from 'vitest';
import { randomBundle, testConfig } from '../randomBundle.js';
import { loadBackend } from '../tfjs/backend.js';
import { tfjsEngine } from '../tfjs/tfjsEngine.js';
import { nativeEngine } from './nativeEngine.js';

const native = nativeEngine();
const tfjs = await loadBackend();
const both = native.ok && tfjs.ok;
if (!both) console.log('blocks: skipped, an engine is missing');

/** A block holds 2^19 floats: several of them make up each of these. */
const CASES: { what: string; data: Parameters<typeof randomBundle>[0]; config: Partial<TrainingConfig> }[] = [
  {
    what: 'GMF, 2 blocks of items, 2 of ranked users, 2 windows of validation samples',
    data: { users: 1_100, items: 1_300, density: 0.5 },
    config: { factors: 512, batchSize: 1024, loss: 'T-CE', epsMax: 0.2, epsN: 1 },
  },
  {
    what: 'NeuMF, 2 blocks of items',
    data: { users: 60, items: 900, density: 0.1 },
    config: { model: 'NeuMF', factors: 128, mlpLayers: 3, dropout: 0 },
  },
  {
    what: 'CDAE, 3 blocks of items, 2 of users',
    data: { users: 150, items: 300, density: 0.1 },
    config: { model: 'CDAE', factors: 32, hidden: 4096, corruption: 0.1, loss: 'R-CE', beta: 0.2 },
  },
];

describe.skipIf(!both)('in blocks, the native engine finds what tfjs finds at once', () => {
  test.each(CASES)(
    '$what',
    async ({ data, config: overrides }) => {
      if (!native.ok || !tfjs.ok) return;
      const bundle = randomBundle(data);
      const config = testConfig({ lr: 0.001, ...overrides });
      const [ours, theirs] = [native.engine, tfjsEngine(tfjs.backend)].map((engine) => {
        const trainer = engine.open({ bundle, config, threads: 3 });
        onTestFinished(() => trainer.close());
        return trainer;
      }) as [ReturnType<typeof native.engine.open>, ReturnType<typeof native.engine.open>];
      await Promise.all([ours.run(2), theirs.run(2)]);

      const loss = await theirs.validationLoss();
      expect(Math.abs((await ours.validationLoss()) / loss - 1)).toBeLessThan(1e-5);
      const [ranking, expected] = [await ours.rank('valid', [5, 50]), await theirs.rank('valid', [5, 50])];
      expect(ranking.byUser.users).toEqual(expected.byUser.users);
      // Scores that are equal but for rounding may change places, of a few users.
      const others = ranking.byUser.recall.filter((value, at) => value !== expected.byUser.recall[at]).length;
      expect(others).toBeLessThan(0.05 * ranking.byUser.recall.length);
    },
    60_000,
  );
});
