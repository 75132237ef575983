/** Single keys of a W&B file: what each distribution becomes, what is refused and with which words. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSpec } from '../parse.js';
import type { Note } from './note.js';
import { importWandbSweep } from './wandb.js';

const read = (text: string) => importWandbSweep({ spec: text, format: 'YAML', dataset: 'tiny' });

const lines = (notes: readonly Note[], kind: Note['kind']) =>
  notes.filter((one) => one.kind === kind).map(({ path, message }) => `${path}: ${message}`);

const refusals = (text: string) => lines(read(text).notes, 'refused');

function imported(text: string) {
  const result = read(text);
  if (!result.ok) throw new Error(JSON.stringify(lines(result.notes, 'refused')));
  const parsed = parseSpec({ spec: result.spec, format: 'YAML' });
  if (!parsed.ok) throw new Error(parsed.message);
  return { ...result, sweep: parsed.value as Record<string, Record<string, unknown>> };
}

const sweepOf = (parameters: string, rest = 'method: random\nrun_cap: 20') =>
  `program: train.py\n${rest}\nparameters:\n${parameters
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n`;

describe('a distribution', () => {
  const domain = (name: string, text: string) =>
    imported(sweepOf(`${name}: ${text}`)).sweep.parameters?.[name];

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
    expect(imported(sweepOf('beta: {min: 0, max: 2}')).sweep.parameters?.beta).toEqual({
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
    expect(lines(read(text).notes, 'translated')).toEqual(
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
    expect(imported(text).sweep.early_terminate).toEqual({
      type: 'hyperband',
      eta: 3,
      min_steps: 300,
    });
  });

  it('gets a budget where W&B would never end, and says so', () => {
    const { sweep, notes } = imported(sweepOf('lr: {min: 0.001, max: 0.1}', 'method: random'));
    expect(sweep.budget).toEqual({ max_trials_per_stratum: 30 });
    expect(lines(notes, 'added')).toContainEqual(expect.stringMatching(/^budget: max_trials_per_stratum 30/));
  });

  it.each([
    ['not YAML', 'a: [', ''],
    ['a list', '- 1', ''],
    ['no parameters', 'method: grid', 'parameters'],
  ])('is refused without throwing when it is %s', (_, text, path) => {
    const result = read(text);
    expect(result).toMatchObject({ ok: false, notes: [{ kind: 'refused', path }] });
  });
});
