import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Parameter } from '../document.js';
import type { Assignment } from '../grid.js';
import { keyOf, uniform } from '../philox.js';
import { pick } from '../random.js';
import { type ImportanceReport, importanceOf, type TimedObservation } from './importance.js';

const range = { kind: 'range', step: null, integer: false } as const;
const LR: Parameter = {
  name: 'lr',
  domain: { ...range, scale: 'log', low: 1e-4, high: 1e-2 },
  when: [],
};
const BETA: Parameter = { name: 'beta', domain: { ...range, scale: 'linear', low: 0, high: 1 }, when: [] };
const FACTORS: Parameter = {
  name: 'factors',
  domain: { kind: 'choice', values: [8, 16, 32, 64], probabilities: null },
  when: [],
};
const BATCH: Parameter = {
  name: 'batch_size',
  domain: { ...range, scale: 'log', low: 64, high: 8192, integer: true },
  when: [],
};
const EPOCHS: Parameter = {
  name: 'epochs',
  domain: { ...range, scale: 'linear', low: 1, high: 20, integer: true },
  when: [],
};
const ALL = [LR, BETA, FACTORS, BATCH, EPOCHS];

type Objective = (
  values: Required<Pick<Assignment, 'lr' | 'beta' | 'factors' | 'batch_size' | 'epochs'>>,
) => {
  score?: number;
  seconds?: number;
};

/** Configurations drawn at random from all five parameters, as a random sweep would. */
function history(count: number, objective: Objective, seed = 1): TimedObservation[] {
  return Array.from({ length: count }, (_, ordinal) => {
    const draw = (parameter: Parameter) =>
      pick(parameter.domain, uniform([ordinal, 0, 0, 0], keyOf(parameter.name, seed)));
    const assignment = {
      lr: draw(LR),
      beta: draw(BETA),
      factors: draw(FACTORS),
      batch_size: draw(BATCH),
      epochs: draw(EPOCHS),
    };
    const { score = 0, seconds = 1 } = objective(assignment);
    return { assignment, outcome: 'done', score, step: null, seconds };
  });
}

const STRATUM = { dataset: 'tiny', model: 'GMF', loss: 'R-CE' };

function importances(observations: readonly TimedObservation[], target: 'metric' | 'duration' = 'metric') {
  return importanceOf({ target, parameters: ALL, strata: [{ ...STRATUM, observations }] });
}

const shares = ({ combined }: ImportanceReport) =>
  Object.fromEntries(combined.measured.map(({ name, share }) => [name, share]));

