/** What every engine must do for every model beyond GMF, on which conformance.test.ts runs. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Bundle } from '../data/bundle.js';
import type { Parameters, Trainer } from './engine.js';
import { architectureOf, initialValues, parameterSpecs } from './parameters.js';
import { itemsOf, randomBundle, testConfig, testRandom } from './randomBundle.js';
import { rankByFullSort } from './rankByFullSort.js';
import { STREAM, unitDraw } from './rng.js';
import { testEngines } from './testEngines.js';

const NEUMF = { model: 'NeuMF', mlpLayers: 3, dropout: 0 } as const;
const CDAE = { model: 'CDAE', hidden: 20, corruption: 0.3 } as const;

const MODELS: Partial<TrainingConfig>[] = [NEUMF, { ...NEUMF, mlpLayers: 1, dropout: 0.4, factors: 5 }, CDAE];
const TRAININGS = MODELS.flatMap((model): Partial<TrainingConfig>[] => [
  { ...model, loss: 'CE' },
  { ...model, loss: 'T-CE', epsMax: 0.3, epsN: 20 },
  { ...model, loss: 'R-CE', beta: 0.25 },
]);

describe.each(await testEngines('models'))('$name', ({ engine, isRepeatable, hasThreads }) => {
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
  const trainAll = async (config: TrainingConfig, threads = 1, evalEvery = config.evalEvery) => {
    const trainer = open(config, { threads });
    const losses: number[] = [];
    while (trainer.step < trainer.totalSteps) {
      losses.push((await trainer.run(evalEvery)).meanLoss);
      losses.push(await trainer.validationLoss());
    }
    return { sha256: trainer.parametersSha256(), losses, ranking: await trainer.rank('test', config.topk) };
  };

  test.each(MODELS)('$model starts from the values that its seed draws', (model) => {
    const config = testConfig(model);
    const parameters = open(config).parameters();
    const specs = parameterSpecs(architectureOf(config), bundle.header);
    expect(Object.keys(parameters)).toEqual(specs.map(({ name }) => name));
    for (const spec of specs) expect(parameters[spec.name]).toEqual(initialValues(spec, config.seed));
  });

  if (isRepeatable)
    test.each(TRAININGS)('$model $loss, dropout $dropout, gives the same bits again', async (training) => {
      const config = testConfig({ ...training, batchSize: 200 });
      const first = await trainAll(config);
      expect(await trainAll(config)).toEqual(first);
      expect((await trainAll({ ...config, seed: 2 })).sha256).not.toBe(first.sha256);
    });

  if (hasThreads)
    test.each(TRAININGS)(
      '$model $loss, dropout $dropout, gives the same bits on any threads',
      async (training) => {
        const config = testConfig({ ...training, batchSize: 200 });
        const alone = await trainAll(config);
        expect(await trainAll(config, 2)).toEqual(alone);
        expect(await trainAll(config, 5)).toEqual(alone);
      },
    );

  if (isRepeatable)
    test.each(MODELS)('evaluating $model more often changes no parameter', async (model) => {
      const config = testConfig(model);
      const seldom = await trainAll(config, 1, 1_000);
      expect((await trainAll(config, 1, 1)).sha256).toBe(seldom.sha256);
    });

  test.each(MODELS)('training lowers the loss of $model', async (model) => {
    const trainer = open(testConfig({ ...model, epochs: 40 }));
    const { meanLoss } = await trainer.run(5);
    let last = await trainer.run(400);
    while (trainer.step < trainer.totalSteps) last = await trainer.run(400);
    expect(last.meanLoss).toBeLessThan(0.9 * meanLoss);
  });

  test.each(MODELS)('restoring the best of $model brings its parameters and metrics back', async (model) => {
    const trainer = open(testConfig(model));
    await trainer.run(20);
    trainer.keepBest();
    const evaluate = async () => [await trainer.rank('valid', [10]), trainer.parametersSha256()];
    const kept = await evaluate();
    await trainer.run(20);
    expect((await evaluate())[1]).not.toBe(kept[1]);
    trainer.restoreBest();
    expect(await evaluate()).toEqual(kept);
  });

  test.each(MODELS)('a ranking of trained $model equals one by full sort', async (model) => {
    const config = testConfig({ ...model, topk: [3, 10, 100] });
    const trainer = open(config);
    await trainer.run(30);
    await expectRankings(trainer, config, scoreOf(config, trainer.parameters(), bundle));
  });

  test.each([2, 3])('a ranking by a tower of %i layers breaks exact ties by item', async (mlpLayers) => {
    const data = randomBundle({ users: 60, items: 150, density: 0.08 });
    const config = testConfig({ ...NEUMF, mlpLayers, factors: 2, topk: [1, 7, 50] });
    const initial = smallIntegers(config, data, 3);
    const trainer = open(config, { data, initial, threads: 2 });
    await expectRankings(trainer, config, scoreOf(config, initial, data), data);
  });

  test('a ranking by an autoencoder breaks exact ties by item', async () => {
    const data = randomBundle({ users: 60, items: 150, density: 0.08 });
    const config = testConfig({ ...CDAE, hidden: 4, topk: [1, 7, 50] });
    // Without anything to encode, z is exactly a half.
    const still = Object.fromEntries(
      Object.entries(smallIntegers(config, data, 5)).map(([name, values]) => [
        name,
        name.startsWith('itemOut') ? values : values.fill(0),
      ]),
    );
    const trainer = open(config, { data, initial: still, threads: 2 });
    await expectRankings(trainer, config, scoreOf(config, still, data), data);
  });

  test('dropout and corruption belong to training: an evaluation knows none', async () => {
    const pairs: Partial<TrainingConfig>[][] = [
      [NEUMF, { ...NEUMF, dropout: 0.5 }],
      [CDAE, { ...CDAE, corruption: 0.9 }],
    ];
    for (const [without, withNoise] of pairs) {
      const evaluated = [without, withNoise].map(async (model) => {
        const trainer = open(testConfig(model));
        return [await trainer.validationLoss(), await trainer.rank('valid', [10])];
      });
      expect(await evaluated[1]).toEqual(await evaluated[0]);
      const trained = [without, withNoise].map(
        async (model) => (await open(testConfig(model)).run(3)).meanLoss,
      );
      expect(await trained[1]).not.toBe(await trained[0]);
    }
  });

  test('a step sees of each history what the seed keeps, and each user of its batch once', () => {
    const config = testConfig(CDAE);
    const trainer = open(config);
    for (const step of [1, 2, trainer.totalSteps]) {
      const { users, inputs } = trainer.batch(step);
      const known = [...new Set(users)].sort((a, b) => a - b);
      expect([...(inputs?.users ?? [])]).toEqual(known);
      for (const [at, user] of known.entries()) {
        const first = bundle.train.rowStarts[user] as number;
        const kept = itemsOf(bundle.train, user).filter(
          (_, place) => unitDraw(config.seed, first + place, step, STREAM.corruption) > CDAE.corruption,
        );
        expect([...(inputs?.items.subarray(inputs.rowStarts[at], inputs.rowStarts[at + 1]) ?? [])]).toEqual(
          kept,
        );
      }
    }
  });

  async function expectRankings(
    trainer: Trainer,
    { topk }: TrainingConfig,
    score: (user: number, item: number) => number,
    data = bundle,
  ): Promise<void> {
    for (const part of ['valid', 'test'] as const) {
      const expected = rankByFullSort({ bundle: data, score, part, topk });
      const actual = await trainer.rank(part, topk);
      expect(actual.users).toBe(expected.users);
      for (const at of topk.keys()) expect(actual.recall[at]).toBeCloseTo(expected.recall[at] as number, 12);
      for (const at of topk.keys()) expect(actual.ndcg[at]).toBeCloseTo(expected.ndcg[at] as number, 12);
    }
  }
});

/** Parameters from {-1, 0, 1}: sums are exact in any order, and many are equal. */
function smallIntegers(config: TrainingConfig, data: Bundle, seed: number): Parameters {
  const random = testRandom(seed);
  return Object.fromEntries(
    parameterSpecs(architectureOf(config), data.header).map(({ name, shape }) => [
      name,
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.floor(random() * 3) - 1),
    ]),
  );
}

