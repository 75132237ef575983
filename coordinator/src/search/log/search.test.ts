/** A whole search, decided entry by entry: what it tries, stops, confirms, and that its log replays to the byte. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSweep } from '../compile.js';
import type { SearchPlan } from '../plan.js';
import { NEWEST_RULES, type Rules } from '../rules.js';
import { chainHash, type LoggedEntry, rootHash } from './entry.js';
import { replay } from './replay.js';
import { type Simulation, simulate } from './simulate.js';
import { SearchState, type TrialRecord } from './state.js';

const FACTS = [
  { name: 'tiny', sha256: 'a'.repeat(64), users: 100, items: 200, trainInteractions: 51_200, hasFlags: true },
];
const ROOT = rootHash('spec', { facts: FACTS, prior: [], rules: 1 });

/** 100 iterations an epoch, 1,000 in all. */
function planOf(block: string, rules: Rules = NEWEST_RULES): SearchPlan {
  const spec = `name: test
parameters:
  dataset: {value: tiny}
  model: {value: GMF}
  loss: {values: [CE, T-CE, R-CE]}
  eps_max: {min: 0, max: 0.5, when: {loss: T-CE}}
  eps_n: {values: [50, 150, 300], when: {loss: T-CE}}
  beta: {min: 0, max: 1, when: {loss: R-CE}}
  lr: {distribution: log_uniform_values, min: 1.0e-4, max: 1.0e-2}
training: {epochs: 10, eval_every: 50}
${block}`;
  const compiled = compileSweep({ spec, format: 'YAML', datasets: FACTS, rules });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.violations));
  return compiled.sweep.plan;
}

/** Best at lr 1e-3; each loss has an offset of its own; a seed adds a little. */
function objective(state: SearchState, trial: TrialRecord, step: number): number {
  const { assignment } = state.configuration(trial);
  const away = Math.log10(assignment.lr ?? 1e-3) + 3;
  return (0.5 - away * away * 0.1 - 0.02 * trial.stratum + 0.001 * (trial.seed % 7)) * (1 - 30 / (step + 60));
}

