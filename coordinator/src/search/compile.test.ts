import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { accepted, compile, DATASETS, GRID, refused, warnings, withParameters } from './exampleSpecs.js';
import { quickStartSweep } from './presets/quickStart.js';

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
