import { describe, expect, it } from 'vitest';
import { compileSweep } from '../compile.js';
import { parseSpec } from '../parse.js';
import type { Note } from './note.js';
import { importWandbSweep } from './wandb.js';

const read = (text: string, dataset: string | null = null) =>
  importWandbSweep({ spec: text, format: 'YAML', dataset });

function imported(text: string, dataset: string | null = null) {
  const result = read(text, dataset);
  if (!result.ok) throw new Error(JSON.stringify(result.notes.filter(({ kind }) => kind === 'refused')));
  const parsed = parseSpec({ spec: result.spec, format: 'YAML' });
  if (!parsed.ok) throw new Error(parsed.message);
  return { ...result, sweep: parsed.value as Record<string, Record<string, unknown>> };
}

const lines = (notes: readonly Note[], kind: Note['kind']) =>
  notes.filter((one) => one.kind === kind).map(({ path, message }) => `${path}: ${message}`);

const refusals = (text: string, dataset: string | null = 'tiny') =>
  lines(read(text, dataset).notes, 'refused');

/** The search takes it, apart from the method and the pruner, which are not what this tests. */
function accepted(sweep: Record<string, unknown>) {
  const { early_terminate: _, method, ...rest } = sweep;
  const compiled = compileSweep({
    spec: JSON.stringify({ ...rest, method: method === 'tpe' ? 'random' : method }),
    format: 'JSON',
    datasets: ['yelp', 'tiny'].map((name, index) => ({
      name,
      sha256: String(index).repeat(64),
      users: 9000,
      items: 9000,
      trainInteractions: 900_000,
      hasFlags: true,
    })),
  });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.violations));
  return compiled.sweep;
}

const AUTHORS = `
program: T_CE/main.py
entity: lab
project: denoising
description: "T-CE on Yelp"
method: bayes
metric:
  name: val_recall_50
  goal: maximize
parameters:
  dataset:
    value: yelp
  model:
    values: [GMF, NeuMF-end]
  drop_rate:
    distribution: uniform
    min: 0.05
    max: 0.3
  num_gradual:
    values: [1000, 10000, 30000]
  lr:
    distribution: log_uniform
    min: -9.21034
    max: -4.60517
  factor_num:
    values: [16, 32]
  num_layers:
    value: 3
  num_ng:
    value: 1
  eval_freq:
    value: 2000
  exponent:
    value: 1
  gpu:
    value: "0"
early_terminate:
  type: hyperband
  min_iter: 3
  eta: 3
run_cap: 60
command:
  - \${env}
  - python
  - \${program}
  - --batch_size=1024
  - --out
  - "False"
  - \${args}
`;

