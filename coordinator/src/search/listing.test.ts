import { describe, expect, it } from 'vitest';
import { compileSweep } from './compile.js';
import { listConfigurations } from './listing.js';

const DATASETS = [
  { name: 'tiny', sha256: 'a'.repeat(64), users: 100, items: 200, trainInteractions: 9000, hasFlags: true },
];

function listed(spec: Record<string, unknown>, limit?: number) {
  const compiled = compileSweep({ spec: JSON.stringify(spec), format: 'JSON', datasets: DATASETS });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.violations));
  return listConfigurations(compiled.sweep, limit);
}

const GRID = {
  name: 'grid',
  method: 'grid',
  parameters: {
    dataset: { value: 'tiny' },
    model: { values: ['GMF', 'CDAE'] },
    loss: { values: ['CE', 'T-CE'] },
    eps_max: { values: [0.1, 0.2] },
    eps_n: { value: 100 },
    lr: { values: [0.001] },
  },
  seeds: { search: [1, 2, 3] },
};

describe('the list of what a sweep would run', () => {
  it('has a row a configuration with only what differs between them', () => {
    const listing = listed(GRID);
    expect(listing.columns).toEqual(['model', 'loss', 'eps_max']);
    expect(listing.rows).toEqual([
      ['GMF', 'CE', null],
      ['GMF', 'T-CE', 0.1],
      ['CDAE', 'CE', null],
      ['CDAE', 'T-CE', 0.1],
      ['GMF', 'T-CE', 0.2],
      ['CDAE', 'T-CE', 0.2],
    ]);
  });

  it('says what is common, the seeds, and how many trainings it comes to', () => {
    const listing = listed(GRID);
    expect(listing.common).toMatchObject({
      dataset: 'tiny',
      eps_n: 100,
      lr: 0.001,
      factors: 32,
      hidden: 200,
    });
    expect(listing).toMatchObject({ seeds: [1, 2, 3], configurations: 6, runs: 18, more: 0 });
  });

  it('is cut at the limit with a count of the rest', () => {
    const listing = listed(GRID, 4);
    expect(listing.rows).toHaveLength(4);
    expect(listing).toMatchObject({ more: 2, configurations: 6 });
  });

  it('has a row without columns when there is one configuration', () => {
    const listing = listed({ ...GRID, parameters: { dataset: { value: 'tiny' } } });
    expect(listing).toMatchObject({ columns: [], rows: [[]], configurations: 1, runs: 3 });
  });

  it('lists the draws of a random sweep as they will run', () => {
    const listing = listed({
      ...GRID,
      method: 'random',
      parameters: { dataset: { value: 'tiny' }, lr: { min: 0.001, max: 0.1 } },
      budget: { max_trials_per_stratum: 30 },
    });
    expect(listing.columns).toEqual(['lr']);
    expect(new Set(listing.rows.map(([lr]) => lr)).size).toBe(10);
  });

  it('counts the confirmation among the trainings, but lists search seeds only', () => {
    const listing = listed({ ...GRID, seeds: { search: [1, 2], confirm: { count: 6, base: 50 } } });
    expect(listing).toMatchObject({ seeds: [1, 2], configurations: 6, runs: 6 * 2 + 4 * 6 });
  });

  it('lists what a search by model begins with, strata in turns, and counts what it will suggest', () => {
    const listing = listed({
      ...GRID,
      method: 'tpe',
      parameters: { ...GRID.parameters, model: { value: 'GMF' }, lr: { min: 0.001, max: 0.1 } },
      budget: { max_trials_per_stratum: 75 },
    });
    expect(listing.rows).toHaveLength(20);
    expect(listing.rows.slice(0, 2).map(([loss]) => loss)).toEqual(['CE', 'T-CE']);
    expect(listing).toMatchObject({ configurations: 50, suggested: 30, more: 30, runs: 150 });
  });
});
