import { keyOf, uniform } from '@adt/coordinator/search/philox';
import type { PrunerSettings } from '@adt/coordinator/search/pruners/earlyTerminate';
import { describe, expect, test } from 'vitest';
import type { CurveTable } from './candidates.js';
import {
  type Candidate,
  type Progress,
  simulateRace,
  simulateSearch,
  spentToReach,
} from './prunerSimulation.js';
import { benchPruning } from './pruning.js';
import { shuffled } from './shuffled.js';

const ASHA: PrunerSettings = { type: 'asha', eta: 3, minSteps: null, minShare: 0, trend: false };
const NONE: PrunerSettings = { type: 'none' };
const STEPS = Array.from({ length: 27 }, (_, index) => 100 * (index + 1));
const TOTAL = 2700;

/** Learning by a power law: what it ends near, and how fast it gets there. */
type Law = { limit: number; pace: number };
const valueAt = ({ limit, pace }: Law, step: number) => limit * (1 - (step / 100) ** -pace / 2);
const candidate = (law: Law, rungs: readonly number[] = []): Candidate => ({
  curve: STEPS.map((step) => ({ step, value: valueAt(law, step) })),
  rungs,
  bracket: 0,
});
const draw = (name: string, index: number) => uniform([index, 0, 0, 0], keyOf(name));

/** A better limit is ahead from the start: early values tell. */
const parallel = Array.from({ length: 81 }, (_, index) => ({ limit: draw('limit', index), pace: 0.5 }));
const RUNGS = [100, 300, 900];

describe('a race', () => {
  test('without pruning trains all to the end, on any number of workers', () => {
    for (const workers of [1, 4, 100]) {
      const candidates = parallel.map((law) => candidate(law, RUNGS));
      const race = simulateRace({ settings: NONE, candidates, workers });
      expect(race.spent).toBe(81 * TOTAL);
      expect(race.pruned.every((reason) => reason === null)).toBe(true);
      const values = race.improvements.map(({ value }) => value);
      expect(values).toEqual([...values].sort((a, b) => a - b));
      expect(values.at(-1)).toBe(Math.max(...parallel.map((law) => valueAt(law, TOTAL))));
    }
  });

  test('is the same again', () => {
    const run = () =>
      simulateRace({ settings: ASHA, candidates: parallel.map((law) => candidate(law, RUNGS)), workers: 3 });
    expect(run()).toEqual(run());
  });

  test('charges a pruned trial for what it trained, and gives its worker to the next', () => {
    const laws = [0.9, 0.5, 0.8].map((limit) => ({ limit, pace: 0.5 }));
    const race = simulateRace({
      settings: ASHA,
      candidates: laws.map((law) => candidate(law, [300])),
      workers: 1,
    });
    expect(race.spent).toBe(TOTAL + 300 + 300);
    expect(race.pruned).toEqual([
      null,
      'pruned at iteration 300: 2nd of 2 at this rung, the best goes on',
      'pruned at iteration 300: 2nd of 3 at this rung, the best goes on',
    ]);
    expect(race.improvements.at(-1)?.spent).toBe(TOTAL);
  });

  test('asks for the next candidate when a worker is free, and tells how those before it stand', () => {
    const laws = [0.9, 0.5, 0.8, 0.7].map((limit) => ({ limit, pace: 0.5 }));
    const asked: Progress[][] = [];
    simulateSearch({
      settings: ASHA,
      workers: 2,
      next(before) {
        asked.push(before.map(({ outcome, best, step }) => ({ outcome, best, step })));
        const law = laws[before.length];
        return law === undefined ? null : candidate(law, [300]);
      },
    });
    const at = (place: number, outcome: Progress['outcome'], step: number) => ({
      ...{ outcome, step },
      best: step === 0 ? Number.NEGATIVE_INFINITY : valueAt(laws[place] as Law, step),
    });
    expect(asked).toEqual([
      [],
      [at(0, 'running', 0)],
      [at(0, 'running', 300), at(1, 'pruned', 300)],
      [at(0, 'running', 600), at(1, 'pruned', 300), at(2, 'pruned', 300)],
      [at(0, 'running', 900), at(1, 'pruned', 300), at(2, 'pruned', 300), at(3, 'pruned', 300)],
      [at(0, 'done', 2700), at(1, 'pruned', 300), at(2, 'pruned', 300), at(3, 'pruned', 300)],
    ]);
  });

  test('finds the best at a third of the cost where early values tell', () => {
    const run = (settings: PrunerSettings, seed: number) => {
      const laws = shuffled(parallel, ['order', seed]);
      return simulateRace({ settings, candidates: laws.map((law) => candidate(law, RUNGS)), workers: 4 });
    };
    const ratios = [1, 2, 3, 4, 5].map((seed) => {
      const best = run(NONE, seed).improvements.at(-1)?.value ?? Number.NaN;
      return (spentToReach(run(ASHA, seed), best) ?? Number.NaN) / (81 * TOTAL);
    });
    for (const ratio of ratios) expect(ratio).toBeLessThan(1 / 3);
  });

  test('loses a late bloomer to a rung before its curve crosses the others, and keeps it at one after', () => {
    const quick = Array.from({ length: 20 }, (_, index) => ({ limit: 0.5 + index / 1000, pace: 2 }));
    const slow = { limit: 0.6, pace: 0.6 };
    expect(valueAt(slow, TOTAL)).toBeGreaterThan(Math.max(...quick.map((law) => valueAt(law, TOTAL))));
    const race = (rung: number) =>
      simulateRace({
        settings: ASHA,
        candidates: [...quick, slow].map((law) => candidate(law, [rung])),
        workers: 2,
      });
    expect(race(200).pruned.at(-1)).toMatch(/^pruned at iteration 200: 21st of 21/);
    expect(race(2600).pruned.at(-1)).toBe(null);
  });
});

