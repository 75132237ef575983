/** What every engine must do, whatever it is made of. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Bundle } from '../data/bundle.js';
import { DataUnfitError, type Parameters, type Trainer } from './engine.js';
import { bundleOf, itemsOf, randomBundle, testConfig, testRandom } from './randomBundle.js';
import { rankByFullSort } from './rankByFullSort.js';
import { testEngines } from './testEngines.js';

const LOSSES: Partial<TrainingConfig>[] = [
  { loss: 'CE' },
  { loss: 'T-CE', epsMax: 0.3, epsN: 20 },
  { loss: 'R-CE', beta: 0.25 },
];

describe.each(await testEngines('conformance'))('$name', ({ engine, isRepeatable, hasThreads }) => {
  const bundle = randomBundle();

  const open = (
    config: TrainingConfig,
    { data = bundle, threads = 1, initial = undefined as Parameters | undefined } = {},
  ) => {
    const trainer = engine.open({ bundle: data, config, threads, initial });
    onTestFinished(() => trainer.close());
    return trainer;
  };
  /** Hash of the parameters and every metric after the whole training, evaluated on the way as told. */
  const trainAll = async (config: TrainingConfig, threads: number, evalEvery = config.evalEvery) => {
    const trainer = open(config, { threads });
    const losses: number[] = [];
    while (trainer.step < trainer.totalSteps) {
      losses.push((await trainer.run(evalEvery)).meanLoss);
      losses.push(await trainer.validationLoss());
    }
    const ranking = await trainer.rank('valid', config.topk);
    return { sha256: trainer.parametersSha256(), losses, ranking };
  };

  if (hasThreads)
    test.each(LOSSES)('$loss gives the same bits with any number of threads', async (loss) => {
      const config = testConfig({ ...loss, batchSize: 200, factors: 20 });
      const alone = await trainAll(config, 1);
      expect(await trainAll(config, 2)).toEqual(alone);
      expect(await trainAll(config, 5)).toEqual(alone);
    });

  if (isRepeatable)
    test.each(LOSSES)('$loss gives the same bits for the same seed and others for another', async (loss) => {
      const first = await trainAll(testConfig(loss), 1);
      expect(await trainAll(testConfig(loss), 1)).toEqual(first);
      expect((await trainAll(testConfig({ ...loss, seed: 2 }), 1)).sha256).not.toBe(first.sha256);
    });

  if (isRepeatable)
    test('evaluating more often changes no parameter', async () => {
      const config = testConfig();
      const seldom = await trainAll(config, 1, 1_000);
      expect((await trainAll(config, 1, 1)).sha256).toBe(seldom.sha256);
    });

  test('an epoch has each training pair once and, for each, the negatives asked for', () => {
    const trainer = open(testConfig({ negatives: 3, epochs: 2 }));
    const pairs = bundle.train.items.length;
    expect(trainer.stepsPerEpoch).toBe(Math.ceil((pairs * 4) / 64));
    const epochs = [0, 1].map((epoch) => samplesOfEpoch(trainer, epoch));
    for (const samples of epochs) {
      const positives = samples.filter(({ label }) => label === 1);
      expect(positives.map(keyOf).sort()).toEqual(trainingPairs(bundle).map(keyOf).sort());
      for (let user = 0; user < bundle.header.users; user += 1) {
        const negatives = samples.filter((sample) => sample.label === 0 && sample.user === user);
        expect(negatives).toHaveLength(3 * itemsOf(bundle.train, user).length);
      }
    }
    expect(epochs[0]).not.toEqual(epochs[1]);
  });

  test('batches are full but for the last of an epoch, and mix positives with negatives', () => {
    const trainer = open(testConfig({ epochs: 2 }));
    const samples = bundle.train.items.length * 2;
    for (let step = 1; step <= trainer.totalSteps; step += 1) {
      const { labels } = trainer.batch(step);
      const isLast = step % trainer.stepsPerEpoch === 0;
      expect(labels).toHaveLength(isLast ? samples % 64 || 64 : 64);
      const positives = labels.reduce((sum, label) => sum + label, 0);
      // Six standard deviations of a fair draw.
      expect(Math.abs(positives - labels.length / 2)).toBeLessThan(6 * Math.sqrt(labels.length / 4));
    }
  });

  test('a negative is never a training pair of its user, and every other item is as likely', () => {
    const data = bundleOf({ train: [[1, 3, 4], [0]], valid: [[0], [2]], test: [[2], [3]] }, 6);
    const trainer = open(testConfig({ negatives: 64, epochs: 60 }), { data });
    const counts = new Array<number>(6).fill(0);
    for (let step = 1; step <= trainer.totalSteps; step += 1) {
      const { users, items, labels } = trainer.batch(step);
      for (const [at, item] of items.entries()) {
        if (labels[at] === 0 && users[at] === 0) counts[item] = (counts[item] as number) + 1;
      }
    }
    const drawn = 60 * 64 * 3;
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(drawn);
    expect([counts[1], counts[3], counts[4]]).toEqual([0, 0, 0]);
    for (const item of [0, 2, 5]) {
      expect(Math.abs((counts[item] as number) - drawn / 3)).toBeLessThan(6 * Math.sqrt((drawn * 2) / 9));
    }
  });

  test('T-CE drops what ε(t) asks for, at every iteration', async () => {
    const [epsMax, epsN] = [0.3, 20];
    const trainer = open(testConfig({ loss: 'T-CE', epsMax, epsN, epochs: 6 }));
    for (let t = 1; t <= trainer.totalSteps; t += 1) {
      const { labels } = trainer.batch(t);
      const positives = labels.reduce((sum, label) => sum + label, 0);
      const { dropped, samples } = await trainer.run(1);
      expect(samples).toBe(labels.length);
      const asked = Math.floor(epsMax * Math.min(t / epsN, 1) * labels.length);
      expect({ t, positives, dropped }).toEqual({ t, positives, dropped: Math.min(asked, positives) });
    }
  });

  test('T-CE never drops a negative, however many it should drop', async () => {
    const trainer = open(testConfig({ loss: 'T-CE', epsMax: 0.9, epsN: 1 }));
    const positives = trainer.batch(1).labels.reduce((sum, label) => sum + label, 0);
    expect((await trainer.run(1)).dropped).toBe(positives);
  });

  test('a ranking equals one by full sort, masks and ties included', async () => {
    // Parameters from {-1, 0, 1}: most users see hundreds of exact ties.
    const data = randomBundle({ users: 150, items: 700, density: 0.04 });
    const config = testConfig({ factors: 3, topk: [1, 7, 50] });
    const random = testRandom(3);
    const draw = (size: number) => Float32Array.from({ length: size }, () => Math.floor(random() * 3) - 1);
    const initial = {
      userGmf: draw(450),
      itemGmf: draw(2100),
      outW: Float32Array.of(1, -1, 2),
      outB: draw(1),
    };
    for (const threads of [1, 3]) {
      const trainer = open(config, { data, initial, threads });
      for (const part of ['valid', 'test'] as const) {
        const expected = rankByFullSort({ bundle: data, score: gmfScore(initial), part, topk: config.topk });
        const actual = await trainer.rank(part, config.topk);
        expect(actual.users).toBe(expected.users);
        for (const at of config.topk.keys()) {
          expect(actual.recall[at]).toBeCloseTo(expected.recall[at] as number, 12);
          expect(actual.ndcg[at]).toBeCloseTo(expected.ndcg[at] as number, 12);
        }
      }
    }
  });

  test('a ranking of trained parameters equals one by full sort, K over the number of items included', async () => {
    const trainer = open(testConfig());
    await trainer.run(30);
    const topk = [3, 10, 100];
    const expected = rankByFullSort({ bundle, score: gmfScore(trainer.parameters()), part: 'test', topk });
    const actual = await trainer.rank('test', topk);
    expect(actual.users).toBe(expected.users);
    for (const at of topk.keys()) expect(actual.recall[at]).toBeCloseTo(expected.recall[at] as number, 12);
    for (const at of topk.keys()) expect(actual.ndcg[at]).toBeCloseTo(expected.ndcg[at] as number, 12);
  });

  test('restoring the best brings its parameters and metrics back', async () => {
    const trainer = open(testConfig());
    await trainer.run(20);
    trainer.keepBest();
    const kept = { sha256: trainer.parametersSha256(), ranking: await trainer.rank('valid', [10]) };
    await trainer.run(20);
    expect(trainer.parametersSha256()).not.toBe(kept.sha256);
    trainer.restoreBest();
    expect(trainer.parametersSha256()).toBe(kept.sha256);
    expect(await trainer.rank('valid', [10])).toEqual(kept.ranking);
  });

  test('training lowers the loss, on the way to parameters that rank better than those of the start', async () => {
    const trainer = open(testConfig({ epochs: 40 }));
    const before = await trainer.validationLoss();
    const { meanLoss } = await trainer.run(5);
    let last = await trainer.run(400);
    while (trainer.step < trainer.totalSteps) last = await trainer.run(400);
    expect(last.meanLoss).toBeLessThan(meanLoss);
    expect(await trainer.validationLoss()).not.toBe(before);
  });

  test('a loss that is not finite ends the run and names its iteration', async () => {
    const initial = open(testConfig()).parameters();
    initial.userGmf?.fill(1e30);
    const trainer = open(testConfig(), {
      initial: { ...initial, itemGmf: initial.userGmf?.slice(0, 320) as Float32Array },
    });
    expect(await trainer.run(10)).toMatchObject({ steps: 1, notFiniteAt: 1 });
  });

  test('a run stops at the last iteration', async () => {
    const trainer = open(testConfig());
    expect((await trainer.run(1_000_000)).steps).toBe(trainer.totalSteps);
    expect(trainer.step).toBe(trainer.totalSteps);
  });

  test('a closed training refuses to go on, and closes twice', async () => {
    const trainer = open(testConfig());
    trainer.close();
    trainer.close();
    await expect(trainer.run(1)).rejects.toThrow('closed');
  });

  test('a user who has every item is refused by his number', () => {
    const data = bundleOf({ train: [[0], [0, 1, 2]], valid: [[1], []], test: [[2], []] }, 3);
    expect(() => open(testConfig(), { data })).toThrow(DataUnfitError);
    expect(() => open(testConfig(), { data })).toThrow(
      /user 1 has a training interaction with each of the 3 items/,
    );
  });

  test('a data set whose arrays do not fit together is refused, not read', () => {
    const broken: Bundle = {
      ...bundle,
      valid: { ...bundle.valid, items: bundle.valid.items.map(() => 40) },
    };
    expect(() => open(testConfig(), { data: broken })).toThrow(
      /valid: item 40 of user \d+, but there are 40 items/,
    );
    const short: Bundle = {
      ...bundle,
      train: { ...bundle.train, rowStarts: bundle.train.rowStarts.slice(1) },
    };
    expect(() => open(testConfig(), { data: short })).toThrow('train: 50 row starts, expected 51');
  });
});

