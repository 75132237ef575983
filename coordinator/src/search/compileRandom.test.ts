import { describe, expect, it } from 'vitest';
import type { CompiledSweep } from './compile.js';
import { accepted, GRID, RANDOM, refused, warnings, withParameters } from './exampleSpecs.js';

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
