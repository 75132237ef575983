/** What holds for every sampler, whatever the space and whatever became of its trials. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Domain, Parameter } from './document.js';
import { type Assignment, countConfigurations, isActive } from './grid.js';
import type { Observation } from './history.js';
import { drawRandom } from './random.js';
import { SAMPLERS, type Sampler, suggest } from './sampler.js';
import { TPE } from './tpe.js';

const NAMES = ['factors', 'mlp_layers', 'negatives', 'dropout', 'lr', 'eps_n'] as const;
const STRATUM = ['sha', 'NeuMF', 'CE'];

const choices = fc
  .tuple(fc.shuffledSubarray([0, 1, 2, 3, 10], { minLength: 1 }), fc.boolean())
  .map(([values, skewed]): Domain => {
    const sum = (values.length * (values.length + 1)) / 2;
    return { kind: 'choice', values, probabilities: skewed ? values.map((_, i) => (i + 1) / sum) : null };
  });
const ranges: fc.Arbitrary<Domain> = fc
  .record({
    scale: fc.constantFrom('linear', 'log'),
    low: fc.integer({ min: 1, max: 50 }),
    span: fc.integer({ min: 1, max: 300 }),
    stepped: fc.boolean(),
    integer: fc.boolean(),
  })
  .map(({ scale, low, span, stepped, integer }) => {
    const step = stepped && scale === 'linear' ? Math.ceil(span / 4) : null;
    return { kind: 'range', scale, low, high: low + span, step, integer };
  });

/** Each parameter may hang on earlier lists, also on values that those never have. */
const spaces: fc.Arbitrary<Parameter[]> = fc
  .array(
    fc.record({
      domain: fc.oneof(choices, ranges),
      when: fc.option(
        fc.record({ parent: fc.nat(5), values: fc.subarray([0, 1, 2, 3, 10], { minLength: 1 }) }),
      ),
    }),
    { minLength: 1, maxLength: NAMES.length },
  )
  .map((nodes) =>
    nodes.map(({ domain, when }, index) => {
      const parent = when === null || index === 0 ? null : nodes[when.parent % index];
      const hangs = when !== null && parent?.domain.kind === 'choice';
      const name = NAMES[index] ?? 'lr';
      const condition = hangs ? [{ parent: NAMES[when.parent % index] ?? 'lr', values: when.values }] : [];
      return { name, domain, when: condition };
    }),
  );

const outcomes: fc.Arbitrary<Omit<Observation, 'assignment'>> = fc.oneof(
  fc.record({
    outcome: fc.constant('done'),
    score: fc.double({ noNaN: true, min: -1, max: 1 }),
    step: fc.constant(null),
  }),
  fc.record({
    outcome: fc.constant('pruned'),
    score: fc.double({ noNaN: true, min: -1, max: 1 }),
    step: fc.nat(5),
  }),
  fc.constantFrom<Omit<Observation, 'assignment'>>(
    { outcome: 'running', score: null, step: null },
    { outcome: 'failed', score: null, step: null },
  ),
);
const methods = fc.constantFrom(...SAMPLERS);

function expectWithin(assignment: Assignment, parameters: readonly Parameter[]): void {
  expect(Object.keys(assignment).every((name) => parameters.some((known) => known.name === name))).toBe(true);
  for (const parameter of parameters) {
    const value = assignment[parameter.name];
    expect(value !== undefined).toBe(isActive(parameter, assignment));
    if (value !== undefined) expectInDomain(value, parameter.domain);
  }
}

function expectInDomain(value: number, domain: Domain): void {
  if (domain.kind === 'choice') {
    expect(domain.values).toContain(value);
    return;
  }
  expect(value).toBeGreaterThanOrEqual(domain.low);
  expect(value).toBeLessThanOrEqual(domain.high);
  if (domain.integer) expect(Number.isInteger(value)).toBe(true);
  if (domain.step !== null) expect((value - domain.low) % domain.step).toBeCloseTo(0, 9);
}

const keyOf = (assignment: Assignment) => JSON.stringify(NAMES.map((name) => assignment[name] ?? null));

/** Asks again and again, each suggestion becoming an observation. */
function search(params: {
  method: Sampler;
  parameters: readonly Parameter[];
  samplerSeed: number;
  trials: number;
  outcomeOf: (trial: number, assignment: Assignment) => Omit<Observation, 'assignment'>;
}): Observation[] {
  const { method, parameters, samplerSeed, trials, outcomeOf } = params;
  const history: Observation[] = [];
  while (history.length < trials) {
    const next = suggest({ method, parameters, samplerSeed, stratum: STRATUM, history });
    if (next === null) break;
    history.push({ assignment: next.assignment, ...outcomeOf(history.length, next.assignment) });
  }
  return history;
}

