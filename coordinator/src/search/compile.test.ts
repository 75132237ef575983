import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type CompiledSweep, type CompileParams, compileSweep } from './compile.js';
import { quickStartSweep } from './presets/quickStart.js';

const DATASETS = [
  {
    name: 'adressa',
    sha256: 'a'.repeat(64),
    users: 212_231,
    items: 6596,
    trainInteractions: 419_491,
    hasFlags: false,
  },
  {
    name: 'synthetic',
    sha256: 'b'.repeat(64),
    users: 2000,
    items: 1000,
    trainInteractions: 60_000,
    hasFlags: true,
  },
];

type Spec = Record<string, unknown>;

const GRID: Spec = {
  name: 'grid',
  method: 'grid',
  parameters: {
    dataset: { value: 'synthetic' },
    loss: { values: ['CE', 'T-CE', 'R-CE'] },
    eps_max: { values: [0.1, 0.2] },
    eps_n: { values: [100, 200] },
    beta: { values: [0.1, 0.2, 0.3] },
  },
  seeds: { search: [1, 2] },
};

const RANDOM: Spec = {
  ...GRID,
  name: 'random',
  method: 'random',
  parameters: {
    ...(GRID.parameters as Spec),
    lr: { distribution: 'log_uniform_values', min: 1e-4, max: 1e-2 },
  },
  budget: { max_trials_per_stratum: 20 },
};

function compile(spec: Spec | string, more: Partial<CompileParams> = {}) {
  const text = typeof spec === 'string' ? spec : stringify(spec);
  return compileSweep({ spec: text, format: 'YAML', datasets: DATASETS, ...more });
}

function accepted(spec: Spec | string): CompiledSweep {
  const compiled = compile(spec);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.violations));
  return compiled.sweep;
}

function warnings(spec: Spec): string[] {
  const compiled = compile(spec);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.violations));
  return compiled.warnings.map(({ path, message }) => `${path}: ${message}`);
}

function refused(spec: Spec | string, more: Partial<CompileParams> = {}) {
  const compiled = compile(spec, more);
  if (compiled.ok) throw new Error('was accepted');
  return {
    reason: compiled.reason,
    lines: compiled.violations.map(({ path, message }) => `${path}: ${message}`),
  };
}

const withParameters = (parameters: Spec, spec = GRID): Spec => ({
  ...spec,
  parameters: { ...(spec.parameters as Spec), ...parameters },
});

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

describe('a random search', () => {
  it('gives each stratum the same budget, seeds counted, and repeats no configuration', () => {
    const sweep = accepted(RANDOM);
    expect(sweep.strata.map(({ configurations }) => configurations)).toEqual([10, 10, 10]);
    expect(new Set(sweep.trials.map(({ configHash }) => configHash)).size).toBe(30);
    expect(new Set(sweep.trials.map(({ config }) => config.lr)).size).toBeGreaterThan(25);
  });

  it('divides max_trials among strata and seeds', () => {
    expect(accepted({ ...RANDOM, budget: { max_trials: 25 } })).toMatchObject({
      configurations: 12,
      runs: 24,
    });
    expect(refused({ ...RANDOM, budget: { max_trials: 5 } }).lines).toEqual([
      'budget: is too small for one configuration each: 3 strata × 2 seeds',
    ]);
  });

  it('needs a budget', () => {
    expect(refused({ ...RANDOM, budget: undefined }).lines).toEqual([
      'budget: method random needs max_trials or max_trials_per_stratum',
    ]);
  });

  it('stops with a warning where a discrete space holds no more', () => {
    const spec = { ...GRID, method: 'random', budget: { max_trials_per_stratum: 12 } };
    expect(accepted(spec).strata.map(({ configurations }) => configurations)).toEqual([1, 4, 3]);
    expect(warnings(spec)).toContain(
      'budget: synthetic, GMF, R-CE has only 3 configurations of the 6 that the budget allows',
    );
  });

  it('draws by probability', () => {
    const spec = {
      ...withParameters(
        { loss: { value: 'CE' }, factors: { values: [8, 16], probabilities: [0.9, 0.1] } },
        RANDOM,
      ),
      budget: { max_trials: 2000 },
    };
    const { trials } = accepted(spec);
    const share = trials.filter(({ config }) => config.factors === 8).length / trials.length;
    expect(share).toBeGreaterThan(0.87);
    expect(share).toBeLessThan(0.93);
  });

  it('leaves the draws of the other losses as they were when one is added', () => {
    const fewer = accepted(withParameters({ loss: { values: ['T-CE', 'CE'] } }, RANDOM));
    const of = (sweep: CompiledSweep) =>
      sweep.trials.filter(({ config }) => config.loss === 'T-CE').map(({ configHash }) => configHash);
    expect(of(fewer)).toEqual(of(accepted(RANDOM)));
  });

  it('draws anew for another sampler seed', () => {
    const other = accepted({ ...RANDOM, seeds: { search: [1, 2], sampler: 7 } });
    expect(other.trials[0]?.configHash).not.toBe(accepted(RANDOM).trials[0]?.configHash);
  });
});

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

