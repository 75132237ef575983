/** What a new sweep starts from says exactly what it was taken from. */
import { TrainingConfig } from '@adt/proto/gen/adt/v1/common';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { presetFor, trialFile, withMoreSeeds } from './starts';

describe('a preset', () => {
  test('is filled in with what is stored: the paper’s data sets where there are any', () => {
    expect(presetFor('quick', ['adressa', 'synthetic'])).toMatchObject({
      datasets: ['synthetic'],
      epochs: 25,
    });
    expect(presetFor('quick', ['mine'])).toEqual({ name: 'quick', datasets: ['mine'], models: ['GMF'] });
    expect(presetFor('paper', ['adressa', 'synthetic', 'yelp'])).toMatchObject({
      name: 'paper-table-3',
      datasets: ['adressa', 'yelp'],
    });
    expect(presetFor('paper', ['synthetic']).datasets).toEqual(['synthetic']);
  });
});

test('a trial’s file fixes what was active in it, and nothing else', () => {
  const config = TrainingConfig.fromPartial({
    dataset: 'tiny',
    model: 'NeuMF',
    loss: 'T-CE',
    epsMax: 0.1,
    epsN: 500,
    lr: 0.001,
    factors: 32,
    negatives: 1,
    batchSize: 1024,
    epochs: 4,
    evalEvery: 100,
    topk: [50, 100],
    select: 'valid/recall@50',
    seed: 7,
    mlpLayers: 3,
    dropout: 0,
  });
  expect(parse(trialFile(12, config))).toEqual({
    name: 'trial-12',
    method: 'grid',
    metric: { name: 'valid/recall@50' },
    parameters: {
      dataset: { value: 'tiny' },
      model: { value: 'NeuMF' },
      loss: { value: 'T-CE' },
      eps_max: { value: 0.1 },
      eps_n: { value: 500 },
      lr: { value: 0.001 },
      mlp_layers: { value: 3 },
      dropout: { value: 0 },
    },
    training: { epochs: 4, eval_every: 100, batch_size: 1024, factors: 32, negatives: 1, topk: [50, 100] },
    seeds: { search: [7] },
  });
});

test('more seeds leave the rest of a file, its comments included, as it was', () => {
  const text = withMoreSeeds('# mine\nname: a\nseeds:\n  search: [1]\n  confirm: {count: 6, base: 2019}\n');
  expect(text).toContain('# mine');
  expect(parse(text)).toEqual({ name: 'a', seeds: { search: [1], confirm: { count: 16, base: 2019 } } });
  expect(withMoreSeeds('name: [')).toBe('name: [');
});
