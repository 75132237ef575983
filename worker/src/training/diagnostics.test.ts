/** The diagnostics against a plain computation of what they claim, on a small data set with flags. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Trainer, WEIGHT_BINS } from '../engines/engine.js';
import { itemsOf, randomBundle, testConfig, withFlags } from '../engines/randomBundle.js';
import { testEngines } from '../engines/testEngines.js';
import { diagnosticMetrics } from './diagnostics.js';
import { groupMetrics, userGroups } from './userGroups.js';
import { validationSample } from './validationSample.js';

describe.each(await testEngines('diagnostics'))('diagnostics by $name', ({ engine }) => {
  const bundle = withFlags(randomBundle(), 0.3);
  const open = (config: TrainingConfig, threads = 1) => {
    const trainer = engine.open({ bundle, config, threads });
    onTestFinished(() => trainer.close());
    return trainer;
  };

  test.each<Partial<TrainingConfig>>([
    { loss: 'CE' },
    { loss: 'T-CE', epsMax: 0.3, epsN: 10 },
    { loss: 'R-CE', beta: 0.5 },
    { loss: 'NR', nrFpWeight: 1, nrNegativeWeight: 1 },
    { loss: 'NMTR', nmtrClickWeight: 0.4 },
  ])('of $loss are what each step’s samples and parameters say', async (loss) => {
    const config = testConfig({ ...loss, lr: 0.05 });
    const [steps, watched] = [25, open(config)];
    const expected = await watchSteps(watched, config, steps);
    const chunk = await open(config, 3).run(steps);
    const actual = diagnosticMetrics(chunk, { config, step: steps, hasFlags: true });
    expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, value] of Object.entries(expected)) {
      const digits = name.startsWith('diag/weight') ? 3 : 5;
      expect(actual[name as keyof typeof actual], name).toBeCloseTo(value, digits);
    }
  });

  test('that need flags are left out where there are none', async () => {
    const config = testConfig({ loss: 'T-CE', epsMax: 0.3, epsN: 10 });
    const chunk = await open(config).run(20);
    const metrics = diagnosticMetrics(chunk, { config, step: 20, hasFlags: false });
    expect(Object.keys(metrics).sort()).toEqual(['diag/drop_share', 'diag/epsilon']);
  });

  test('have no precision while nothing has been dropped', async () => {
    const config = testConfig({ loss: 'T-CE', epsMax: 0.3, epsN: 1_000_000 });
    const metrics = diagnosticMetrics(await open(config).run(5), { config, step: 5, hasFlags: true });
    expect(metrics).not.toHaveProperty('diag/drop_precision');
    expect(metrics).toMatchObject({ 'diag/drop_recall': 0, 'diag/drop_share': 0 });
  });
});

/** Steps one by one, looking at the samples and parameters before each. */
async function watchSteps(trainer: Trainer, config: TrainingConfig, steps: number) {
  const losses = { true: [] as number[], false: [] as number[] };
  let [dropped, droppedFalse] = [0, 0];
  for (let step = 1; step <= steps; step += 1) {
    const { users, items, labels, falsePositive } = trainer.batch(step);
    const { userGmf, itemGmf, outW, outB, outW2, outB2 } = trainer.parameters();
    // Of NMTR, whose satisfaction ranks, both outputs together.
    const logit = (user: number, item: number) =>
      (outW as Float32Array).reduce(
        (sum, w, f) =>
          sum +
          (w + (outW2?.[f] ?? 0)) * (userGmf?.[user * 8 + f] as number) * (itemGmf?.[item * 8 + f] as number),
        (outB?.[0] as number) + (outB2?.[0] ?? 0),
      );
    const seen = [...users.keys()]
      .filter((n) => labels[n] === 1 || falsePositive?.[n] === 1)
      .map((n) => ({
        ce: Math.log1p(Math.exp(-logit(users[n] as number, items[n] as number))),
        isFalse: falsePositive?.[n] === 1,
      }));
    for (const { ce, isFalse } of seen) losses[isFalse ? 'false' : 'true'].push(ce);
    const rate = (config.epsMax ?? 0) * Math.min(step / (config.epsN ?? 1), 1);
    const worst = seen.sort((a, b) => b.ce - a.ce).slice(0, Math.floor(rate * labels.length));
    dropped += worst.length;
    droppedFalse += worst.filter(({ isFalse }) => isFalse).length;
    await trainer.run(1);
  }
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const all = [...losses.true, ...losses.false];
  const weights = all.map((ce) => Math.exp(-(config.beta ?? 0) * ce)).sort((a, b) => a - b);
  const quantile = (share: number) => weights[Math.ceil(share * weights.length) - 1] as number;
  return {
    'diag/ce_fp': mean(losses.false),
    'diag/ce_tp': mean(losses.true),
    ...(config.loss === 'T-CE' && {
      'diag/epsilon': 0.3,
      'diag/drop_share': dropped / all.length,
      'diag/drop_precision': droppedFalse / dropped,
      'diag/drop_recall': droppedFalse / losses.false.length,
      'diag/drop_random': losses.false.length / all.length,
    }),
    ...(config.loss === 'R-CE' && {
      'diag/weight_p10': quantile(0.1) + 0.5 / WEIGHT_BINS,
      'diag/weight_p50': quantile(0.5) + 0.5 / WEIGHT_BINS,
      'diag/weight_p90': quantile(0.9) + 0.5 / WEIGHT_BINS,
    }),
  };
}

describe('user groups', () => {
  test('hold a quarter of the interactions each, those who have done least first', () => {
    const { train } = randomBundle({ users: 400, items: 100, density: 0.1 });
    const groups = userGroups(train);
    const count = (user: number) => itemsOf(train, user).length;
    const members = [0, 1, 2, 3].map((group) => [...groups.keys()].filter((user) => groups[user] === group));
    for (const [group, users] of members.entries()) {
      const interactions = users.reduce((sum, user) => sum + count(user), 0);
      expect(interactions / train.items.length).toBeCloseTo(0.25, 2);
      const next = members[group + 1]?.map(count) ?? [];
      expect(Math.max(...users.map(count))).toBeLessThanOrEqual(Math.min(...next, 100));
    }
  });

  test('average over their own ranked users, and say nothing of a group without any', () => {
    const byUser = {
      users: Uint32Array.of(0, 2, 3),
      recall: Float64Array.of(0.2, 0.4, 0.6),
      ndcg: Float64Array.of(0.1, 0.3, 0.8),
    };
    expect(groupMetrics(byUser, Uint8Array.of(0, 1, 0, 3), { part: 'test', topk: [5] })).toEqual({
      'test/recall@5/g1': expect.closeTo(0.3, 12),
      'test/ndcg@5/g1': 0.2,
      'test/recall@5/g4': 0.6,
      'test/ndcg@5/g4': 0.8,
    });
  });
});

describe('a sample of validation users', () => {
  const { valid } = randomBundle({ users: 300 });

  test('has only users with validation interactions, the same ones each time, and grows by adding', () => {
    const small = validationSample(valid, 20) as Uint32Array;
    const large = validationSample(valid, 60) as Uint32Array;
    expect(new Set(small).size).toBe(20);
    expect([...small]).toEqual([...small].sort((a, b) => a - b));
    for (const user of large) expect(itemsOf(valid, user)).not.toEqual([]);
    expect([...large]).toEqual(expect.arrayContaining([...small]));
    expect(validationSample(valid, 20)).toEqual(small);
  });

  test('is everyone when 0 or more than there are is asked for', () => {
    expect(validationSample(valid, 0)).toBeUndefined();
    expect(validationSample(valid, 10_000)).toBeUndefined();
  });
});
