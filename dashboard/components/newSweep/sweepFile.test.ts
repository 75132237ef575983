/** The form and the text are two views of one file. */

import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { armOf, domainChanges, domainOf, openFile, parseEntries, withValue, withValues } from './sweepFile';

const FILE = `# compares the losses
name: demo
parameters:
  dataset: {value: synthetic}
  loss: {values: [CE, T-CE]}
  eps_max: {min: 0.05, max: 0.3, when: {loss: T-CE}}
overrides:
  - {when: {dataset: synthetic}, set: {epochs: 3}}
`;

function rootOf(text: string): Record<string, unknown> {
  const opened = openFile(text);
  if (!opened.ok) throw new Error(opened.message);
  return opened.root;
}

describe('a sweep file in the form', () => {
  test('an edit changes its value and leaves comments and unknown blocks alone', () => {
    const text = withValue(FILE, ['name'], 'other');
    expect(text).toContain('# compares the losses');
    expect(parse(text)).toEqual({ ...parse(FILE), name: 'other' });
  });

  test('a path that does not exist yet is made', () => {
    expect(parse(withValue(FILE, ['seeds', 'search'], [1, 2])).seeds).toEqual({ search: [1, 2] });
    expect(parse(withValue('', ['training', 'epochs'], 5))).toEqual({ training: { epochs: 5 } });
  });

  test('a scalar in the way of a path gives way', () => {
    expect(parse(withValue('seeds: 7\n', ['seeds', 'search'], [1]))).toEqual({ seeds: { search: [1] } });
  });

  test('undefined takes a key out', () => {
    expect(parse(withValue(FILE, ['overrides'], undefined)).overrides).toBeUndefined();
  });

  test('text that is not YAML is not rewritten, and says where it breaks', () => {
    const broken = 'name: demo\nparameters: {dataset: [}\n';
    expect(withValue(broken, ['name'], 'x')).toBe(broken);
    expect(openFile(broken)).toMatchObject({ ok: false, line: 2 });
  });

  test('a list at the top is refused as a file', () => {
    expect(openFile('- 1\n- 2\n')).toMatchObject({ ok: false });
  });

  test('an alias is refused where it stands, as the coordinator refuses it', () => {
    const file = 'name: &x demo\nmethod: grid\nseeds: *x\n';
    expect(openFile(file)).toMatchObject({ ok: false, line: 3 });
    expect(withValue(file, ['name'], 'other')).toBe(file);
  });

  test('arms read the same from value and values', () => {
    const root = rootOf(FILE);
    expect(armOf(root, 'dataset')).toEqual(['synthetic']);
    expect(armOf(root, 'loss')).toEqual(['CE', 'T-CE']);
    expect(armOf(root, 'model')).toEqual([]);
  });

  test('a domain survives the way through the form, its condition kept', () => {
    const root = rootOf(FILE);
    const domain = domainOf(root, 'eps_max');
    expect(domain).toEqual({ form: 'range', min: 0.05, max: 0.3, step: null, log: false });
    const text = withValues(FILE, domainChanges(root, 'eps_max', domain));
    expect(parse(text)).toEqual(parse(FILE));
  });

  test('a range keeps its step, but for a logarithm that has none', () => {
    const file = 'parameters: {beta: {min: 0, max: 1, step: 0.25}}\n';
    const domain = domainOf(rootOf(file), 'beta');
    expect(domain).toMatchObject({ form: 'range', step: 0.25 });
    if (domain.form !== 'range') throw new Error('it is a range');
    const logged = withValues(file, domainChanges(rootOf(file), 'beta', { ...domain, log: true }));
    expect(parse(logged).parameters.beta).toEqual({ distribution: 'log_uniform_values', min: 0, max: 1 });
  });

  test('what a key leaves empty goes with it', () => {
    const file = 'name: a\nseeds: {confirm: {count: 3}}\n';
    expect(parse(withValue(file, ['seeds', 'confirm', 'count'], undefined))).toEqual({ name: 'a' });
    expect(parse(withValue(file, ['budget', 'max_wall'], undefined))).toEqual(parse(file));
  });

  test('one entry is written as value, several as values, none takes the parameter out', () => {
    const root = rootOf(FILE);
    const written = (values: number[]) =>
      parse(withValues(FILE, domainChanges(root, 'beta', { form: 'values', values }))).parameters.beta;
    expect(written([0.1])).toEqual({ value: 0.1 });
    expect(written([0.1, 0.2])).toEqual({ values: [0.1, 0.2] });
    expect(written([])).toBeUndefined();
  });

  test('a setting fixed under training moves to parameters when the form searches it', () => {
    const file = 'training: {lr: 0.01}\n';
    expect(domainOf(rootOf(file), 'lr')).toEqual({ form: 'values', values: [0.01] });
    const text = withValues(file, domainChanges(rootOf(file), 'lr', { form: 'values', values: [0.01, 0.1] }));
    expect(parse(text)).toEqual({ parameters: { lr: { values: [0.01, 0.1] } } });
  });

  test('entries are numbers where they are numbers and words elsewhere', () => {
    expect(parseEntries('0.1, 1e-3  many,')).toEqual([0.1, 0.001, 'many']);
  });
});