function counter(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function run(plan: SearchPlan, params: Partial<Simulation> = {}) {
  return simulate({ plan, root: ROOT, slots: 4, random: counter(7), objective, ...params });
}

const TPE = `method: tpe
budget: {max_trials_per_stratum: 15}`;

describe('a search by TPE', () => {
  it('gives every loss the same number of configurations, none twice', () => {
    const { state } = run(planOf(TPE));
    for (const { configurations } of state.strata) {
      expect(configurations).toHaveLength(15);
      const names = configurations.map(({ assignment }) => JSON.stringify(assignment));
      expect(new Set(names).size).toBe(15);
    }
    expect(state.over).toBe('45 configurations, 45 trainings');
  });

  it('never has more trials open than there is room for', () => {
    const plan = planOf(TPE);
    const state = new SearchState(plan);
    for (const { entry } of run(plan, { slots: 3 }).log) {
      state.apply(entry);
      expect(state.open).toBeLessThanOrEqual(3);
    }
  });

  it('begins with Sobol points, then says what it rests on', () => {
    const { log } = run(planOf(TPE));
    const reasons = log.flatMap(({ entry }) => (entry.kind === 'suggested' ? [entry.reason] : []));
    expect(reasons[0]).toMatch(/start-up 1 of 10/);
    expect(reasons.at(-1)).toMatch(/TPE/);
  });
});

describe('a search under early stopping', () => {
  const ASHA = `method: random
budget: {max_trials_per_stratum: 54}
seeds: {search: [1, 2, 3]}
early_terminate: {type: asha}`;

  it('trains the later seeds of what the first one let through only', () => {
    const { state } = run(planOf(ASHA));
    const outcomes = state.strata.flatMap(({ configurations }) =>
      configurations.map(({ observation, trials }) => ({
        outcome: observation.outcome,
        trained: trials.length,
      })),
    );
    expect(outcomes.filter(({ outcome }) => outcome === 'pruned').length).toBeGreaterThan(10);
    expect(
      new Set(outcomes.filter(({ outcome }) => outcome === 'pruned').map(({ trained }) => trained)),
    ).toEqual(new Set([1]));
    expect(
      new Set(outcomes.filter(({ outcome }) => outcome === 'done').map(({ trained }) => trained)),
    ).toEqual(new Set([3]));
  });

  it('judges no T-CE trial before its drop rate is at its maximum', () => {
    const { state, log } = run(planOf(ASHA));
    for (const { entry } of log) {
      if (entry.kind !== 'judged') continue;
      const { assignment } = state.configuration(state.trial(entry.trial));
      expect(entry.step).toBeGreaterThanOrEqual(assignment.eps_n ?? 0);
    }
  });
});

describe('confirmation', () => {
  const CONFIRM = `${TPE}
seeds: {search: [1, 2], confirm: {count: 6, base: 2019, top_k: 2}}`;

  it('trains the best of each loss with the same fresh seeds, and ends after them', () => {
    const { state, log } = run(planOf(CONFIRM.replace('15}', '30}')));
    for (const { confirmed, configurations, index } of state.strata) {
      const best = [...configurations].sort(
        (a, b) => (b.observation.score ?? 0) - (a.observation.score ?? 0),
      );
      expect(confirmed).toEqual(best.slice(0, 2).map(({ ordinal }) => ordinal));
      const seeds = state.trials
        .filter(
          ({ phase, stratum, configuration }) =>
            phase === 'confirm' && stratum === index && configuration === confirmed[0],
        )
        .map(({ seed }) => seed);
      expect(seeds).toEqual([2019, 2020, 2021, 2022, 2023, 2024]);
    }
    expect(state.trials.every(({ outcome }) => outcome === 'done')).toBe(true);
    expect(log.at(-1)?.entry.kind).toBe('ended');
  });

  it('ends with a reason when no configuration of a loss could be trained', () => {
    const { state, log } = run(planOf(CONFIRM), { fails: ({ stratum }) => stratum === 1 });
    expect(state.strata.map(({ confirmed }) => confirmed.length)).toEqual([2, 0, 2]);
    const reasons = log.flatMap(({ entry }) =>
      entry.kind === 'unconfirmed' && entry.stratum === 1 ? [entry.reason] : [],
    );
    expect(reasons).toEqual(['0 configurations have finished all search seeds']);
  });
});

it('a search in which too much fails gives up and says so', () => {
  const plan = planOf(`${TPE.replace('15}', '15, max_failed_fraction: 0.2}')}`);
  const { state, log } = run(plan, { fails: () => true });
  expect(log.at(-1)?.entry).toMatchObject({ kind: 'ended', gaveUp: true });
  expect(state.over).toBe('5 of 5 search trials have failed, more than budget.max_failed_fraction 0.2');
});

describe('the log', () => {
  const shapes = [
    TPE,
    `method: sobol\nbudget: {max_trials_per_stratum: 12}\nseeds: {search: [1, 2], confirm: {count: 3}}\nearly_terminate: {type: hyperband}`,
    `method: tpe\nbudget: {max_trials_per_stratum: 20}\nseeds: {search: [3, 4], confirm: [7, 8]}\nearly_terminate: {type: median, startup_trials: 2}`,
    `method: tpe\nbudget: {max_trials_per_stratum: 24, max_concurrent: 2}\nearly_terminate: {type: asha}`,
  ];

  it.each(shapes)('replays to the byte under random worker timing: %s', (shape) => {
    const plan = planOf(shape);
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), (seed, slots) => {
        const { log } = run(plan, { random: counter(seed), slots, fails: ({ number }) => number % 11 === 5 });
        const again = replay(plan, ROOT, log);
        expect(again.divergence).toBeNull();
        expect(again.hash).toBe(log.at(-1)?.hash);
      }),
      { numRuns: 12 },
    );
  });

  it.each([
    [1, 'be6a7a38b0de0922d3d81238277f8772f8a60af989b29a431b496886b1932bc3'],
    [2, '265d83380e0f543226303f1717fb5cbf61e6c807cb57bc42e28fe12fe6738b40'],
  ] as const)('of rules %i is what it was before ASHA counted the trend, to the byte', (rules, hash) => {
    const plan = planOf(shapes[3] as string, rules);
    const root = rootHash('spec', { facts: FACTS, prior: [], rules });
    const { log } = run(plan, { root });
    expect(log.at(-1)?.hash).toBe(hash);
    expect(replay(plan, root, log)).toMatchObject({ divergence: null, hash });
  });

  it('has what ASHA took a gain from, and shows where that was changed afterwards', () => {
    const plan = planOf(shapes[3] as string, 3);
    const { log } = run(plan);
    expect(replay(plan, ROOT, log).divergence).toBeNull();
    const judged = log.flatMap(({ entry }) => (entry.kind === 'judged' ? [entry] : []));
    expect(judged.length).toBeGreaterThan(10);
    for (const { value, halfway } of judged) expect(halfway).toBeLessThan(value ?? 0);
    const at = log.findIndex(({ entry }) => entry.kind === 'judged' && entry.prune);
    const before = log[at - 1]?.hash ?? ROOT;
    const forged = log.map(({ entry, ...logged }, index) => {
      if (index !== at || entry.kind !== 'judged') return { ...logged, entry };
      const changed = { ...entry, halfway: 0 };
      return { ...logged, entry: changed, hash: chainHash(before, changed) };
    });
    expect(replay(plan, ROOT, forged).divergence).toMatchObject({ number: at + 1, what: 'decision' });
  });

  it('shows a decision that was changed afterwards', () => {
    const plan = planOf(TPE);
    const { log } = run(plan);
    const at = log.findIndex(({ entry }) => entry.kind === 'suggested' && entry.reason.startsWith('TPE'));
    const forge = ({ entry, ...logged }: LoggedEntry, hash: string): LoggedEntry =>
      entry.kind === 'suggested'
        ? { ...logged, hash, entry: { ...entry, assignment: { ...entry.assignment, lr: 0.005 } } }
        : { ...logged, hash, entry };
    const changed = log.map((logged, index) => (index === at ? forge(logged, logged.hash) : logged));
    expect(replay(plan, ROOT, changed).divergence).toMatchObject({ number: at + 1, what: 'hash' });

    const before = log[at - 1]?.hash ?? ROOT;
    const fitting = changed.map((logged, index) =>
      index === at ? { ...logged, hash: chainHash(before, logged.entry) } : logged,
    );
    expect(replay(plan, ROOT, fitting).divergence).toMatchObject({ number: at + 1, what: 'decision' });
  });

  it('tells a result that was changed afterwards by what it would have led to', () => {
    const plan = planOf(TPE);
    const { log } = run(plan);
    const other = simulate({
      plan,
      root: ROOT,
      slots: 4,
      random: counter(7),
      objective: (state, trial, step) => objective(state, trial, step) * (trial.number === 5 ? 3 : 1),
    });
    expect(other.log.at(-1)?.hash).not.toBe(log.at(-1)?.hash);
  });
});
