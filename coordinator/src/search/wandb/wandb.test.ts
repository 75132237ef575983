import fc from 'fast-check';
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

const sweepOf = (parameters: string, rest = 'method: random\nrun_cap: 20') =>
  `program: train.py\n${rest}\nparameters:\n${parameters
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n`;

describe('a distribution', () => {
  const domain = (name: string, text: string) =>
    imported(sweepOf(`${name}: ${text}`), 'tiny').sweep.parameters?.[name];

  it.each([
    ['lr', '{distribution: constant, value: 0.01}', { value: 0.01 }],
    ['epochs', '{min: 5, max: 9}', { min: 5, max: 9 }],
    ['epochs', '{distribution: int_uniform, min: 5, max: 9}', { min: 5, max: 9 }],
    ['epochs', '{distribution: q_uniform, min: 4, max: 20, q: 4}', { min: 4, max: 20, step: 4 }],
    ['lr', '{min: 0.001, max: 0.1}', { min: 0.001, max: 0.1 }],
    [
      'lr',
      '{distribution: inv_log_uniform, min: 4.60517, max: 9.21034}',
      { distribution: 'log_uniform_values', min: 0.0001, max: 0.01 },
    ],
    [
      'lr',
      '{distribution: inv_log_uniform_values, min: 1e-4, max: 1e-2}',
      { distribution: 'log_uniform_values', min: 0.0001, max: 0.01 },
    ],
  ])('of %s becomes a domain: %s', (name, text, expected) => {
    expect(domain(name, text)).toEqual(expected);
  });

  it('of whole ends draws whole numbers, as W&B does', () => {
    expect(imported(sweepOf('beta: {min: 0, max: 2}'), 'tiny').sweep.parameters?.beta).toEqual({
      min: 0,
      max: 2,
      step: 1,
      when: { loss: 'R-CE' },
    });
  });

  it.each([
    ['normal', 'write min: 0.1, max: 0.5'],
    ['q_normal', 'write min: 0.1, max: 0.5'],
    ['log_normal', 'write distribution: log_uniform_values, min: 1.10517, max: 1.64872'],
    ['beta', 'is not drawn here'],
    ['uniformm', 'did you mean "uniform"'],
  ])('that has no equal is refused with what to write: %s', (distribution, advice) => {
    const found = refusals(sweepOf(`alpha: {distribution: ${distribution}, mu: 0.3, sigma: 0.1}`));
    expect(found).toEqual([expect.stringContaining(advice)]);
  });

  it('by exponents that look like values is refused with the other name', () => {
    const text = sweepOf('lr: {distribution: log_uniform, min: 0.0001, max: 0.01}');
    expect(refusals(text)).toEqual([expect.stringContaining('parameters.lr.min'), expect.anything()]);
    expect(lines(read(text, 'tiny').notes, 'translated')).toEqual(
      expect.arrayContaining([expect.stringContaining('say log_uniform_values in W&B')]),
    );
  });
});

describe('what cannot be kept', () => {
  it.each([
    [
      'an unknown parameter',
      'dropuot: {value: 0.1}',
      'parameters.dropuot: is not a parameter here (did you mean "dropout"?)',
    ],
    [
      'another optimizer',
      'optimizer: {values: [adam, sgd]}',
      'parameters.optimizer: cannot be ["adam","sgd"]: trainings use Adam',
    ],
    [
      'a curved drop rate',
      'exponent: {value: 2}',
      'parameters.exponent: cannot be [2]: the drop rate grows linearly, which is exponent 1',
    ],
    [
      'pre-trained NeuMF',
      'model: {value: NeuMF-pre}',
      'parameters.model: "NeuMF-pre" is not a model here: GMF, NeuMF, CDAE',
    ],
    [
      'two names of one thing',
      'alpha: {value: 0.1}\nbeta: {value: 0.2}',
      'parameters.beta: is beta here, and so is parameters.alpha',
    ],
    [
      'a bare value',
      'lr: 0.1',
      'parameters.lr: must be a mapping with value, values, or min and max (got 0.1)',
    ],
    [
      'a value out of bounds',
      'drop_rate: {value: 1.5}',
      'parameters.drop_rate.value: must be a number ≥ 0 and < 1 (got 1.5)',
    ],
    [
      'a key that W&B lacks',
      'lr: {min: 0.1, max: 0.2, maxx: 0.3}',
      'parameters.lr.maxx: is not a key of a W&B parameter (did you mean "max"?)',
    ],
  ])('is refused, and nothing imported: %s', (_, parameters, expected) => {
    expect(refusals(sweepOf(parameters))).toContain(expected);
  });

  it.each([
    ['metric: {name: test_recall@50, goal: maximize}', /metric.name: "test_recall@50" ranks nothing here/],
    ['metric: {name: auc, goal: maximize}', /metric.name: "auc" ranks nothing here/],
    ['metric: {name: recall@20, goal: minimize}', /metric.goal: must be maximize for valid\/recall@20/],
    ['run_cap: many', /run_cap: must be a whole number from 1 to 50000/],
    ['early_terminate: {type: envelope}', /early_terminate.type: W&B has hyperband only/],
    [
      'early_terminate: {type: hyperband, max_iter: 27}',
      /early_terminate: needs min_iter, or max_iter with s/,
    ],
    ['metod: random', /metod: is not a key of a W&B sweep file \(did you mean "method"\?\)/],
  ])('is refused at the top as well: %s', (line, expected) => {
    const found = refusals(
      sweepOf(
        'lr: {value: 0.1}',
        line.startsWith('run_cap') ? `method: random\n${line}` : `method: random\nrun_cap: 9\n${line}`,
      ),
    );
    expect(found).toEqual([expect.stringMatching(expected)]);
  });

  it('does not compare losses by their value', () => {
    const text = sweepOf('loss: {values: [CE, R-CE]}', 'method: random\nmetric: {name: val_loss}');
    expect(refusals(text)).toEqual([expect.stringContaining('losses have different scales')]);
  });
});