describe('bad numbers', () => {
  it.each([
    [
      { lr: { distribution: 'log_uniform_values', min: 0, max: 1 } },
      'parameters.lr.min: must be > 0 on a log scale (got 0)',
    ],
    [
      { eps_max: { min: 0.3, max: 0.3, step: 0.1 } },
      'parameters.eps_max.max: must be above min 0.3 (got 0.3)',
    ],
    [
      { eps_max: { min: 0.1, max: 0.3 } },
      'parameters.eps_max: is a continuous range: a grid needs step or values',
    ],
    [
      { lr: { distribution: 'log_uniform_values', min: 0.1, max: 1 } },
      'parameters.lr: is a log range: a grid needs it as values',
    ],
    [{ eps_max: { min: 0.1, max: 0.3, step: 0 } }, 'parameters.eps_max.step: must be a number > 0 and ≤ 0.2'],
    [{ eps_max: { min: 0.1 } }, 'parameters.eps_max.max: is required beside min'],
    [{ eps_max: { value: 1 } }, 'parameters.eps_max.value: must be a number ≥ 0 and < 1 (got 1)'],
    [
      { eps_n: { values: [1.5] } },
      'parameters.eps_n.values[0]: must be a whole number from 1 to 100000000 (got 1.5)',
    ],
    [
      { eps_n: { values: ['10'] } },
      'parameters.eps_n.values[0]: must be a whole number from 1 to 100000000 (got "10")',
    ],
    [{ beta: { values: [0.1, 0.1] } }, 'parameters.beta.values[1]: 0.1 is listed twice'],
    [
      { beta: { values: [Number.NaN] } },
      'parameters.beta.values[0]: must be a number from 0 to 10 (got NaN)',
    ],
    [
      { beta: { max: Number.POSITIVE_INFINITY, min: 0 } },
      'parameters.beta.max: must be a number from 0 to 10 (got Infinity)',
    ],
    [{ beta: { values: [] } }, 'parameters.beta.values: must be a list of at least one value'],
    [{ beta: { values: [1], min: 0 } }, 'parameters.beta.min: does not go with values'],
    [{ beta: {} }, 'parameters.beta: needs value, values, or min and max'],
    [{ beta: 0.5 }, 'parameters.beta: must be a mapping: write {value: 0.5}'],
    [
      { beta: { values: [1, 2], probabilities: [0.5, 0.5] } },
      'parameters.beta.probabilities: go with method random',
    ],
    [
      { lr: { distribution: 'int_uniform', min: 0.1, max: 1, step: 0.1 } },
      'parameters.lr.distribution: is for whole numbers',
    ],
    [
      { lr: { distribution: 'normal', min: 0.1, max: 1 } },
      'parameters.lr.distribution: must be one of uniform, log_uniform_values, int_uniform',
    ],
  ])('%j is refused with path and message', (parameters, line) => {
    expect(refused(withParameters(parameters)).lines[0]).toContain(line);
  });

  it('in probabilities are refused', () => {
    const spec = withParameters({ beta: { values: [1, 2], probabilities: [0.5, 0.6] } }, RANDOM);
    expect(refused(spec).lines).toEqual(['parameters.beta.probabilities: must sum to 1 (got 1.1)']);
  });

  it('in seeds are refused, in both their forms', () => {
    expect(refused({ ...GRID, seeds: { search: [1, 1, -2] } }).lines).toEqual([
      'seeds.search[1]: 1 is listed twice',
      'seeds.search[2]: must be a whole number from 0 to 4294967295 (got -2)',
    ]);
    expect(refused({ ...GRID, seeds: { search: { count: 0 } } }).lines).toEqual([
      'seeds.search.count: must be a whole number from 1 to 100 (got 0)',
    ]);
    expect(
      accepted({ ...GRID, seeds: { search: { count: 3, base: 2019 } } }).trials.at(-1)?.config.seed,
    ).toBe(2021);
  });
});