/** The logit, by the formulas of the model, in float64. */
function scoreOf(config: TrainingConfig, parameters: Parameters, data: Bundle) {
  const row = (name: string, at: number, columns: number) => [
    ...(parameters[name] as Float32Array).subarray(at * columns, (at + 1) * columns),
  ];
  const dot = (a: number[], b: number[]) => a.reduce((sum, x, at) => sum + x * (b[at] as number), 0);
  if (config.model === 'CDAE') {
    const hidden = config.hidden as number;
    return (user: number, item: number) => {
      const sum = row('userIn', user, hidden).map((x, at) => x + (parameters.hiddenB?.[at] as number));
      for (const seen of itemsOf(data.train, user))
        for (const [at, x] of row('itemIn', seen, hidden).entries()) sum[at] = (sum[at] as number) + x;
      const z = sum.map((x) => 1 / (1 + Math.exp(-x)));
      return dot(row('itemOut', item, hidden), z) + (parameters.itemOutB?.[item] as number);
    };
  }
  const { factors, mlpLayers = 0 } = config;
  const width = factors * 2 ** (mlpLayers - 1);
  return (user: number, item: number) => {
    const itemGmf = row('itemGmf', item, factors);
    const product = row('userGmf', user, factors).map((x, at) => x * (itemGmf[at] as number));
    let tower = [...row('userMlp', user, width), ...row('itemMlp', item, width)];
    for (let layer = 0; layer < mlpLayers; layer += 1) {
      const input = tower;
      tower = [...(parameters[`mlpB${layer}`] as Float32Array)].map((bias, out) =>
        Math.max(0, bias + dot(row(`mlpW${layer}`, out, input.length), input)),
      );
    }
    return dot([...(parameters.outW as Float32Array)], [...product, ...tower]);
  };
}
