import { describe, expect, it } from 'vitest';
import { accepted, GRID, refused, withParameters } from './exampleSpecs.js';

describe('a grid', () => {
  it('runs each combination once a seed, with the parameters of its loss only', () => {
    const sweep = accepted(GRID);
    expect(sweep.strata.map(({ loss, configurations, runs }) => [loss, configurations, runs])).toEqual([
      ['CE', 1, 2],
      ['T-CE', 4, 8],
      ['R-CE', 3, 6],
    ]);
    expect(sweep).toMatchObject({ configurations: 8, runs: 16, metric: 'valid/recall@50', maximize: true });
    for (const { config } of sweep.trials) {
      expect('epsMax' in config && 'epsN' in config).toBe(config.loss === 'T-CE');
      expect('beta' in config).toBe(config.loss === 'R-CE');
    }
  });

  it('lets the losses take turns, and comes to the second seed when all have run once', () => {
    const order = accepted(GRID).trials.map(({ config }) => `${config.loss} ${config.seed}`);
    expect(order.slice(0, 8)).toEqual([
      'CE 1',
      'T-CE 1',
      'R-CE 1',
      'T-CE 1',
      'R-CE 1',
      'T-CE 1',
      'R-CE 1',
      'T-CE 1',
    ]);
    expect(order.slice(8).every((trial) => trial.endsWith(' 2'))).toBe(true);
  });

  it('gives the seeds of a configuration one hash', () => {
    const { trials } = accepted(GRID);
    const seeds = new Map<string, number[]>();
    for (const { config, configHash } of trials)
      seeds.set(configHash, [...(seeds.get(configHash) ?? []), config.seed]);
    expect([...seeds.values()]).toEqual(new Array(8).fill([1, 2]));
  });

  it('walks a stepped range in clean numbers, its end included', () => {
    const sweep = accepted(withParameters({ eps_max: { min: 0.05, max: 0.3, step: 0.05 } }));
    const values = new Set(sweep.trials.flatMap(({ config }) => config.epsMax ?? []));
    expect([...values].sort()).toEqual([0.05, 0.1, 0.15, 0.2, 0.25, 0.3]);
  });

  it('follows conditions on other parameters, and falls back to the fixed value', () => {
    const spec = {
      ...withParameters({
        loss: { value: 'CE' },
        factors: { values: [8, 16] },
        lr: { values: [0.01, 0.02, 0.03], when: { factors: 16 } },
      }),
      training: { lr: 0.005 },
    };
    const pairs = accepted(spec).trials.map(({ config }) => [config.factors, config.lr]);
    expect(pairs.slice(0, 4)).toEqual([
      [8, 0.005],
      [16, 0.01],
      [16, 0.02],
      [16, 0.03],
    ]);
  });

  it('may search a parameter for one loss and fix it for the others', () => {
    const lr = { values: [0.01, 0.02], when: { loss: 'R-CE' } };
    const { trials } = accepted({ ...withParameters({ lr }), training: { lr: 0.005 } });
    const rates = (loss: string) => [
      ...new Set(trials.flatMap(({ config }) => (config.loss === loss ? config.lr : []))),
    ];
    expect([rates('CE'), rates('T-CE'), rates('R-CE')]).toEqual([[0.005], [0.005], [0.01, 0.02]]);
  });

  it('gives each model its own sizes: searched, fixed, or the paper’s', () => {
    const spec = {
      ...withParameters({
        model: { values: ['GMF', 'NeuMF', 'CDAE'] },
        loss: { value: 'CE' },
        factors: { values: [8, 16] },
        mlp_layers: { values: [2, 4] },
      }),
      training: { hidden: 50 },
    };
    const sizes = accepted(spec).trials.map(({ config }) => {
      const { model, factors, mlpLayers, dropout, hidden, corruption } = config;
      return [model, factors, mlpLayers, dropout, hidden, corruption].filter((size) => size !== undefined);
    });
    const unique = [...new Set(sizes.map((size) => size.join(' ')))].sort();
    expect(unique).toEqual([
      'CDAE 32 50 0.2',
      'GMF 16',
      'GMF 8',
      'NeuMF 16 2 0',
      'NeuMF 16 4 0',
      'NeuMF 8 2 0',
      'NeuMF 8 4 0',
    ]);
  });

  it('refuses a condition that gives a size to a model without it', () => {
    const hidden = { values: [50, 100], when: { model: 'GMF' } };
    expect(refused(withParameters({ model: { values: ['GMF', 'CDAE'] }, hidden })).lines).toContain(
      'parameters.hidden.when.model: hidden belongs to CDAE: no other model reads it',
    );
  });

  it('is refused beyond 10,000 configurations with the count, however vast', () => {
    const range = { min: 1, max: 100_000_000 };
    expect(refused(withParameters({ eps_n: range }))).toEqual({
      reason: 'SWEEP_TOO_LARGE',
      lines: ['parameters: the number of configurations is 200,000,004, the limit is 10,000'],
    });
  });

  it('is refused beyond 50,000 runs', () => {
    const spec = { ...withParameters({ eps_n: { min: 1, max: 1000 } }), seeds: { search: { count: 30 } } };
    expect(refused(spec).lines).toEqual(['seeds.search: the number of runs is 60,120, the limit is 50,000']);
  });

  it('is refused, not cut, when a budget is smaller', () => {
    expect(refused({ ...GRID, budget: { max_trials: 10 } }).lines).toEqual([
      'budget.max_trials: the grid with seeds is 16, the limit is 10',
    ]);
  });
});
