/** What the tests of compiling start from: stored data sets, a grid and a random search, and what becomes of a spec. */
import { stringify } from 'yaml';
import { type CompiledSweep, type CompileParams, compileSweep } from './compile.js';

export const DATASETS = [
  {
    name: 'adressa',
    sha256: 'a'.repeat(64),
    users: 212_231,
    items: 6596,
    trainInteractions: 419_491,
    hasFlags: false,
  },
  {
    name: 'synthetic',
    sha256: 'b'.repeat(64),
    users: 2000,
    items: 1000,
    trainInteractions: 60_000,
    hasFlags: true,
  },
];

export type Spec = Record<string, unknown>;

export const GRID: Spec = {
  name: 'grid',
  method: 'grid',
  parameters: {
    dataset: { value: 'synthetic' },
    loss: { values: ['CE', 'T-CE', 'R-CE'] },
    eps_max: { values: [0.1, 0.2] },
    eps_n: { values: [100, 200] },
    beta: { values: [0.1, 0.2, 0.3] },
  },
  seeds: { search: [1, 2] },
};

export const RANDOM: Spec = {
  ...GRID,
  name: 'random',
  method: 'random',
  parameters: {
    ...(GRID.parameters as Spec),
    lr: { distribution: 'log_uniform_values', min: 1e-4, max: 1e-2 },
  },
  budget: { max_trials_per_stratum: 20 },
};

export function compile(spec: Spec | string, more: Partial<CompileParams> = {}) {
  const text = typeof spec === 'string' ? spec : stringify(spec);
  return compileSweep({ spec: text, format: 'YAML', datasets: DATASETS, ...more });
}

export function accepted(spec: Spec | string): CompiledSweep {
  const compiled = compile(spec);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.violations));
  return compiled.sweep;
}

export function warnings(spec: Spec): string[] {
  const compiled = compile(spec);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.violations));
  return compiled.warnings.map(({ path, message }) => `${path}: ${message}`);
}

export function refused(spec: Spec | string, more: Partial<CompileParams> = {}) {
  const compiled = compile(spec, more);
  if (compiled.ok) throw new Error('was accepted');
  return {
    reason: compiled.reason,
    lines: compiled.violations.map(({ path, message }) => `${path}: ${message}`),
  };
}

export const withParameters = (parameters: Spec, spec = GRID): Spec => ({
  ...spec,
  parameters: { ...(spec.parameters as Spec), ...parameters },
});
