/** What must hold for every sweep file, not only for the ones that someone thought of. */
import { trainingConfigSchema } from '@adt/proto/trainingConfig';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_CONFIGURATIONS } from './budget.js';
import { compileSweep } from './compile.js';
import type { Domain, Parameter } from './document.js';
import { countConfigurations, domainSize, expandGrid, isActive } from './grid.js';
import { pick } from './random.js';

const DATASETS = ['adressa', 'synthetic', 'tiny'].map((name, index) => ({
  name,
  sha256: String(index).repeat(64),
  users: 100,
  items: 60 + 1000 * index,
  trainInteractions: 5000 * (index + 1),
  hasFlags: true,
}));

const distinct = <Value>(values: readonly Value[]) => fc.shuffledSubarray([...values], { minLength: 1 });

const sweeps = fc.record({
  name: fc.constant('property'),
  method: fc.constantFrom('grid', 'random'),
  parameters: fc.record(
    {
      dataset: fc.record({ values: distinct(['adressa', 'synthetic', 'tiny']) }),
      loss: fc.record({ values: distinct(['CE', 'T-CE', 'R-CE']) }),
      eps_max: fc.oneof(
        fc.record({ values: distinct([0, 0.1, 0.25]) }),
        fc.constant({ min: 0.05, max: 0.3, step: 0.05 }),
      ),
      eps_n: fc.oneof(
        fc.record({ values: distinct([1, 100, 3000]) }),
        fc.constant({ min: 10, max: 14 }),
        fc.constant({ min: 10, max: 50, step: 7 }),
      ),
      beta: fc.record({ values: distinct([0, 0.1, 0.5, 1]) }),
      factors: fc.record({ values: distinct([8, 16, 32]) }),
      negatives: fc.record(
        { values: distinct([1, 2]), when: fc.constant({ loss: ['CE', 'T-CE'] }) },
        { requiredKeys: ['values'] },
      ),
      batch_size: fc.record({
        values: distinct([64, 128]),
        when: fc.constantFrom({ dataset: 'adressa' }, { dataset: ['adressa', 'tiny'], loss: 'CE' }),
      }),
    },
    { requiredKeys: ['dataset', 'loss', 'eps_max', 'eps_n', 'beta'] },
  ),
  seeds: fc.oneof(
    fc.record({ search: distinct([1, 2, 7]) }),
    fc.record({ search: fc.constant({ count: 2, base: 2019 }), sampler: fc.nat(1000) }),
  ),
  budget: fc.constantFrom({ max_trials: 50_000 }, { max_trials_per_stratum: 40 }, { max_trials: 60 }),
});

const compile = (spec: unknown) =>
  compileSweep({ spec: JSON.stringify(spec), format: 'JSON', datasets: DATASETS });

describe('every accepted sweep', () => {
  it('has only valid trials, none twice, as many as planned, and compiles the same again', () => {
    fc.assert(
      fc.property(sweeps, (spec) => {
        const compiled = compile(spec);
        if (!compiled.ok) {
          // A grid above its budget is the one refusal that these specs can earn.
          expect(compiled.violations.every(({ path }) => path.startsWith('budget'))).toBe(true);
          return;
        }
        const { sweep } = compiled;
        for (const { config } of sweep.trials) trainingConfigSchema.parse(config);
        const runs = sweep.trials.map(({ config, configHash }) => `${configHash} ${config.seed}`);
        expect(new Set(runs).size).toBe(runs.length);
        expect(sweep.runs).toBe(runs.length);
        expect(sweep.strata.reduce((sum, plan) => sum + plan.runs, 0)).toBe(runs.length);
        expect(Object.isFrozen(sweep.trials) && Object.isFrozen(sweep.trials[0]?.config.topk)).toBe(true);
        expect(compile(spec)).toEqual(compiled);
      }),
      { numRuns: 150 },
    );
  });
});

