/** The paper's baselines against a float64 reference by the formulas, and what they are fed. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Bundle } from '../data/bundle.js';
import { DataUnfitError, type Engine, type Parameters, type ReplayCase } from './engine.js';
import { SIMD_LEVELS } from './native/addon.js';
import { nativeEngine } from './native/nativeEngine.js';
import { bundleOf, itemsOf, randomBundle, testConfig, testRandom, withFlags } from './randomBundle.js';

const native = nativeEngine();
const BASELINES: Partial<TrainingConfig>[] = [
  { loss: 'clean' },
  { loss: 'NR', nrFpWeight: 0.7, nrNegativeWeight: 1.3 },
  { loss: 'NMTR', nmtrClickWeight: 0.4 },
];

describe.skipIf(!native.ok)('a baseline that knows the false positives', () => {
  const engine = native.ok ? native.engine : (undefined as unknown as Engine);
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
      const outcome = async (how: { threads: number; by: Engine }) => {
        const trainer = open(config, bundle, how);
        const { meanLoss, positives } = await trainer.run(15);
        const valid = await trainer.validationLoss();
        const ranking = await trainer.rank('test', [5, 20]);
        return { meanLoss, positives, valid, ranking, sha256: trainer.parametersSha256() };
      };
      const first = await outcome({ threads: 1, by: engine });
      for (const run of runs) expect(await outcome(run)).toEqual(first);
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

function randomCase(loss: 'NR' | 'NMTR', hyper: ReplayCase['hyper']): ReplayCase {
  const random = testRandom(11);
  const [users, items, factors] = [9, 12, 5];
  const normal = (size: number) => Float32Array.from({ length: size }, () => random() - 0.5);
  const batches = Array.from({ length: 6 }, () => {
    const pick = (below: number) => Uint32Array.from({ length: 10 }, () => Math.floor(random() * below));
    const falsePositive = Uint8Array.from({ length: 10 }, () => (random() < 0.3 ? 1 : 0));
    const labels = falsePositive.map((isFalse) =>
      isFalse ? (loss === 'NR' ? 0 : 1) : random() < 0.5 ? 1 : 0,
    );
    return { users: pick(users), items: pick(items), labels, falsePositive };
  });
  const gmf = { userGmf: normal(users * factors), itemGmf: normal(items * factors) };
  const out = { outW: normal(factors), outB: normal(1) };
  const second: Parameters = loss === 'NMTR' ? { outW2: normal(factors), outB2: normal(1) } : {};
  const adam = { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8 };
  return {
    model: 'GMF',
    loss,
    hyper,
    users,
    items,
    factors,
    adam,
    initial: { ...gmf, ...out, ...second },
    batches,
  };
}

type Reference = Record<string, number[]>;

/** Float64, dense Adam, one sample after the other. */
function referenceReplay({ loss, hyper, factors, adam, initial, batches }: ReplayCase) {
  const p: Reference = Object.fromEntries(
    Object.entries(initial).map(([name, values]) => [name, [...values]]),
  );
  const zeros = () =>
    Object.fromEntries(Object.entries(p).map(([name, values]) => [name, values.map(() => 0)]));
  const [m, v] = [zeros(), zeros()] as [Reference, Reference];
  const outcome = { loss: [] as number[], sampleLoss: [] as number[][], final: p };
  const add = (to: number[] | undefined, at: number, value: number) => {
    if (to) to[at] = (to[at] as number) + value;
  };
  for (const [index, batch] of batches.entries()) {
    const g: Reference = zeros();
    const losses = [...batch.users].map((user, n) => {
      const item = batch.items[n] as number;
      const row = (name: string, id: number) => p[name]?.slice(id * factors, (id + 1) * factors) as number[];
      const [pu, qi] = [row('userGmf', user), row('itemGmf', item)];
      const dot = (weights: string) =>
        pu.reduce((sum, x, f) => sum + x * (qi[f] as number) * (p[weights]?.[f] as number), 0);
      const click = dot('outW') + (p.outB?.[0] as number);
      const isFalse = batch.falsePositive?.[n] === 1;
      const label = batch.labels[n] as number;
      // Per output layer: the derivative by its own part of the logit.
      let slopes: number[];
      let value: number;
      if (loss === 'NR') {
        const weight = isFalse
          ? (hyper.nrFpWeight as number)
          : label
            ? 1
            : (hyper.nrNegativeWeight as number);
        value = weight * crossEntropy(click, label);
        slopes = [weight * (sigmoid(click) - label)];
      } else {
        const satisfaction = click + dot('outW2') + (p.outB2?.[0] as number);
        const share = hyper.nmtrClickWeight as number;
        const satisfied = isFalse ? 0 : label;
        value = share * crossEntropy(click, label) + (1 - share) * crossEntropy(satisfaction, satisfied);
        const second = (1 - share) * (sigmoid(satisfaction) - satisfied);
        slopes = [share * (sigmoid(click) - label) + second, second];
      }
      for (const [task, slope] of slopes.entries()) {
        const [w, b] = task === 0 ? ['outW', 'outB'] : ['outW2', 'outB2'];
        const d = slope / batch.users.length;
        add(g[b as string], 0, d);
        for (let f = 0; f < factors; f += 1) {
          const [x, y, weight] = [pu[f] as number, qi[f] as number, p[w as string]?.[f] as number];
          add(g[w as string], f, d * x * y);
          add(g.userGmf, user * factors + f, d * weight * y);
          add(g.itemGmf, item * factors + f, d * weight * x);
        }
      }
      return value;
    });
    outcome.sampleLoss.push(losses);
    outcome.loss.push(losses.reduce((a, b) => a + b, 0) / losses.length);
    dense(p, g, m, v, { ...adam, t: index + 1 });
  }
  return outcome;
}

function dense(
  p: Reference,
  g: Reference,
  m: Reference,
  v: Reference,
  { lr, beta1, beta2, eps, t }: ReplayCase['adam'] & { t: number },
): void {
  for (const [name, values] of Object.entries(p)) {
    const [ms, vs, gs] = [m[name], v[name], g[name]] as [number[], number[], number[]];
    for (let n = 0; n < values.length; n += 1) {
      const slope = gs[n] as number;
      ms[n] = beta1 * (ms[n] as number) + (1 - beta1) * slope;
      vs[n] = beta2 * (vs[n] as number) + (1 - beta2) * slope * slope;
      const [mean, square] = [(ms[n] as number) / (1 - beta1 ** t), (vs[n] as number) / (1 - beta2 ** t)];
      values[n] = (values[n] as number) - (lr * mean) / (Math.sqrt(square) + eps);
    }
  }
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function crossEntropy(logit: number, label: number): number {
  return -Math.log(label ? sigmoid(logit) : 1 - sigmoid(logit));
}
