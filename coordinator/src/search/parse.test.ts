import { describe, expect, it } from 'vitest';
import { MAX_SPEC_BYTES, parseSpec } from './parse.js';

const yaml = (spec: string) => parseSpec({ spec, format: 'YAML' });
const json = (spec: string) => parseSpec({ spec, format: 'JSON' });

describe('parseSpec', () => {
  it('reads YAML 1.2: numbers with exponents, words that stay words', () => {
    expect(yaml('lr: 1.0e-4\nn: 10\nflag: yes\nlist: [a, 2]\n')).toEqual({
      ok: true,
      value: { lr: 0.0001, n: 10, flag: 'yes', list: ['a', 2] },
    });
  });

  it('reads JSON, tabs and escapes included', () => {
    expect(json('{\n\t"a": [1, -2.5e3],\n\t"b\\u0041": null\n}')).toEqual({
      ok: true,
      value: { a: [1, -2500], bA: null },
    });
  });

  it.each([
    ['a flow that is never closed', 'a: 1\nb: {c: 2', 2, 9],
    ['a tab as indentation', 'a:\n\tb: 1\n', 2, 1],
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', 3, 1],
    ['an alias', 'a: &x [1]\nb: *x\n', 2, 4],
    ['a second document', 'a: 1\n---\nb: 2\n', 2, 1],
    ['an unknown tag', 'a: !secret 1\n', 1, 4],
    ['a key that is no word', 'a: 1\n[b]: 2\n', 2, 1],
    ['an older YAML, where yes means true', '%YAML 1.1\n---\na: yes\n', 1, 1],
  ])('refuses %s with its place', (_, spec, line, column) => {
    expect(yaml(spec)).toMatchObject({ ok: false, line, column });
  });

  it.each([
    ['a missing value', '{"a": }', 1, 7],
    ['an end too early', '{\n"a": 1', 2, 7],
    ['a missing colon', '{"a" 1}', 1, 6],
    ['NaN', '{"a":\n NaN}', 2, 2],
    ['YAML in its place', 'a: 1\n', 1, 1],
    ['a duplicate key', '{"a": 1,\n"a": 2}', 2, 1],
  ])('refuses JSON with %s', (_, spec, line, column) => {
    expect(json(spec)).toMatchObject({ ok: false, line, column });
  });

  it.each([
    ['[', 200_000],
    ['- ', 100_000],
    ['{a: ', 60_000],
    ['? ', 100_000],
  ])('refuses %j nested thousands deep without following it', (opening, count) => {
    expect(yaml(opening.repeat(count))).toMatchObject({ ok: false, message: 'nested deeper than 32 levels' });
  });

  it('takes 32 levels and refuses 33', () => {
    const nested = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
    expect(yaml(nested(32)).ok).toBe(true);
    expect(yaml(nested(33)).ok).toBe(false);
    expect(json(nested(33)).ok).toBe(false);
  });

  it('refuses more than 256 KiB by size, counted in bytes', () => {
    const spec = `a: "${'é'.repeat(MAX_SPEC_BYTES / 2)}"`;
    expect(yaml(spec)).toMatchObject({ ok: false, line: 1, message: expect.stringContaining('262144') });
  });

  it('does not let a key reach the prototype', () => {
    const parsed = yaml('__proto__: {polluted: 1}\n');
    expect(parsed.ok && Object.hasOwn(parsed.value as object, '__proto__')).toBe(true);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
