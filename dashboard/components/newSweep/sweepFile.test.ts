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
    expect(domain).toEqual({ form: 'range', min: 0.05, max: 0.3, log: false });
    const text = withValues(FILE, domainChanges(root, 'eps_max', domain));
    expect(parse(text)).toEqual(parse(FILE));
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
    expect(parse(text)).toEqual({ training: {}, parameters: { lr: { values: [0.01, 0.1] } } });
  });

  test('entries are numbers where they are numbers and words elsewhere', () => {
    expect(parseEntries('0.1, 1e-3  many,')).toEqual([0.1, 0.001, 'many']);
  });
});
