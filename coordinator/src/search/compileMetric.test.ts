import { describe, expect, it } from 'vitest';
import { accepted, GRID, refused, type Spec, withParameters } from './exampleSpecs.js';

describe('the metric', () => {
  const both = withParameters({ dataset: { values: ['adressa', 'synthetic'] } });
  const ranking = (spec: Spec) =>
    new Map(accepted(spec).trials.map(({ config }) => [config.dataset, [config.select, ...config.topk]]));

  it('follows the data set where the sweep is silent', () => {
    expect(Object.fromEntries(ranking(both))).toEqual({
      adressa: ['valid/recall@3', 3, 20],
      synthetic: ['valid/recall@50', 50, 100],
    });
  });

  it('may be set for one data set', () => {
    const spec = {
      ...both,
      metric: { name: 'valid/ndcg@100', goal: 'maximize' },
      overrides: [
        { when: { dataset: 'adressa' }, set: { 'metric.name': 'valid/recall@20', topk: [10, 20] } },
      ],
    };
    expect(Object.fromEntries(ranking(spec))).toEqual({
      adressa: ['valid/recall@20', 10, 20],
      synthetic: ['valid/ndcg@100', 50, 100],
    });
  });

  it('brings its K along', () => {
    expect(ranking({ ...both, metric: { name: 'valid/recall@7' } }).get('adressa')).toEqual([
      'valid/recall@7',
      3,
      7,
      20,
    ]);
  });

  it.each([
    [
      { metric: { name: 'test/recall@50' } },
      'metric.name: must be a validation metric: the test part is read',
    ],
    [{ metric: { name: 'train/loss' } }, 'metric.name: must be a validation metric, valid/…'],
    [{ metric: { name: 'valid/loss' } }, 'metric.name: losses have different scales'],
    [{ metric: { name: 'valid/recall@5', goal: 'minimize' } }, 'metric.goal: must be maximize'],
    [
      { metric: { name: 'valid/recall@5' }, training: { topk: [10] } },
      'metric.name: K = 5 is not in training.topk',
    ],
    [{ metric: { name: 'valid/recall@2000' } }, 'metric.name: K = 2000 is more than the limit 1000'],
    [
      { training: { topk: [10, 1001] } },
      'training.topk[1]: must be a whole number from 1 to 1000 (got 1001)',
    ],
    [
      { metric: { name: 'valid/recall@50' }, training: { select: 'valid-loss' } },
      'training.select: a sweep ranks by the metric that picks its checkpoints',
    ],
    [
      { overrides: [{ when: { loss: 'CE' }, set: { 'metric.name': 'valid/recall@100' } }] },
      'overrides[0].when.loss: losses are compared by one metric',
    ],
  ])('is refused where it could not rank: %j', (more, line) => {
    expect(refused({ ...GRID, ...more }).lines[0]).toContain(line);
  });

  it('may be the validation loss of a single loss, as in the paper', () => {
    const spec = { ...withParameters({ loss: { value: 'CE' } }), training: { select: 'valid-loss' } };
    expect(accepted(spec)).toMatchObject({ metric: 'valid/loss', maximize: false });
  });
});