describe('every input', () => {
  it('is imported as a file that can be read, or refused with a reason, never thrown at', () => {
    const entries = fc.oneof(
      fc.record({ value: fc.anything() }),
      fc.record({ values: fc.array(fc.anything()), distribution: fc.string() }),
      fc.record({
        min: fc.double(),
        max: fc.double(),
        q: fc.double(),
        distribution: fc.constantFrom(...SOME),
      }),
      fc.anything(),
    );
    const words = [
      'lr',
      'drop_rate',
      'alpha',
      'loss',
      'model',
      'dataset',
      'seed',
      'top_k',
      'group',
      'exponent',
    ];
    const files = fc.record({
      method: fc.constantFrom('bayes', 'grid', 'random', 1),
      metric: fc.oneof(fc.anything(), fc.record({ name: fc.string(), goal: fc.string() })),
      parameters: fc.oneof(fc.dictionary(fc.constantFrom(...words), entries), fc.anything()),
      early_terminate: fc.anything(),
      run_cap: fc.anything(),
      command: fc.oneof(fc.array(fc.oneof(fc.string(), fc.constant('--lr'))), fc.anything()),
      description: fc.anything(),
    });
    fc.assert(
      fc.property(files, (file) => {
        const text = JSON.stringify(file, (_, member) =>
          typeof member === 'bigint' ? Number(member) : member,
        );
        const result = importWandbSweep({ spec: text, format: 'YAML', dataset: 'tiny' });
        if (result.ok) expect(parseSpec({ spec: result.spec, format: 'YAML' }).ok).toBe(true);
        else expect(result.notes.some(({ kind }) => kind === 'refused')).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});

const SOME = ['uniform', 'q_uniform', 'log_uniform', 'inv_log_uniform', 'q_log_uniform_values', 'normal'];

describe('the rest of a file', () => {
  it('may bracket by max_iter and s', () => {
    const text = sweepOf(
      'lr: {value: 0.1}',
      'method: random\nrun_cap: 9\nearly_terminate: {type: hyperband, max_iter: 27, s: 2, eta: 3}',
    );
    expect(imported(text, 'tiny').sweep.early_terminate).toEqual({
      type: 'hyperband',
      eta: 3,
      min_steps: 300,
    });
  });

  it('gets a budget where W&B would never end, and says so', () => {
    const { sweep, notes } = imported(sweepOf('lr: {min: 0.001, max: 0.1}', 'method: random'), 'tiny');
    expect(sweep.budget).toEqual({ max_trials_per_stratum: 30 });
    expect(lines(notes, 'added')).toContainEqual(expect.stringMatching(/^budget: max_trials_per_stratum 30/));
  });

  it.each([
    ['not YAML', 'a: [', ''],
    ['a list', '- 1', ''],
    ['no parameters', 'method: grid', 'parameters'],
  ])('is refused without throwing when it is %s', (_, text, path) => {
    const result = read(text, 'tiny');
    expect(result).toMatchObject({ ok: false, notes: [{ kind: 'refused', path }] });
  });
});
