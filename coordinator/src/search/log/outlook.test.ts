import { describe, expect, it } from 'vitest';
import { compile, type Spec } from '../exampleSpecs.js';
import type { SearchPlan } from '../plan.js';
import { nextDecision } from './decide.js';
import { stillToStart } from './outlook.js';
import { simulate } from './simulate.js';
import { SearchState } from './state.js';

const TPE: Spec = {
  name: 'tpe',
  method: 'tpe',
  parameters: {
    dataset: { value: 'synthetic' },
    loss: { values: ['CE', 'R-CE'] },
    beta: { min: 0, max: 1, when: { loss: 'R-CE' } },
    lr: { distribution: 'log_uniform_values', min: 1e-4, max: 1e-2 },
    factors: { values: [8, 16, 32] },
  },
  seeds: { search: [1, 2], confirm: { count: 3, base: 90, top_k: 2 } },
  budget: { max_trials_per_stratum: 24 },
};

function compiled(spec: Spec) {
  const result = compile(spec);
  if (!result.ok) throw new Error(JSON.stringify(result.violations));
  return result.sweep;
}

const GRID: Spec = {
  ...TPE,
  method: 'grid',
  parameters: { dataset: { value: 'synthetic' }, factors: { values: [8, 16, 32] } },
  budget: {},
};
const ASHA: Spec = { ...TPE, early_terminate: { type: 'asha', min_steps: 200 } };

function fates(state: SearchState): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { fate } of stillToStart(state)) counts[fate] = (counts[fate] ?? 0) + 1;
  return counts;
}

describe('what a search is still to start', () => {
  it.each([
    ['tpe', TPE],
    ['tpe with early stopping', ASHA],
    ['a grid with confirmation', GRID],
  ])('comes, with what it has started, to the runs that the plan says: %s', (_, spec) => {
    const { plan, runs } = compiled(spec);
    const state = new SearchState(plan);
    expect(state.trials.length + stillToStart(state).length).toBe(runs);
  });

  it('lets the first seeds race, the others follow them, and confirms whole', () => {
    const state = new SearchState(compiled(ASHA).plan);
    expect(fates(state)).toEqual({ races: 24, follows: 24, whole: 12 });
    expect(fates(new SearchState(compiled(TPE).plan))).toEqual({ whole: 48 + 12 });
  });

  it('stands in for what nobody knows yet by different points of the space', () => {
    const expected = stillToStart(new SearchState(compiled(TPE).plan));
    expect(new Set(expected.map(({ config }) => config.factors))).toEqual(new Set([8, 16, 32]));
    expect(new Set(expected.map(({ config }) => config.lr)).size).toBeGreaterThan(20);
    const { beta } = expected.find(({ config }) => config.loss === 'R-CE')?.config ?? {};
    expect(beta).toBeGreaterThanOrEqual(0);
  });

  it('confirms the best so far', () => {
    const { plan } = compiled(GRID);
    const state = new SearchState(plan);
    [0.1, 0.3, 0.2].forEach((value, at) => {
      state.apply({ kind: 'told', trial: at + 1, outcome: 'done', value, step: null });
      state.apply({ kind: 'told', trial: at + 4, outcome: 'done', value, step: null });
    });
    expect(stillToStart(state).map(({ config }) => [config.factors, config.seed])).toEqual([
      [16, 90],
      [16, 91],
      [16, 92],
      [32, 90],
      [32, 91],
      [32, 92],
    ]);
    const confirmed = nextDecision(state, 1);
    if (confirmed === null) throw new Error('confirms nothing');
    state.apply(confirmed);
    expect(new Set(stillToStart(state).map(({ config }) => config.factors))).toEqual(new Set([32]));
  });

  it.each([TPE, ASHA, GRID])('shrinks to nothing as the search goes to its end', (spec) => {
    const { plan } = compiled(spec);
    let before = Number.POSITIVE_INFINITY;
    const watch = (state: SearchState) => {
      const open = stillToStart(state).length;
      expect(open).toBeLessThanOrEqual(before);
      before = open;
    };
    const { state } = play(plan, watch);
    expect(stillToStart(state)).toEqual([]);
  });
});

/** A search to its end, watched at each question for an objective. */
function play(plan: SearchPlan, watch: (state: SearchState) => void) {
  let turn = 0;
  return simulate({
    plan,
    root: 'root',
    slots: 3,
    random: () => (turn++ * 0.618) % 1,
    objective: (state, trial, step) => {
      watch(state);
      return 1 / (1 + trial.number + 100 / step);
    },
  });
}