describe('no input', () => {
  it('throws: every text is either a sweep or a list of violations', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.json(),
      fc.record({ name: fc.anything(), method: fc.anything(), parameters: fc.anything() }).map(toJson),
      fc
        .tuple(sweeps, fc.anything(), fc.constantFrom('beta', 'eps_n', 'loss', 'lr'))
        .map(([spec, value, key]) => toJson({ ...spec, parameters: { ...spec.parameters, [key]: value } })),
      fc
        .tuple(sweeps, fc.anything(), fc.constantFrom('seeds', 'budget', 'training', 'overrides', 'metric'))
        .map(([spec, value, key]) => toJson({ ...spec, [key]: value })),
    );
    fc.assert(
      fc.property(texts, fc.constantFrom('YAML' as const, 'JSON' as const), (spec, format) => {
        const compiled = compileSweep({ spec, format, datasets: DATASETS });
        if (compiled.ok) expect(compiled.sweep.configurations).toBeLessThanOrEqual(MAX_CONFIGURATIONS);
        else expect(compiled.violations.length).toBeGreaterThan(0);
      }),
      { numRuns: 1500 },
    );
  });
});

const NAMES = ['factors', 'negatives', 'lr', 'beta', 'epochs'] as const;

/** Conditional trees: each parameter may hang on earlier ones. */
const trees: fc.Arbitrary<Parameter[]> = fc
  .tuple(
    ...NAMES.map((_, index) =>
      fc.record({
        size: fc.integer({ min: 1, max: 4 }),
        when: fc.uniqueArray(
          fc.record({ parent: fc.nat(Math.max(0, index - 1)), values: distinct([0, 1, 2, 3]) }),
          { maxLength: index === 0 ? 0 : 2, selector: ({ parent }) => parent },
        ),
      }),
    ),
  )
  .map((nodes) =>
    nodes.map(({ size, when }, index) => ({
      name: NAMES[index] ?? 'lr',
      domain: { kind: 'choice', values: [0, 1, 2, 3].slice(0, size), probabilities: null },
      when: when.map(({ parent, values }) => ({ parent: NAMES[parent] ?? 'lr', values })),
    })),
  );

describe('the count of a grid', () => {
  it('equals its expansion, whatever hangs on what', () => {
    fc.assert(
      fc.property(trees, (parameters) => {
        const all = [...expandGrid(parameters)];
        expect(countConfigurations(parameters)).toBe(all.length);
        expect(new Set(all.map((assignment) => JSON.stringify(assignment))).size).toBe(all.length);
        for (const assignment of all)
          for (const parameter of parameters)
            expect(assignment[parameter.name] !== undefined).toBe(isActive(parameter, assignment));
      }),
      { numRuns: 300 },
    );
  });
});

describe('a drawn value', () => {
  const bounds = fc.tuple(
    fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
    fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
  );
  it('lies within its range and on its steps', () => {
    fc.assert(
      fc.property(
        bounds.filter(([a, b]) => a !== b),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.constantFrom('linear' as const, 'log' as const),
        fc.boolean(),
        (ends, u, scale, integer) => {
          const [low, high] = (integer ? ends.map(Math.ceil) : ends).sort((a, b) => a - b) as [
            number,
            number,
          ];
          fc.pre(low < high);
          const domain: Domain = { kind: 'range', scale, low, high, step: null, integer };
          const value = pick(domain, u);
          expect(value).toBeGreaterThanOrEqual(low);
          expect(value).toBeLessThanOrEqual(high);
          if (integer) expect(Number.isInteger(value)).toBe(true);
          const stepped: Domain = { ...domain, scale: 'linear', step: integer ? 1 : (high - low) / 7 };
          expect(domainSize(stepped)).toBeGreaterThan(1);
          expect(pick(stepped, u)).toBeLessThanOrEqual(high);
        },
      ),
    );
  });
});

function toJson(value: unknown): string {
  return JSON.stringify(value, (_, member) => (typeof member === 'bigint' ? String(member) : member)) ?? '';
}
