import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { describe, expect, it } from 'vitest';
import { configHash } from './canonical.js';
import { compileSweep } from './compile.js';
import { moreSeedsFile } from './moreSeeds.js';

const SPEC = `name: searched
method: tpe
metric: {name: valid/recall@20}
parameters:
  dataset: {value: tiny}
  loss: {values: [CE, T-CE]}
  eps_max: {min: 0.05, max: 0.3, when: {loss: T-CE}}
  eps_n: {value: 100, when: {loss: T-CE}}
  lr: {distribution: log_uniform_values, min: 1.0e-4, max: 1.0e-2}
training: {epochs: 3, topk: [10, 20]}
pool: gpu
budget: {max_trials_per_stratum: 30, max_concurrent: 4}
seeds: {search: [1, 2029], confirm: {count: 10, base: 2019}}
`;

const BASE = {
  dataset: 'tiny',
  datasetSha256: 'a'.repeat(64),
  model: 'GMF',
  factors: 32,
  negatives: 1,
  batchSize: 1024,
  epochs: 3,
  evalEvery: 100,
  topk: [10, 20],
  select: 'valid/recall@20',
  seed: 2019,
} as const;
const CHOSEN: TrainingConfig[] = [
  { ...BASE, topk: [10, 20], loss: 'CE', lr: 0.00123 },
  { ...BASE, topk: [10, 20], loss: 'T-CE', lr: 0.004, epsMax: 0.21, epsN: 100 },
];
const datasets = [
  { name: 'tiny', sha256: 'a'.repeat(64), users: 100, items: 500, trainInteractions: 1000, hasFlags: false },
];

const text = { spec: SPEC, format: 'YAML' } as const;

function specOf(chosen: readonly TrainingConfig[], count: number, spec = SPEC): string {
  const file = moreSeedsFile({ spec, format: 'YAML' }, chosen, count);
  if (!file.ok) throw new Error(file.message);
  return file.spec;
}

describe('moreSeedsFile', () => {
  it('asks for exactly the chosen configurations, and for seeds that nothing has used', () => {
    const spec = specOf(CHOSEN, 3);
    const compiled = compileSweep({ spec, format: 'YAML', datasets });
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.violations));
    const { plan, trials, name, maxConcurrent, pool } = compiled.sweep;
    expect(new Set(trials.map((trial) => trial.configHash))).toEqual(new Set(CHOSEN.map(configHash)));
    expect(plan.seeds).toEqual([1, 2029]);
    expect(plan.confirm?.seeds).toEqual([
      ...Array.from({ length: 10 }, (_, at) => 2019 + at),
      2030,
      2031,
      2032,
    ]);
    expect({ name, maxConcurrent, pool }).toEqual({
      name: 'searched, 13 seeds',
      maxConcurrent: 4,
      pool: 'gpu',
    });
  });

  it('says the number of seeds once in the name, however often it is extended', () => {
    expect(specOf(CHOSEN, 3, specOf(CHOSEN, 5))).toContain('name: searched, 18 seeds');
  });

  it('lets a sweep without confirmation confirm, and changes nothing else of its file', () => {
    const spec = specOf([], 10, SPEC.replace(/, confirm: .*}$/m, '}'));
    expect(spec).toContain('max_trials_per_stratum: 30');
    const compiled = compileSweep({ spec, format: 'YAML', datasets });
    expect(compiled.ok && compiled.sweep.plan.confirm?.seeds.length).toBe(10);
  });

  it('refuses more seeds than a sweep may have', () => {
    expect(moreSeedsFile(text, CHOSEN, 91)).toMatchObject({
      ok: false,
      message: expect.stringContaining('at most 100 confirmation seeds'),
    });
  });
});