describe('every sampler', () => {
  it('suggests what the space holds, none twice, the same again, until the space is exhausted', () => {
    fc.assert(
      fc.property(
        spaces,
        methods,
        fc.array(outcomes, { minLength: 30, maxLength: 30 }),
        fc.nat(99),
        (parameters, method, results, samplerSeed) => {
          const outcomeOf = (trial: number) => results[trial % results.length] as Observation;
          const params = { method, parameters, samplerSeed, trials: 40, outcomeOf };
          const history = search(params);
          for (const { assignment } of history) expectWithin(assignment, parameters);
          expect(new Set(history.map(({ assignment }) => keyOf(assignment))).size).toBe(history.length);
          expect(history.length).toBe(Math.min(40, countConfigurations(parameters)));
          expect(search(params)).toEqual(history);
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each(SAMPLERS)('%s lists a small space once, also a skewed one, and then has nothing', (method) => {
    const parameters: Parameter[] = [
      {
        name: 'mlp_layers',
        domain: { kind: 'choice', values: [1, 2], probabilities: [0.999, 0.001] },
        when: [],
      },
      {
        name: 'dropout',
        domain: { kind: 'range', scale: 'linear', low: 0, high: 0.5, step: 0.1, integer: false },
        when: [{ parent: 'mlp_layers', values: [2] }],
      },
      { name: 'factors', domain: { kind: 'choice', values: [8, 16, 32], probabilities: null }, when: [] },
    ];
    const outcomeOf = (trial: number) => ({ outcome: 'done' as const, score: -trial, step: null });
    const history = search({ method, parameters, samplerSeed: 4, trials: 100, outcomeOf });
    expect(history.length).toBe(countConfigurations(parameters));
    expect(new Set(history.map(({ assignment }) => keyOf(assignment))).size).toBe(21);
    expect(suggest({ method, parameters, samplerSeed: 4, stratum: STRATUM, history })).toBeNull();
  });

  it.each(SAMPLERS)('%s repeats nothing in 1,000 suggestions that all run at once', (method) => {
    const parameters: Parameter[] = [
      { name: 'factors', domain: { kind: 'choice', values: [8, 16, 32, 64], probabilities: null }, when: [] },
      {
        name: 'eps_n',
        domain: { kind: 'range', scale: 'linear', low: 1, high: 30, step: null, integer: true },
        when: [],
      },
      {
        name: 'negatives',
        domain: { kind: 'range', scale: 'linear', low: 1, high: 10, step: null, integer: true },
        when: [],
      },
    ];
    const outcomeOf = (trial: number) =>
      trial < 20
        ? { outcome: 'done' as const, score: (trial * 7) % 11, step: null }
        : { outcome: 'running' as const, score: null, step: null };
    const history = search({ method, parameters, samplerSeed: 1, trials: 1000, outcomeOf });
    expect(new Set(history.map(({ assignment }) => keyOf(assignment))).size).toBe(1000);
  });
});

const RATE: Parameter = {
  name: 'lr',
  domain: { kind: 'range', scale: 'log', low: 1e-5, high: 1e-1, step: null, integer: false },
  when: [],
};
const SIZE: Parameter = {
  name: 'factors',
  domain: { kind: 'choice', values: [8, 16, 32, 64], probabilities: null },
  when: [],
};

describe('random', () => {
  it('gives what a sweep of method random draws in advance', () => {
    const parameters = [SIZE, RATE];
    const outcomeOf = () => ({ outcome: 'failed' as const, score: null, step: null });
    const history = search({ method: 'random', parameters, samplerSeed: 3, trials: 25, outcomeOf });
    expect(history.map(({ assignment }) => assignment)).toEqual(drawRandom(parameters, 25, 3, STRATUM));
  });
});

describe('sobol', () => {
  it('spreads a log range evenly: one of 16 in each sixteenth of the decades', () => {
    const outcomeOf = () => ({ outcome: 'running' as const, score: null, step: null });
    const history = search({
      method: 'sobol',
      parameters: [RATE, SIZE],
      samplerSeed: 2,
      trials: 16,
      outcomeOf,
    });
    const cells = history.map(({ assignment }) =>
      Math.floor(((Math.log10(assignment.lr ?? 0) + 5) / 4) * 16),
    );
    expect(new Set(cells).size).toBe(16);
  });
});

const bowl = (_: number, { lr = 1 }: Assignment) => ({
  outcome: 'done' as const,
  score: -((Math.log10(lr) + 3) ** 2),
  step: null,
});

describe('tpe', () => {
  const base = { method: 'tpe' as const, parameters: [RATE, SIZE], samplerSeed: 1 };
  const next = (history: readonly Observation[]) => suggest({ ...base, stratum: STRATUM, history });

  it('starts with Sobol points and says so, then says what it learned from', () => {
    const history = search({ ...base, trials: 12, outcomeOf: bowl });
    expect(next(history.slice(0, 2))?.reason).toBe('start-up 3 of 10 (Sobol)');
    expect(next(history)?.reason).toMatch(
      /^TPE: best of 24 candidates, expected improvement [\d.]+x, 2 good of 12$/,
    );
  });

  it('waits for ten results, however many run', () => {
    const running = search({
      ...base,
      trials: 14,
      outcomeOf: (trial, assignment) =>
        trial < 4 ? bowl(trial, assignment) : { outcome: 'running', score: null, step: null },
    });
    expect(next(running)?.reason).toBe('start-up 4 results so far of 10 (Sobol)');
  });

  it('goes where the good ones are', () => {
    const history = search({ ...base, trials: 40, outcomeOf: bowl });
    const late = history.slice(20).map(({ assignment }) => Math.abs(Math.log10(assignment.lr ?? 1) + 3));
    // One decade of four: chance would have 5 of 20 there.
    expect(late.filter((decades) => decades < 0.5).length).toBeGreaterThanOrEqual(11);
  });

  it('learns nothing from what failed, and does not try it again', () => {
    const history = search({ ...base, trials: 15, outcomeOf: bowl });
    const failed: Observation = {
      assignment: { lr: 2e-5, factors: 8 },
      outcome: 'failed',
      score: null,
      step: null,
    };
    const other: Observation = { ...failed, assignment: { lr: 9e-2, factors: 64 } };
    expect(next([...history, failed])).toEqual(next([...history, other]));
  });

  it('keeps away from what runs: the constant liar', () => {
    const history = search({ ...base, trials: 30, outcomeOf: bowl });
    const best = next(history)?.assignment ?? {};
    const distance = (running: readonly Observation[]) => {
      const { lr = 1 } = next([...history, ...running])?.assignment ?? {};
      return Math.abs(Math.log10(lr) - Math.log10(best.lr ?? 1));
    };
    const beside = (outcome: 'running' | 'failed') =>
      Array.from({ length: 40 }, (_, index): Observation => {
        const lr = Number(((best.lr ?? 1) * (0.9 + index * 0.005)).toPrecision(6));
        return { assignment: { lr, factors: best.factors }, outcome, score: null, step: null };
      });
    expect(distance(beside('running'))).toBeGreaterThan(distance(beside('failed')));
  });

  it('is no slower to learn for a history beyond the kernels that it keeps', () => {
    const history = Array.from({ length: TPE.mostBad * 3 }, (_, index): Observation => {
      const lr = Number((1e-5 * 10 ** ((4 * index) / (TPE.mostBad * 3))).toPrecision(6));
      return { assignment: { lr, factors: 8 }, ...bowl(index, { lr }) };
    });
    const { lr = 1 } = next(history)?.assignment ?? {};
    expect(Math.abs(Math.log10(lr) + 3)).toBeLessThan(0.5);
  });

  it('models what only a deep tower has without the shallow ones', () => {
    const parameters: Parameter[] = [
      { name: 'mlp_layers', domain: { kind: 'choice', values: [1, 2], probabilities: null }, when: [] },
      {
        name: 'dropout',
        domain: { kind: 'range', scale: 'linear', low: 0, high: 0.9, step: null, integer: false },
        when: [{ parent: 'mlp_layers', values: [2] }],
      },
    ];
    const outcomeOf = (_: number, { dropout }: Assignment) => ({
      outcome: 'done' as const,
      score: dropout === undefined ? -0.3 : -((dropout - 0.6) ** 2),
      step: null,
    });
    const history = search({ method: 'tpe', parameters, samplerSeed: 5, trials: 40, outcomeOf });
    const late = history.slice(20).flatMap(({ assignment }) => assignment.dropout ?? []);
    expect(late.length).toBeGreaterThanOrEqual(18);
    expect(late.filter((dropout) => Math.abs(dropout - 0.6) < 0.15).length).toBeGreaterThanOrEqual(12);
  });
});

describe('a suggestion', () => {
  it('is drawn apart in every stratum and for every sampler seed', () => {
    const first = (samplerSeed: number, stratum: string[]) =>
      SAMPLERS.map(
        (method) => suggest({ method, parameters: [RATE], samplerSeed, stratum, history: [] })?.assignment.lr,
      );
    const all = [first(1, ['a']), first(2, ['a']), first(1, ['b'])];
    expect(new Set(all.map((row) => row[0])).size).toBe(3);
    expect(new Set(all.map((row) => row[1])).size).toBe(3);
  });

  it('needs no parameter: there is one configuration, then none', () => {
    for (const method of SAMPLERS) {
      const history = search({ method, parameters: [], samplerSeed: 1, trials: 5, outcomeOf: bowl });
      expect(history.map(({ assignment }) => assignment)).toEqual([{}]);
    }
  });
});
