import { describe, expect, it } from 'vitest';
import { accepted, compile, GRID, RANDOM, refused, type Spec, withParameters } from './exampleSpecs.js';

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

  it('are refused with a tower that is too wide to train, unless a condition keeps it narrow', () => {
    const space = (factors: Spec) => ({
      ...GRID,
      parameters: {
        dataset: { value: 'synthetic' },
        model: { value: 'NeuMF' },
        loss: { value: 'CE' },
        mlp_layers: { values: [1, 5] },
        factors,
      },
    });
    expect(refused(space({ values: [32, 512] })).lines).toEqual([
      'parameters.factors: 512 with 5 layers make a tower 8192 wide; the limit is 4096',
    ]);
    expect(accepted(space({ values: [64, 512], when: { mlp_layers: 1 } })).configurations).toBe(3);
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