describe('the baselines that know the false positives', () => {
  const nr = { loss: { value: 'NR' }, nr_fp_weight: { values: [0.5, 1] }, nr_negative_weight: { value: 1 } };
  const only = (parameters: Spec): Spec => ({
    ...GRID,
    parameters: { dataset: { value: 'synthetic' }, ...parameters },
  });

  it('carry their weights, and the sample of users to validate, into each configuration', () => {
    const { trials } = accepted({ ...only(nr), training: { valid_users: 500 } });
    expect(
      trials.map(({ config }) => [config.nrFpWeight, config.nrNegativeWeight, config.validUsers]),
    ).toEqual([
      [0.5, 1, 500],
      [1, 1, 500],
      [0.5, 1, 500],
      [1, 1, 500],
    ]);
  });

  it('are refused on a data set without flags', () => {
    expect(refused(only({ dataset: { value: 'adressa' }, loss: { value: 'clean' } })).lines).toEqual([
      expect.stringMatching(
        /^parameters\.loss: clean must know the false positives, and .* adressa has no flags/,
      ),
    ]);
  });

  it('are refused for models that they do not exist for', () => {
    const lines = refused(only({ ...nr, model: { values: ['GMF', 'NeuMF'] } })).lines;
    expect(lines).toContain(
      "parameters.loss: NR exists for GMF only, as in the paper's Table 4, not for NeuMF",
    );
  });

  it('are refused without their weights', () => {
    expect(refused(only({ loss: { value: 'NMTR' } })).lines).toEqual([
      'parameters.nmtr_click_weight: is required, for NMTR is in the space: add nmtr_click_weight: {values: [0.25, 0.5]}',
    ]);
  });
});

describe('bad words', () => {
  it('are refused with the allowed ones and the nearest', () => {
    expect(refused(withParameters({ loss: { values: ['TCE'] } })).lines).toEqual([
      'parameters.loss.values[0]: must be one of CE, T-CE, R-CE, clean, NR, NMTR (got "TCE") (did you mean "T-CE"?)',
    ]);
    expect(refused({ ...GRID, metrc: {} }).lines).toEqual([
      'metrc: is not a known key (did you mean "metric"?)',
    ]);
  });

  it('name the stored data sets when the data set is the only thing wrong', () => {
    expect(refused(withParameters({ dataset: { values: ['adresa'] } }))).toEqual({
      reason: 'UNKNOWN_DATASET',
      lines: [
        'parameters.dataset.values[0]: "adresa" is not a stored data set (did you mean "adressa"?): stored are adressa, synthetic',
      ],
    });
  });

  it('are all told at once', () => {
    const { reason, lines } = refused({
      ...withParameters({ dataset: { value: 'nope' }, loss: { values: ['XE'] }, lr: { value: -1 } }),
      method: 'gird',
      pool: 'A',
    });
    expect(reason).toBe('SPACE_INVALID');
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'method',
      'parameters.dataset.value',
      'parameters.loss.values[0]',
      'parameters.lr.value',
      'pool',
    ]);
  });

  it('come as a list that a gRPC trailer can carry', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`k${n}${'x'.repeat(400)}`, n]));
    const compiled = compile({ ...GRID, ...many });
    if (compiled.ok) throw new Error('was accepted');
    expect(compiled.violations).toHaveLength(24);
    expect(compiled.violations.at(-1)?.message).toBe('and 477 more');
    expect(JSON.stringify(compiled.violations).length).toBeLessThan(12_000);
  });

  it('say which line is not YAML', () => {
    expect(refused('name: x\nmethod: {')).toMatchObject({ reason: 'PARSE_ERROR' });
    expect(refused('name: x\nmethod: {').lines[0]).toContain('line 2, column');
    expect(refused('').lines[0]).toContain('must be a mapping with name, method');
  });
});

describe('what belongs elsewhere or is not built', () => {
  it.each([
    [{ method: 'tpe' }, 'method: not available yet: tpe'],
    [{ method: 'sobol' }, 'method: not available yet: sobol'],
    [{ early_terminate: { type: 'asha', eta: 3 } }, 'early_terminate.type: not available yet: asha'],
    [{ seeds: { search: [1], confirm: { count: 10 } } }, 'seeds.confirm: not available yet'],
    [{ budget: { max_wall: '12h' } }, 'budget.max_wall: not available yet'],
    [{ budget: { max_concurrent: 2 } }, 'budget.max_concurrent: not available yet'],
    [withParameters({ seed: { values: [1, 2] } }), 'parameters.seed: is not searched'],
    [withParameters({ topk: { values: [50] } }), 'parameters.topk: is fixed: give it under training'],
    [{ training: { seed: 3 } }, 'training.seed: seeds are given under seeds.search'],
    [{ training: { beta: 0.2 } }, 'training.beta: is searched as parameters.beta'],
  ])('%j is refused, never ignored', (more, line) => {
    expect(refused({ ...GRID, ...more }).lines.join('\n')).toContain(line);
  });

  it('takes a block without lines for none', () => {
    const spec = `${stringify(GRID)}\ntraining:\n  # epochs: 3\noverrides:\n`;
    expect(accepted(spec).runs).toBe(16);
  });

  it('takes early_terminate none', () => {
    expect(accepted({ ...GRID, early_terminate: { type: 'none' } }).runs).toBe(16);
  });
});