describe('the bench of pruning', () => {
  const table: CurveTable = {
    settings: { epochs: 27, evalEvery: 100 },
    steps: STEPS,
    trials: (loss) =>
      loss === 'R-CE'
        ? []
        : parallel.map((law, index) => ({
            assignment: loss === 'T-CE' ? { eps_n: index % 2 === 0 ? 300 : 5000 } : {},
            curve: STEPS.map((step) => valueAt(law, step)),
          })),
    parameters: () => [],
  };
  const rows = benchPruning(table, { sweeps: 5 });
  const rowOf = (loss: string, pruner: string) => {
    const row = rows.find((one) => one.loss === loss && one.pruner === pruner);
    if (row === undefined) throw new Error(`no row ${loss} ${pruner}`);
    return row;
  };

  test('has a row for each recorded loss and pruner', () => {
    expect(rows.map(({ loss, pruner }) => `${loss} ${pruner}`)).toEqual([
      'CE median',
      'CE asha',
      'CE hyperband',
      'CE asha, eta 2, from 2 epochs',
      'CE asha, from 3 epochs',
      'CE asha, with gain',
      'T-CE median',
      'T-CE asha',
      'T-CE hyperband',
      'T-CE asha, eta 2, from 2 epochs',
      'T-CE asha, from 3 epochs',
      'T-CE asha, with gain',
      'T-CE asha, eps_n ignored',
    ]);
  });

  test('finds the best for a third of the iterations where early values tell', () => {
    expect(rowOf('CE', 'asha')).toMatchObject({ reached: 1, reachedNear: 1, regret: 0, judged: 1 });
    expect(rowOf('CE', 'asha').toBest).toBeLessThan(1 / 3);
  });

  test('lets a half whose eps_n is beyond the run train to the end', () => {
    expect(rowOf('T-CE', 'asha').judged).toBeCloseTo(41 / 81, 3);
    expect(rowOf('T-CE', 'asha').finished).toBeGreaterThan(0.49);
    expect(rowOf('T-CE', 'asha').iterations).toBeGreaterThan(0.49);
  });
});
