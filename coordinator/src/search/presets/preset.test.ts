import { MODELS } from '@adt/proto/trainingConfig';
import { describe, expect, it } from 'vitest';
import { compileSweep } from '../compile.js';
import { parseSpec } from '../parse.js';
import { PRESETS, renderPreset } from './preset.js';

const DATASETS = ['adressa', 'ml1m', '2024.clicks'];

type Values = { values: unknown[] };
type Spec = {
  name: string;
  method: string;
  parameters: Record<string, Values & { when?: unknown }>;
  training?: Record<string, number>;
  seeds: { search: unknown; confirm?: unknown };
};

function rendered(name: string, more: Partial<Parameters<typeof renderPreset>[0]> = {}): string {
  const result = renderPreset({ name, datasets: DATASETS, models: [...MODELS], ...more });
  if (!result.ok) throw new Error(JSON.stringify(result.findings));
  return result.spec;
}

function parsed(...parameters: Parameters<typeof rendered>): Spec {
  const result = parseSpec({ spec: rendered(...parameters), format: 'YAML' });
  if (!result.ok) throw new Error(result.message);
  return result.value as Spec;
}

/** As the search compiles it; the seeds of the confirmation are no part of the search. */
function compiled(...parameters: Parameters<typeof rendered>) {
  const { seeds, ...spec } = parsed(...parameters);
  const { confirm: _, ...search } = seeds;
  return compileSweep({
    spec: JSON.stringify({ ...spec, seeds: search }),
    format: 'JSON',
    datasets: DATASETS.map((name, index) => ({
      name,
      sha256: String(index).repeat(64),
      users: 10_000,
      items: 5000,
      trainInteractions: 2_000_000,
      hasFlags: false,
    })),
  });
}

describe.each(PRESETS)('the preset $name', ({ name, description }) => {
  it('is a sweep file that the search takes, over exactly the given data sets and models', () => {
    const result = compiled(name);
    if (!result.ok) throw new Error(JSON.stringify(result.violations));
    expect(result.sweep).toMatchObject({
      name,
      datasets: DATASETS,
      models: MODELS,
      losses: ['CE', 'T-CE', 'R-CE'],
    });
    expect(description.length).toBeGreaterThan(20);
  });

  it('says in its comment as many trainings as it has', () => {
    const result = compiled(name);
    const said = rendered(name).match(/= (\d+) trainings/)?.[1];
    expect(result.ok && result.sweep.runs).toBe(Number(said));
  });

  it('fixes the given options and nothing else', () => {
    const options = { epochs: 3, eval_every: 50, valid_users: 200 };
    expect(parsed(name, { options }).training).toEqual(options);
    expect(parsed(name, { options: { epochs: 3, valid_users: undefined } }).training).toEqual({ epochs: 3 });
    expect(parsed(name).training).toBeUndefined();
  });
});

describe('paper-table-3', () => {
  it('has the grid of the paper, three seeds to search and ten fresh ones to confirm', () => {
    const { parameters, seeds } = parsed('paper-table-3');
    expect(parameters.eps_max?.values).toEqual([0.05, 0.1, 0.2]);
    expect(parameters.eps_n?.values).toEqual([1000, 5000, 10_000, 20_000, 30_000]);
    expect(parameters.beta?.values).toEqual([0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1]);
    expect(seeds).toEqual({ search: [1, 2, 3], confirm: { count: 10, base: 2019 } });
  });

  it('is 23 configurations for a data set and model', () => {
    const result = compiled('paper-table-3', { datasets: ['adressa'], models: ['GMF'] });
    expect(result.ok && result.sweep.configurations).toBe(23);
  });
});

it('quick tries as many settings of T-CE as of R-CE, and confirms with six seeds', () => {
  const result = compiled('quick', { datasets: ['ml1m'], models: ['GMF'] });
  expect(result.ok && result.sweep.strata.map(({ configurations }) => configurations)).toEqual([1, 4, 4]);
  expect(parsed('quick').seeds.confirm).toEqual({ count: 6, base: 2019 });
});

it('sensitivity-fig-8 runs every cell with five seeds', () => {
  expect(parsed('sensitivity-fig-8')).toMatchObject({
    method: 'grid',
    seeds: { search: { count: 5, base: 1 } },
  });
});

describe('what a preset is asked for', () => {
  const lines = (more: Partial<Parameters<typeof renderPreset>[0]>) => {
    const result = renderPreset({ name: 'quick', datasets: ['ml1m'], models: ['GMF'], ...more });
    return result.ok ? [] : result.findings.map(({ path, message }) => `${path}: ${message}`);
  };

  it('is refused with the nearest when no preset is called so', () => {
    expect(lines({ name: 'paper-table3' })).toEqual([
      'preset: there is no preset "paper-table3" (did you mean "paper-table-3"?): known are paper-table-3, quick, sensitivity-fig-8',
    ]);
  });

  it('is refused with all that is wrong at once', () => {
    const found = lines({
      datasets: [],
      models: ['GFM', 'GMF', 'GMF'],
      options: { epochs: 0, evalEvery: 5, eps_n: 3 },
    });
    expect(found).toEqual([
      expect.stringMatching(/^datasets: must be a list of at least one/),
      expect.stringMatching(/^models\[2\]: "GMF" is listed twice/),
      expect.stringMatching(/^models\[0\]: .*did you mean "GMF"/),
      expect.stringMatching(/^options.epochs: must be a whole number from 1/),
      expect.stringMatching(/^options.evalEvery: .*did you mean "eval_every"/),
      expect.stringMatching(/^options.eps_n: is not a known option: known are epochs/),
    ]);
  });

  it('survives names that YAML would read as something else', () => {
    expect(
      parsed('quick', { datasets: ['1e5', 'null', 'yes', '2024.clicks'] }).parameters.dataset?.values,
    ).toEqual(['1e5', 'null', 'yes', '2024.clicks']);
  });
});
