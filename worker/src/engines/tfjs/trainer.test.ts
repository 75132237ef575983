/** Every model through a whole training on tfjs. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Inputs, Parameters } from '../engine.js';
import type { Architecture } from '../parameters.js';
import { itemsOf, randomBundle, testConfig, withFlags } from '../randomBundle.js';
import { loadBackend } from './backend.js';
import { openTrainer } from './tfjsEngine.js';

const bundle = randomBundle();
const GMF = { model: 'GMF', factors: 8 } as const;
const NEUMF = { model: 'NeuMF', factors: 4, mlpLayers: 3, dropout: 0 } as const;
const CDAE = { model: 'CDAE', hidden: 16, corruption: 0.2 } as const;
const LOSSES = [
  { loss: 'CE' as const },
  { loss: 'T-CE' as const, epsMax: 0.3, epsN: 5 },
  { loss: 'R-CE' as const, beta: 0.25 },
];

beforeAll(async () => {
  expect(await loadBackend('wasm')).toMatchObject({ ok: true });
});

function open(architecture: Architecture, overrides: Partial<ReturnType<typeof testConfig>> = {}) {
  const trainer = openTrainer({ bundle, config: testConfig(overrides), threads: 1 }, architecture);
  onTestFinished(() => trainer.close());
  return trainer;
}

test.each([
  { architecture: GMF, loss: 'NR' as const, nrFpWeight: 0.5, nrNegativeWeight: 2 },
  { architecture: { model: 'NMTR', factors: 8 } as const, loss: 'NMTR' as const, nmtrClickWeight: 0.4 },
])('$loss keeps no tensor of a step or an evaluation', async ({ architecture, ...loss }) => {
  const before = tf.memory().numTensors;
  const config = testConfig(loss);
  const trainer = openTrainer({ bundle: withFlags(bundle, 0.3), config, threads: 1 }, architecture);
  const { numTensors } = tf.memory();
  await trainer.run(6);
  await trainer.validationLoss();
  await trainer.rank('test', [3, 10]);
  expect(tf.memory().numTensors).toBe(numTensors);
  trainer.close();
  expect(tf.memory().numTensors).toBe(before);
});

describe.each([GMF, NEUMF, CDAE])('$model', (architecture) => {
  test('learns what it is shown', async () => {
    const trainer = open(architecture, { epochs: 60 });
    const { meanLoss: first } = await trainer.run(5);
    let last = first;
    while (trainer.step < trainer.totalSteps) last = (await trainer.run(100)).meanLoss;
    expect(first).toBeCloseTo(Math.LN2, 1);
    expect(last).toBeLessThan(0.6 * first);
  });

  test('gives the same bits for the same seed, however often it is evaluated', async () => {
    const run = async (evalEvery: number, seed: number) => {
      const trainer = open(architecture, { seed });
      while (trainer.step < trainer.totalSteps) {
        await trainer.run(evalEvery);
        await trainer.validationLoss();
        await trainer.rank('valid', [5]);
      }
      return trainer.parametersSha256();
    };
    const hash = await run(30, 1);
    expect(await run(4, 1)).toBe(hash);
    expect(await run(30, 2)).not.toBe(hash);
  });

  test.each(LOSSES)('keeps no tensor of a step or an evaluation: $loss', async (loss) => {
    const before = tf.memory().numTensors;
    const trainer = open(architecture, loss);
    await trainer.run(2);
    trainer.keepBest();
    const { numTensors } = tf.memory();
    for (let n = 0; n < 3; n += 1) {
      await trainer.run(6);
      await trainer.validationLoss();
      await trainer.rank('test', [3, 10]);
      trainer.keepBest();
      trainer.restoreBest();
      expect(tf.memory().numTensors).toBe(numTensors);
    }
    trainer.close();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('ranks as its definition, pair by pair, would', async () => {
    const trainer = open(architecture, { lr: 0.05 });
    await trainer.run(40);
    const parameters = trainer.parameters();
    const ranking = await trainer.rank('test', [4]);
    let hits = 0;
    for (let user = 0; user < bundle.header.users; user += 1) {
      const truth = itemsOf(bundle.test, user);
      if (truth.length === 0) continue;
      const masked = [...itemsOf(bundle.train, user), ...itemsOf(bundle.valid, user)];
      const best = Array.from({ length: bundle.header.items }, (_, item) => item)
        .filter((item) => !masked.includes(item))
        .map((item) => ({ item, score: scoreOf(architecture, parameters, user, item) }))
        .sort((a, b) => b.score - a.score)
        .slice(0, 4);
      hits += best.filter(({ item }) => truth.includes(item)).length / truth.length;
    }
    expect(ranking.recall[0]).toBeCloseTo(hits / ranking.users, 12);
  });

  test('has a loss that the definition gives for the first batch', async () => {
    const trainer = open(architecture, { lr: 0.05 });
    await trainer.run(20);
    const parameters = trainer.parameters();
    const { users, items, labels, inputs } = trainer.batch(21);
    let sum = 0;
    for (const [n, user] of users.entries()) {
      const logit = scoreOf(architecture, parameters, user, items[n] as number, inputs);
      sum += Math.log1p(Math.exp(labels[n] === 1 ? -logit : logit));
    }
    expect((await trainer.run(1)).meanLoss).toBeCloseTo(sum / users.length, 5);
  });
});

describe("NeuMF's dropout", () => {
  test('changes what is learnt, not what is ranked or validated', async () => {
    const plain = open(NEUMF);
    const dropping = open({ ...NEUMF, dropout: 0.5 });
    expect(await dropping.validationLoss()).toBe(await plain.validationLoss());
    expect(await dropping.rank('test', [5])).toEqual(await plain.rank('test', [5]));
    await plain.run(10);
    await dropping.run(10);
    expect(dropping.parametersSha256()).not.toBe(plain.parametersSha256());
  });

  test('keeps the size of what is read on average', async () => {
    // With positive weights throughout, the tower's output is linear in what it reads.
    const initial = open(NEUMF).parameters();
    for (const [name, values] of Object.entries(initial)) {
      initial[name] = values.map((value) => (name.includes('B') ? 0 : 0.05 + Math.abs(value)));
    }
    const lossOf = async (dropout: number) => {
      const config = testConfig({ batchSize: 1000, epochs: 1 });
      const trainer = openTrainer({ bundle, config, threads: 1, initial }, { ...NEUMF, dropout });
      onTestFinished(() => trainer.close());
      return (await trainer.run(1)).meanLoss;
    };
    const [kept, dropped] = [await lossOf(0), await lossOf(0.2)];
    expect(dropped).not.toBe(kept);
    expect(Math.abs(dropped - kept)).toBeLessThan(0.05 * kept);
  });
});

describe("CDAE's corruption", () => {
  const readers = (inputs: Inputs) =>
    new Map(
      [...inputs.users].map((user, n) => [
        user,
        [...inputs.items.subarray(inputs.rowStarts[n], inputs.rowStarts[n + 1])],
      ]),
    );

  test('hides a fifth of the history, anew at each step, and nothing that is not in it', () => {
    const trainer = open(CDAE, { epochs: 40 });
    let kept = 0;
    let all = 0;
    const seen = new Map<number, Set<string>>();
    for (let step = 1; step <= trainer.totalSteps; step += 1) {
      const { users, inputs } = trainer.batch(step);
      const read = readers(inputs as Inputs);
      expect([...read.keys()]).toEqual([...new Set(users)].sort((a, b) => a - b));
      for (const [user, items] of read) {
        const history = itemsOf(bundle.train, user);
        expect(items.every((item) => history.includes(item))).toBe(true);
        kept += items.length;
        all += history.length;
        seen.set(user, (seen.get(user) ?? new Set()).add(items.join(' ')));
      }
    }
    // Six standard deviations.
    expect(Math.abs(kept / all - 0.8)).toBeLessThan(6 * Math.sqrt((0.8 * 0.2) / all));
    expect([...seen.values()].every((variants) => variants.size > 5)).toBe(true);
  });

  test('of 0 hides nothing', () => {
    const { inputs } = open({ ...CDAE, corruption: 0 }).batch(1);
    for (const [user, items] of readers(inputs as Inputs)) expect(items).toEqual(itemsOf(bundle.train, user));
  });
});

/** The logit by its definition, in float64; of CDAE for the whole history, or for `inputs` scaled. */
function scoreOf(
  architecture: Exclude<Architecture, { model: 'NMTR' }>,
  parameters: Parameters,
  user: number,
  item: number,
  inputs?: Inputs,
): number {
  const of = (name: string) => parameters[name] as Float32Array;
  const row = (name: string, at: number, width: number) => of(name).subarray(at * width, (at + 1) * width);
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((sum, x, n) => sum + x * (b[n] as number), 0);
  switch (architecture.model) {
    case 'GMF':
    case 'NeuMF': {
      const { factors: f } = architecture;
      const q = row('itemGmf', item, f);
      const features = Array.from(row('userGmf', user, f), (p, n) => p * (q[n] as number));
      if (architecture.model === 'NeuMF') {
        const width = f * 2 ** (architecture.mlpLayers - 1);
        let x = [...row('userMlp', user, width), ...row('itemMlp', item, width)];
        for (let layer = 0; layer < architecture.mlpLayers; layer += 1) {
          const bias = of(`mlpB${layer}`);
          const fanIn = x.length;
          x = Array.from(bias, (b, out) => Math.max(0, b + dot(row(`mlpW${layer}`, out, fanIn), x)));
        }
        features.push(...x);
      }
      return dot(features, of('outW')) + (of('outB')[0] as number);
    }
    case 'CDAE': {
      const { hidden: h, corruption } = architecture;
      const n = inputs?.users.indexOf(user) ?? 0;
      const read = inputs
        ? [...inputs.items.subarray(inputs.rowStarts[n], inputs.rowStarts[n + 1])]
        : itemsOf(bundle.train, user);
      const scale = inputs ? 1 / (1 - corruption) : 1;
      const z = Array.from(of('hiddenB'), (bias, at) => {
        const sum = read.reduce((total, j) => total + (row('itemIn', j, h)[at] as number), 0);
        return 1 / (1 + Math.exp(-(bias + scale * sum + (row('userIn', user, h)[at] as number))));
      });
      return dot(row('itemOut', item, h), z) + (of('itemOutB')[item] as number);
    }
    default:
      throw new Error(`no such model: ${architecture satisfies never}`);
  }
}