describe('the importance of a parameter', () => {
  it.each<[string, Objective]>([
    ['lr', ({ lr }) => ({ score: -Math.abs(Math.log(lr / 1e-3)) })],
    ['beta', ({ beta }) => ({ score: -((beta - 0.3) ** 2) })],
    ['factors', ({ factors }) => ({ score: factors === 32 ? 1 : 0 })],
    ['batch_size', ({ batch_size }) => ({ score: Math.log(batch_size) })],
    ['epochs', ({ epochs }) => ({ score: -epochs })],
  ])('is above 0.9 when only it decides, and below 0.05 for the rest: %s', (decisive, objective) => {
    const found = shares(importances(history(300, objective)));
    expect(Object.keys(found)).toHaveLength(ALL.length);
    for (const [name, share] of Object.entries(found)) {
      if (name === decisive) expect(share).toBeGreaterThan(0.9);
      else expect(share).toBeLessThan(0.05);
    }
  });

  it('orders what matters much before what matters a little', () => {
    const found = importances(
      history(400, ({ lr, beta }) => ({ score: -Math.abs(Math.log(lr / 1e-3)) - 1.5 * beta })),
    );
    const [first, second] = found.combined.measured;
    expect([first?.name, second?.name]).toEqual(['lr', 'beta']);
    expect(second?.share).toBeGreaterThan(0.05);
  });

  it('has shares that sum to 1, raw values and the configurations behind them', () => {
    const { measured } = importances(history(120, ({ lr, epochs }) => ({ score: epochs - lr }))).combined;
    expect(measured.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    for (const one of measured) {
      expect(one).toMatchObject({ configurations: 120, raw: expect.any(Number) });
      expect(one.top).toBeGreaterThanOrEqual(12);
      expect(one.raw).toBeGreaterThan(0);
    }
  });

  it("agrees with Optuna's formulas for the divergence of ranges, computed apart from this code", () => {
    const objective: Objective = ({ lr, beta }) => ({ score: -Math.abs(Math.log(lr / 1e-3)) - beta });
    const reference = { 60: [1, 9.189, 0.607], 200: [2, 3.279, 0.948], 1000: [3, 3.374, 0.819] } as const;
    for (const [count, [seed, lr, beta]] of Object.entries(reference)) {
      const { measured } = importances(history(Number(count), objective, seed)).combined;
      const raw = (name: string) => measured.find((one) => one.name === name)?.raw ?? 0;
      expect(Math.abs(raw('lr') / lr - 1)).toBeLessThan(0.08);
      expect(Math.abs(raw('beta') / beta - 1)).toBeLessThan(0.05);
    }
  });

  it('is the same for every increasing transform of the metric', () => {
    const transforms = [
      (x: number) => 3 * x + 7,
      Math.exp,
      (x: number) => x ** 3,
      (x: number) => -Math.exp(-x),
    ];
    fc.assert(
      fc.property(fc.nat(50), fc.constantFrom(...transforms), (seed, transform) => {
        const objective: Objective = ({ lr, beta }) => ({ score: Math.log10(lr) + beta });
        const plain = importances(history(60, objective, seed));
        const bent = importances(
          history(60, (values) => ({ score: transform(objective(values).score ?? 0) }), seed),
        );
        expect(bent).toEqual(plain);
      }),
      { numRuns: 20 },
    );
  });

  it('does not depend on the order that trials came in', () => {
    const observations = history(80, ({ beta }) => ({ score: beta }));
    expect(importances([...observations].reverse()).combined).toEqual(importances(observations).combined);
  });

  it('is asked of time as well: more epochs, longer trainings', () => {
    const observations = history(200, ({ lr, epochs }) => ({ score: -lr, seconds: 3 * epochs }));
    expect(shares(importances(observations, 'duration')).epochs).toBeGreaterThan(0.9);
    expect(shares(importances(observations, 'metric')).lr).toBeGreaterThan(0.9);
  });
});

describe('a conditional parameter', () => {
  it('is measured only where it was active', () => {
    const observations = history(300, ({ factors, lr }) => ({ score: factors === 32 ? -lr : 0 })).map(
      ({ assignment, ...rest }): TimedObservation => {
        const { lr, ...others } = assignment;
        return { ...rest, assignment: assignment.factors === 32 ? { ...others, lr } : others };
      },
    );
    const active = observations.filter(({ assignment }) => assignment.lr !== undefined).length;
    const lr = importances(observations).combined.measured.find(({ name }) => name === 'lr');
    expect(active).toBeGreaterThan(50);
    expect(lr?.configurations).toBe(active);
    expect(lr?.strength).toBeGreaterThan(0.3);
  });
});

describe('several strata', () => {
  const strong = history(100, ({ beta }) => ({ score: beta }));
  const other = history(300, ({ epochs }) => ({ score: epochs }), 2).map(
    ({ assignment: { beta: _, ...assignment }, ...rest }): TimedObservation => ({ ...rest, assignment }),
  );
  const report = importanceOf({
    target: 'metric',
    parameters: ALL,
    strata: [
      { ...STRATUM, observations: strong },
      { ...STRATUM, loss: 'CE', observations: other },
    ],
  });

  it('are measured one by one', () => {
    const [rce, ce] = report.strata.map(({ measured }) => measured[0]);
    expect([rce?.name, ce?.name]).toEqual(['beta', 'epochs']);
    expect(rce?.share).toBeGreaterThan(0.9);
    expect(report.strata[1]?.measured.some(({ name }) => name === 'beta')).toBe(false);
  });

  it('are combined where a parameter was measured, weighted by configurations', () => {
    const beta = report.combined.measured.find(({ name }) => name === 'beta');
    const epochs = report.combined.measured.find(({ name }) => name === 'epochs');
    const inFirst = report.strata[0]?.measured.find(({ name }) => name === 'epochs');
    const inSecond = report.strata[1]?.measured.find(({ name }) => name === 'epochs');
    expect(beta?.strength).toBe(report.strata[0]?.measured[0]?.strength);
    expect(epochs?.strength).toBeCloseTo(
      ((inFirst?.strength ?? 0) * 100 + (inSecond?.strength ?? 0) * 300) / 400,
      12,
    );
    expect(report.combined.measured.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });
});

describe('too little to tell', () => {
  it('is said below ten configurations, with how many there are', () => {
    const { measured, lacking } = importances(history(9, ({ beta }) => ({ score: beta }))).combined;
    expect(measured).toEqual([]);
    expect(lacking).toContainEqual({ name: 'beta', configurations: 9, needed: 10 });
  });

  it('is not said of a parameter with one value: it is absent', () => {
    const single: Parameter = { ...FACTORS, domain: { kind: 'choice', values: [32], probabilities: null } };
    const observations = history(40, ({ beta }) => ({ score: beta }));
    const found = importanceOf({
      target: 'metric',
      parameters: [BETA, single],
      strata: [{ ...STRATUM, observations }],
    });
    expect(found.combined.measured.map(({ name }) => name)).toEqual(['beta']);
    expect(found.combined.lacking).toEqual([]);
  });

  it('shows as shares of 0 when all configurations are alike', () => {
    const { measured } = importances(history(50, () => ({ score: 0.25 }))).combined;
    expect(measured.map(({ share }) => share)).toEqual([0, 0, 0, 0, 0]);
  });

  it('leaves out what failed and what is still running', () => {
    const observations = history(15, ({ beta }) => ({ score: beta })).map(
      (one, index): TimedObservation =>
        index < 9
          ? one
          : { ...one, outcome: index % 2 === 0 ? 'failed' : 'running', score: null, seconds: null },
    );
    expect(importances(observations).combined.lacking).toHaveLength(ALL.length);
  });
});

describe('a pruned configuration', () => {
  const observations = history(100, ({ beta }) => ({ score: beta })).map((one): TimedObservation => {
    const pruned = (one.assignment.beta ?? 0) < 0.5;
    // A score from an early step may exceed those of whole trainings, say where the metric falls with time.
    return pruned ? { ...one, outcome: 'pruned', score: 2, step: 10, seconds: 0.1 } : one;
  });

  it('counts as tried and ranks below every whole training', () => {
    const beta = importances(observations).combined.measured.find(({ name }) => name === 'beta');
    expect(beta).toMatchObject({ configurations: 100, top: 10 });
    expect(beta?.share).toBeGreaterThan(0.9);
  });

  it('says nothing of how long a training takes', () => {
    const counts = importances(observations, 'duration').combined.measured.map((one) => one.configurations);
    const whole = observations.filter(({ outcome }) => outcome === 'done').length;
    expect(new Set(counts)).toEqual(new Set([whole]));
  });
});
