/** The paper's baselines against a float64 reference by the formulas, and what they are fed. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Bundle } from '../data/bundle.js';
import { randomCase, referenceReplay } from './baselineReference.js';
import { DataUnfitError, type Engine } from './engine.js';
import { SIMD_LEVELS } from './native/addon.js';
import { nativeEngine } from './native/nativeEngine.js';
import { bundleOf, itemsOf, randomBundle, testConfig, withFlags } from './randomBundle.js';
import { rankByFullSort } from './rankByFullSort.js';
import { testEngines } from './testEngines.js';

const BASELINES: Partial<TrainingConfig>[] = [
  { loss: 'clean' },
  { loss: 'NR', nrFpWeight: 0.7, nrNegativeWeight: 1.3 },
  { loss: 'NMTR', nmtrClickWeight: 0.4 },
];

describe.each(await testEngines('baselines'))('$name, told the false positives', (row) => {
  const { engine, isRepeatable, hasThreads } = row;
  const bundle = withFlags(randomBundle(), 0.3);
  const open = (config: TrainingConfig, data: Bundle = bundle, { threads = 1, by = engine } = {}) => {
    const trainer = by.open({ bundle: data, config, threads });
    onTestFinished(() => trainer.close());
    return trainer;
  };

  test.each([
    ['NR', { nrFpWeight: 0.7, nrNegativeWeight: 1.3 }],
    ['NMTR', { nmtrClickWeight: 0.4 }],
  ] as const)('%s steps as its formulas say', (loss, hyper) => {
    const replayCase = randomCase(loss, hyper);
    const expected = referenceReplay(replayCase);
    const actual = engine.replay(replayCase);
    for (const [at, value] of expected.loss.entries()) expect(actual.loss[at]).toBeCloseTo(value, 6);
    for (const [at, values] of expected.sampleLoss.entries()) {
      for (const [n, value] of values.entries()) expect(actual.sampleLoss[at]?.[n]).toBeCloseTo(value, 5);
    }
    for (const [name, values] of Object.entries(expected.final)) {
      for (const [n, value] of values.entries())
        expect(actual.final[name]?.[n], `${name}[${n}]`).toBeCloseTo(value, 5);
    }
  });

  const outcome = async (config: TrainingConfig, how?: { threads: number; by: Engine }) => {
    const trainer = open(config, bundle, how);
    const { meanLoss, positives } = await trainer.run(15);
    const valid = await trainer.validationLoss();
    const ranking = await trainer.rank('test', [5, 20]);
    return { meanLoss, positives, valid, ranking, sha256: trainer.parametersSha256() };
  };

  if (isRepeatable)
    test.each(BASELINES)('$loss gives the same bits again', async (loss) => {
      const config = testConfig({ ...loss, batchSize: 200 });
      const first = await outcome(config);
      expect(await outcome(config)).toEqual(first);
      expect((await outcome({ ...config, seed: 2 })).sha256).not.toBe(first.sha256);
    });

  if (hasThreads)
    test.each(BASELINES)(
      '$loss gives the same bits with any number of threads and on every instruction set',
      async (loss) => {
        const config = testConfig({ ...loss, batchSize: 200, factors: 20 });
        const runs = [
          { threads: 2, by: engine },
          { threads: 5, by: engine },
          ...SIMD_LEVELS.flatMap((simd) => {
            const other = nativeEngine({ simd });
            return other.ok ? [{ threads: 1, by: other.engine }] : [];
          }),
        ];
        const first = await outcome(config);
        for (const run of runs) expect(await outcome(config, run)).toEqual(first);
      },
    );

  test('clean training sees each true positive once an epoch, and no false positive at all', () => {
    const trainer = open(testConfig({ loss: 'clean' }));
    const { rowStarts, items, truePositive } = bundle.train;
    const observed = new Map<string, number>();
    for (let user = 0; user < bundle.header.users; user += 1) {
      for (let at = rowStarts[user] as number; at < (rowStarts[user + 1] as number); at += 1) {
        observed.set(`${user} ${items[at]}`, truePositive?.[at] as number);
      }
    }
    const positives: string[] = [];
    for (let step = 1; step <= trainer.stepsPerEpoch; step += 1) {
      const { users, items: drawn, labels } = trainer.batch(step);
      for (const [n, user] of users.entries()) {
        const key = `${user} ${drawn[n]}`;
        if (labels[n] === 1) positives.push(key);
        else expect(observed.has(key)).toBe(false);
      }
    }
    const expected = [...observed].filter(([, flag]) => flag === 1).map(([key]) => key);
    expect(positives.sort()).toEqual(expected.sort());
  });

  test('clean training is judged over the same candidates as every other loss', async () => {
    // All of user 0's training items are false positives: they must not rank, though they were not learnt from.
    const lists = { train: [[0, 1, 2], [3]], valid: [[3], [4]], test: [[4], [0]] };
    const plain = bundleOf(lists, 6);
    const flags = Uint8Array.of(0, 0, 0, 1);
    const data = { ...plain, train: { ...plain.train, truePositive: flags } };
    const trainer = open(testConfig({ loss: 'clean' }), data);
    // Masked are 0, 1, 2 and 3; of the other two he finds one within two ranks for sure.
    const { byUser } = await trainer.rank('test', [2], Uint32Array.of(0));
    expect(byUser.users).toEqual(Uint32Array.of(0));
    expect(byUser.recall[0]).toBe(1);
  });

  test('NR takes known false positives for negatives, and draws no other samples than CE', () => {
    const ce = open(testConfig());
    const nr = open(testConfig({ loss: 'NR', nrFpWeight: 1, nrNegativeWeight: 1 }));
    for (let step = 1; step <= ce.stepsPerEpoch; step += 1) {
      const [a, b] = [ce.batch(step), nr.batch(step)];
      expect(b.items).toEqual(a.items);
      expect(b.falsePositive).toEqual(a.falsePositive);
      expect(b.labels).toEqual(a.labels.map((label, n) => label - (a.falsePositive?.[n] as number)));
    }
  });

  test('NMTR ranks by satisfaction', async () => {
    const config = testConfig({ loss: 'NMTR', nmtrClickWeight: 0.4, topk: [1, 5, 20], lr: 0.05 });
    const trainer = open(config);
    await trainer.run(30);
    const { userGmf, itemGmf, outW, outW2 } = trainer.parameters() as Record<string, Float32Array>;
    const score = (user: number, item: number) =>
      (outW as Float32Array).reduce((sum, w, f) => {
        const product = (userGmf?.[user * 8 + f] as number) * (itemGmf?.[item * 8 + f] as number);
        return sum + product * (w + (outW2?.[f] as number));
      }, 0);
    const expected = rankByFullSort({ bundle, score, part: 'test', topk: config.topk });
    const actual = await trainer.rank('test', config.topk);
    for (const at of config.topk.keys()) {
      expect(actual.recall[at]).toBeCloseTo(expected.recall[at] as number, 12);
      expect(actual.ndcg[at]).toBeCloseTo(expected.ndcg[at] as number, 12);
    }
  });

  test.each([
    { loss: 'NR', hyper: { nrFpWeight: -1, nrNegativeWeight: 1 }, reason: 'NR needs nrFpWeight' },
    { loss: 'NR', hyper: { nrFpWeight: 1 }, reason: 'NR needs nrFpWeight' },
    { loss: 'NMTR', hyper: { nmtrClickWeight: 1.1 }, reason: 'NMTR needs nmtrClickWeight in [0, 1]' },
    { loss: 'NMTR', hyper: {}, reason: 'NMTR needs nmtrClickWeight in [0, 1]' },
  ] as const)('$loss is not replayed with $hyper', ({ loss, hyper, reason }) => {
    expect(() => engine.replay(randomCase(loss, hyper))).toThrow(reason);
  });

  test('NMTR is not replayed without its second output, nor on flags of another length', () => {
    const whole = randomCase('NMTR', { nmtrClickWeight: 0.5 });
    const { outW2: _, ...first } = whole.initial;
    expect(() => engine.replay({ ...whole, initial: first })).toThrow('outW2: 0 values, expected 5');
    const batches = whole.batches.map((batch) => ({ ...batch, falsePositive: Uint8Array.of(1) }));
    expect(() => engine.replay({ ...whole, batches })).toThrow('falsePositive must be as long as users');
  });

  test.each(BASELINES)('$loss is refused on data without flags, with that reason', (loss) => {
    const refused = () => open(testConfig(loss), randomBundle());
    expect(refused).toThrow(DataUnfitError);
    expect(refused).toThrow(/must know the false positives, and the training part of random has no flags/);
  });

  test('a data set whose flags are all of false positives leaves clean training nothing to learn', () => {
    const data = withFlags(randomBundle(), 1);
    expect(() => open(testConfig({ loss: 'clean' }), data)).toThrow(
      'no training interaction that is a true positive',
    );
  });

  test('ranking some users gives each what ranking all gives him', async () => {
    const trainer = open(testConfig());
    await trainer.run(20);
    const topk = [3, 10];
    const all = await trainer.rank('valid', topk);
    const chosen = all.byUser.users.filter((_, n) => n % 3 === 1);
    const some = await trainer.rank('valid', topk, Uint32Array.of(...chosen));
    expect(some.byUser.users).toEqual(chosen);
    expect(itemsOf(bundle.valid, chosen[0] as number)).not.toEqual([]);
    for (const [n, user] of chosen.entries()) {
      const at = all.byUser.users.indexOf(user);
      for (const k of topk.keys()) expect(some.byUser.recall[n * 2 + k]).toBe(all.byUser.recall[at * 2 + k]);
    }
    const mean = some.byUser.ndcg.filter((_, n) => n % 2 === 0).reduce((a, b) => a + b, 0) / chosen.length;
    expect(some.ndcg[0]).toBeCloseTo(mean, 14);
  });
});