type Sample = { user: number; item: number; label: number };

const keyOf = ({ user, item }: { user: number; item: number }) => `${user} ${item}`;

function trainingPairs(bundle: Bundle): { user: number; item: number }[] {
  return Array.from({ length: bundle.header.users }, (_, user) =>
    itemsOf(bundle.train, user).map((item) => ({ user, item })),
  ).flat();
}

function samplesOfEpoch(trainer: Trainer, epoch: number): Sample[] {
  return Array.from({ length: trainer.stepsPerEpoch }, (_, at) => {
    const { users, items, labels } = trainer.batch(epoch * trainer.stepsPerEpoch + at + 1);
    return Array.from(users, (user, n) => ({ user, item: items[n] as number, label: labels[n] as number }));
  }).flat();
}

/** GMF's logit but for its bias, in float32. */
function gmfScore({ userGmf, itemGmf, outW }: Parameters): (user: number, item: number) => number {
  const factors = (outW as Float32Array).length;
  return (user, item) => {
    let sum = 0;
    for (let f = 0; f < factors; f += 1) {
      const weight = Math.fround((userGmf?.[user * factors + f] as number) * (outW?.[f] as number));
      sum = Math.fround(sum + Math.fround(weight * (itemGmf?.[item * factors + f] as number)));
    }
    return sum;
  };
}