describe("a W&B sweep of the authors' T-CE script", () => {
  const { sweep, notes, spec } = imported(AUTHORS);

  it('becomes a sweep of T-CE with the parameters by our names', () => {
    expect(sweep).toMatchObject({
      name: 'denoising',
      method: 'tpe',
      metric: { name: 'valid/recall@50', goal: 'maximize' },
      parameters: {
        dataset: { value: 'yelp' },
        model: { values: ['GMF', 'NeuMF'] },
        loss: { value: 'T-CE' },
        eps_max: { min: 0.05, max: 0.3, when: { loss: 'T-CE' } },
        eps_n: { values: [1000, 10_000, 30_000], when: { loss: 'T-CE' } },
        lr: { distribution: 'log_uniform_values', min: 0.0001, max: 0.01 },
        factors: { values: [16, 32] },
        negatives: { value: 1 },
        eval_every: { value: 2000 },
        batch_size: { value: 1024 },
      },
      budget: { max_trials: 60 },
    });
  });

  it('has the condition of a parameter that one of its models reads', () => {
    expect(sweep.parameters?.mlp_layers).toEqual({ value: 3, when: { model: 'NeuMF' } });
  });

  it('counts early termination in iterations instead of reports', () => {
    expect(sweep.early_terminate).toEqual({ type: 'hyperband', eta: 3, min_steps: 6000 });
  });

  it('is taken by the search', () => {
    expect(accepted(sweep).strata.map(({ model, loss }) => `${model} ${loss}`)).toEqual([
      'GMF T-CE',
      'NeuMF T-CE',
    ]);
  });

  it('accounts for every key, with the reason of what was dropped', () => {
    const paths = notes.map(({ path }) => path.split(/[.[]/).slice(0, 2).join('.'));
    for (const key of ['program', 'entity', 'project', 'description', 'method', 'run_cap', 'early_terminate'])
      expect(paths).toContain(key);
    expect(lines(notes, 'dropped')).toEqual(
      expect.arrayContaining([
        'parameters.exponent: the drop rate grows linearly, which is exponent 1',
        'parameters.gpu: is up to the workers',
        expect.stringMatching(/^program: the workers train by themselves/),
      ]),
    );
    expect(lines(notes, 'translated')).toEqual(
      expect.arrayContaining([
        'parameters.drop_rate: is called eps_max here',
        expect.stringMatching(/^parameters.lr: log_uniform: min and max are exponents of e there/),
      ]),
    );
  });

  it('says at its head what was added and dropped', () => {
    expect(spec).toMatch(/^# Imported from a W&B sweep\.\n# Description: "T-CE on Yelp"\n# dropped program/);
    expect(spec).toMatch(/^ {2}eps_max: \{ ?min: 0.05, max: 0.3, when: \{ ?loss: T-CE ?\} ?\}$/m);
  });
});

const NESTED = `
name: rce-search
program: train.py
method: random
metric: {name: valid/ndcg@20, goal: maximize, target: 0.5}
parameters:
  data: {value: Tiny}
  optimizer:
    parameters:
      learning_rate: {distribution: log_uniform_values, min: 1e-4, max: 1e-2}
      weight_decay: {value: 0}
  loss:
    values: [bce, reweighted, T_CE]
    distribution: categorical
  alpha: {distribution: q_uniform, min: 0.03, max: 0.52, q: 0.1}
  batch_size: {distribution: q_log_uniform_values, min: 256, max: 4096, q: 8}
  embedding_size: {values: [16, 32], probabilities: [0.25, 0.75]}
  seed: {values: [1, 2, 3]}
  top_k: {value: [20, 50]}
  hidden_dim: {value: 200}
run_cap: 90
`;

describe('a W&B sweep with nested parameters and several losses', () => {
  const { sweep, notes } = imported(NESTED);

  it('gives each loss its parameters, which W&B cannot say', () => {
    expect(sweep.parameters).toEqual({
      dataset: { value: 'tiny' },
      model: { value: 'GMF' },
      loss: { values: ['CE', 'R-CE', 'T-CE'] },
      lr: { distribution: 'log_uniform_values', min: 0.0001, max: 0.01 },
      beta: { min: 0.1, max: 0.5, step: 0.1, when: { loss: 'R-CE' } },
      batch_size: { distribution: 'log_uniform_values', min: 256, max: 4096 },
      factors: { values: [16, 32], probabilities: [0.25, 0.75] },
      eps_max: { value: 0.2, when: { loss: 'T-CE' } },
      eps_n: { value: 30_000, when: { loss: 'T-CE' } },
    });
    expect(lines(notes, 'added')).toEqual(
      expect.arrayContaining(["parameters.eps_n: 30000, the default of the authors' script"]),
    );
  });

  it('draws the multiples of q that lie within the range, as W&B does', () => {
    const [note] = notes.filter(({ path }) => path === 'parameters.alpha.q');
    expect(note).toMatchObject({ kind: 'translated', message: expect.stringContaining('from 0.1 to 0.5') });
  });

  it('runs every configuration with each seed', () => {
    expect(sweep.seeds).toEqual({ search: [1, 2, 3] });
    const { strata, runs } = accepted(sweep);
    expect(strata.map(({ configurations }) => configurations)).toEqual([10, 10, 10]);
    expect(runs).toBe(90);
  });

  it('drops what nothing reads and what is done anyway', () => {
    expect(lines(notes, 'dropped')).toEqual(
      expect.arrayContaining([
        'parameters.optimizer.parameters.weight_decay: trainings have no weight decay',
        'parameters.hidden_dim: no run reads hidden: losses CE, R-CE, T-CE; models GMF',
        'metric.target: a sweep ends with its budget',
        'parameters.batch_size.q: a log range has no step here',
      ]),
    );
  });
});

const GRID = `
program: R_CE/main.py
method: grid
metric:
  name: valid_loss
parameters:
  alpha:
    values: [0.05, 0.1, 0.2]
  epochs:
    min: 5
    max: 7
  model:
    value: CDAE
  hidden_size:
    values: [100, 200]
`;

describe('a W&B grid', () => {
  it('takes its loss from the parameters, and its data set from the caller', () => {
    const { sweep } = imported(GRID, 'tiny');
    expect(sweep).toMatchObject({
      method: 'grid',
      metric: { name: 'valid/loss', goal: 'minimize' },
      parameters: { dataset: { value: 'tiny' }, loss: { value: 'R-CE' }, hidden: { values: [100, 200] } },
    });
    expect(sweep.budget).toBeUndefined();
    expect(accepted(sweep).configurations).toBe(3 * 3 * 2);
  });

  it('is refused without a data set', () => {
    expect(refusals(GRID, null)).toEqual([
      'parameters.dataset: is not in the file: say which data set to use',
    ]);
  });

  it('cannot have a continuous range', () => {
    expect(refusals(GRID.replace('values: [0.05, 0.1, 0.2]', 'min: 0.05\n    max: 0.2'))).toEqual([
      'parameters.alpha: is a continuous range: a grid needs step or values',
    ]);
  });
});
