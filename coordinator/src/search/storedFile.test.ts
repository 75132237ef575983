import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readSeeds } from './seeds.js';
import { confirmationAdvice, parameterNames } from './storedFile.js';

const advise = (spec: string) => confirmationAdvice({ spec, format: 'YAML' });

describe('confirmationAdvice', () => {
  it('has nothing to say to a file that confirms', () => {
    expect(advise('seeds: {search: [1], confirm: {count: 6}}')).toBeNull();
  });

  it('keeps the search seeds and the sampler as they are', () => {
    expect(advise('seeds: {search: {count: 2, base: 5}, sampler: 7}')).toBe(
      'seeds:\n  search: [5, 6]\n  sampler: 7\n  confirm: {count: 10, base: 2019}',
    );
    expect(advise('name: no seeds at all')).toContain('search: [1]');
  });

  it.each([
    ['search seeds that the default would repeat', 'seeds: {search: [2020, 2025]}', 2026],
    ['a gap that is too small', 'seeds: {search: [2019, 2024, 2040]}', 2025],
  ])('proposes seeds that were not used: %s', (_, spec, base) => {
    const advice = advise(spec) ?? '';
    expect(advice).toContain(`base: ${base}`);
    const findings: Parameters<typeof readSeeds>[1] = [];
    readSeeds(parse(advice).seeds, findings);
    expect(findings).toEqual([]);
  });
});

it('parameterNames lists what the file searches, arms included', () => {
  const spec = 'parameters: {dataset: {value: tiny}, lr: {min: 1, max: 2}}\ntraining: {factors: 8}';
  expect(parameterNames({ spec, format: 'YAML' })).toEqual(['dataset', 'lr']);
  expect(parameterNames({ spec: 'name: none', format: 'YAML' })).toEqual([]);
});