describe('conditions', () => {
  it.each([
    [
      { lr: { values: [0.1], when: { los: 'CE' } } },
      'parameters.lr.when.los: is not among the parameters (did you mean "loss"?)',
    ],
    [{ lr: { values: [0.1], when: { loss: 'TCE' } } }, 'parameters.lr.when.loss: loss is never "TCE"'],
    [
      { lr: { values: [0.1], when: { eps_n: 7 } } },
      'parameters.lr.when.eps_n: eps_n is never 7: it is one of 100, 200',
    ],
    [{ lr: { values: [0.1], when: 'T-CE' } }, 'parameters.lr.when: must be a mapping like {loss: T-CE}'],
    [{ beta: { values: [0.1], when: { loss: 'CE' } } }, 'parameters.beta.when.loss: beta belongs to R-CE'],
    [
      { lr: { values: [0.1], when: { factors: 8 } }, factors: { values: [8], when: { lr: 0.1 } } },
      'parameters.lr.when: hangs on itself',
    ],
    [
      { factors: { min: 8, max: 9 }, lr: { values: [0.1], when: { factors: 8 } } },
      'parameters.lr.when.factors: is a range',
    ],
    [
      { factors: { values: [8, 16] }, beta: { values: [0.1], when: { factors: 8 } } },
      'parameters.beta.when: leaves R-CE without beta in some configurations',
    ],
    [
      { model: { values: ['GMF'], when: { loss: 'CE' } } },
      'parameters.model.when: dataset, model and loss span',
    ],
  ])('that cannot hold are refused: %j', (parameters, line) => {
    expect(refused(withParameters(parameters)).lines[0]).toContain(line);
  });

  it('are implied for the parameters of a loss, whose absence is told with what to add', () => {
    const { eps_n: _, beta: __, ...rest } = GRID.parameters as Spec;
    expect(refused({ ...GRID, parameters: rest }).lines).toEqual([
      'parameters.eps_n: is required, for T-CE is in the space: add eps_n: {values: [1000, 10000, 30000]}',
      'parameters.beta: is required, for R-CE is in the space: add beta: {values: [0.1, 0.25, 0.5]}',
    ]);
  });

  it('on a loss that the sweep leaves out only earn a warning', () => {
    expect(warnings(withParameters({ loss: { values: ['CE'] } }))).toEqual([
      'parameters.eps_max: is never used: no run has loss T-CE',
      'parameters.eps_n: is never used: no run has loss T-CE',
      'parameters.beta: is never used: no run has loss R-CE',
    ]);
  });
});

describe('warnings', () => {
  it('tell schedules that end after the run, by their numbers', () => {
    expect(warnings(withParameters({ eps_n: { values: [1000, 5000] } }))).toContain(
      'parameters.eps_n: 5000 is beyond the 1180 iterations of a run on synthetic (118 an epoch × 10): the drop rate never reaches eps_max 0.1',
    );
    expect(warnings({ ...GRID, training: { epochs: 1, eval_every: 500 } })).toContain(
      'training.eval_every: 500 is beyond the 118 iterations of a run on synthetic (118 an epoch × 1): only its end is validated',
    );
  });

  it('tell a single seed and losses that are not tuned alike', () => {
    const told = warnings({ ...GRID, seeds: { search: [1] } });
    expect(told).toContain('seeds.search: one seed shows no spread: give at least 2, say [1, 2]');
    expect(told).toContain(
      'parameters: synthetic, GMF: the losses are not tuned alike (configurations: CE 1, T-CE 4, R-CE 3)',
    );
  });
});

describe('pools', () => {
  it('that nobody serves are refused with the nearest; the default one may wait', () => {
    expect(refused({ ...GRID, pool: 'gpus' }, { pools: ['gpu'] })).toEqual({
      reason: 'UNSATISFIABLE',
      lines: ['pool: no worker serves "gpus" (did you mean "gpu"?): known are default, gpu'],
    });
    const waiting = compile(GRID, { pools: [] });
    expect(waiting.ok && waiting.warnings.map(({ path }) => path)).toContain('pool');
  });
});

describe('data sets', () => {
  it('that are the same content under two names are refused', () => {
    const twins = [...DATASETS, { ...DATASETS[0], name: 'copy' } as (typeof DATASETS)[number]];
    const spec = withParameters({ dataset: { values: ['adressa', 'copy'] } });
    expect(refused(spec, { datasets: twins }).lines).toEqual([
      'parameters.dataset.values[1]: copy is adressa under another name (same SHA-256)',
    ]);
  });
});

describe('the quick-start preset', () => {
  it('is a sound sweep of all three losses on two seeds', () => {
    const sweep = accepted(quickStartSweep('synthetic'));
    expect(sweep.losses).toEqual(['CE', 'T-CE', 'R-CE']);
    expect(new Set(sweep.trials.map(({ config }) => config.seed)).size).toBe(2);
  });
});
