import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import {
  accepted,
  compile,
  DATASETS,
  GRID,
  RANDOM,
  refused,
  warnings,
  withParameters,
} from './exampleSpecs.js';
import { quickStartSweep } from './presets/quickStart.js';

describe('what belongs elsewhere or is not built', () => {
  it.each([
    [{ method: 'bayes' }, 'method: must be one of grid, random, sobol, tpe (got "bayes")'],
    [{ method: 'tpe' }, 'budget: method tpe needs max_trials or max_trials_per_stratum'],
    [{ early_terminate: { type: 'hyperbnd' } }, '(did you mean "hyperband"?)'],
    [{ early_terminate: { type: 'median', eta: 3 } }, 'early_terminate.eta: does not go with type median'],
    [{ seeds: { search: [1, 2], confirm: [2, 3] } }, 'seeds.confirm: must be fresh: 2 is a search seed too'],
    [
      { seeds: { confirm: { count: 0 } } },
      'seeds.confirm.count: must be a whole number from 1 to 100 (got 0)',
    ],
    [{ budget: { max_wall: '12 parsecs' } }, 'budget.max_wall: must be like 90s, 30m, 12h or 2d'],
    [{ budget: { max_concurrent: 0 } }, 'budget.max_concurrent: must be a whole number from 1'],
    [
      { budget: { max_failed_fraction: 2 } },
      'budget.max_failed_fraction: must be a number from 0 to 1 (got 2)',
    ],
    [{ priority: 0 }, 'priority: must be a whole number from 1 to 100 (got 0)'],
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

describe('what is found out beyond the first trials', () => {
  it('counts the trainings of every stratum, confirmation included', () => {
    const { runs, strata, isSearched, trials } = accepted({
      ...GRID,
      seeds: { search: [1, 2], confirm: { count: 10 } },
    });
    expect(strata.map(({ configurations, runs: of }) => [configurations, of])).toEqual([
      [1, 12],
      [4, 18],
      [3, 16],
    ]);
    expect([runs, trials.length, isSearched]).toEqual([46, 16, true]);
  });

  it('begins with one seed a configuration under early stopping', () => {
    const { trials, runs } = accepted({ ...GRID, early_terminate: { type: 'asha' } });
    expect(new Set(trials.map(({ seed }) => seed))).toEqual(new Set([1]));
    expect([trials.length, runs]).toEqual([8, 16]);
  });

  it('begins with nothing where configurations are suggested', () => {
    const { trials, configurations } = accepted({
      ...GRID,
      method: 'tpe',
      budget: { max_trials_per_stratum: 6 },
    });
    // Two seeds each; CE has one configuration in all.
    expect([trials.length, configurations]).toEqual([0, 7]);
  });

  it.each([
    ['90', 90],
    ['90s', 90],
    ['1.5h', 5_400],
    ['2d', 172_800],
  ])('takes %s for %d seconds', (text, seconds) => {
    expect(accepted({ ...GRID, budget: { max_wall: text } }).maxWallSeconds).toBe(seconds);
  });
});

describe('warnings', () => {
  it('tell of early stopping that cannot judge what it should', () => {
    const late = withParameters({ eps_n: { values: [100, 600] } });
    expect(warnings({ ...late, early_terminate: { type: 'asha', min_steps: 200 } })).toContain(
      'early_terminate.min_steps: synthetic, GMF, T-CE: the first rung is below eps_n, where T-CE is still close to ' +
        'CE: 2 of 4 configurations are judged later, from iteration 600 at the latest',
    );
    expect(warnings(late)).not.toContainEqual(expect.stringContaining('early_terminate'));
  });

  it('look at points of the space where configurations are suggested one by one', () => {
    const spec = withParameters({ eps_n: { min: 100, max: 100_000 } }, RANDOM);
    const told = warnings({ ...spec, method: 'tpe', training: { epochs: 1 } });
    expect(told).toContainEqual(
      expect.stringMatching(/^parameters\.eps_n: \d+ is beyond the 118 iterations/),
    );
  });

  it('tell schedules that end after the run, by their numbers', () => {
    expect(warnings(withParameters({ eps_n: { values: [1000, 5000] } }))).toContain(
      'parameters.eps_n: 5000 is beyond the 1180 iterations of a run on synthetic (118 an epoch × 10): the drop rate never reaches eps_max 0.1',
    );
    expect(warnings({ ...GRID, training: { epochs: 1, eval_every: 500 } })).toContain(
      'training.eval_every: 500 is beyond the 118 iterations of a run on synthetic (118 an epoch × 1): only its end is validated',
    );
  });

  it('tell too few confirmation seeds for any verdict', () => {
    expect(warnings({ ...GRID, seeds: { confirm: { count: 5 } } })).toContain(
      'seeds.confirm: fewer than 6 confirmation seeds allow no verdict: 10 are the default',
    );
  });

  it('tell a single seed and losses that are not tuned alike', () => {
    const told = warnings({ ...GRID, seeds: { search: [1] } });
    expect(told).toContain(
      'seeds.search: one seed shows no spread: give at least 2, say [1, 2], or seeds.confirm',
    );
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
