import { describe, expect, it } from 'vitest';
import type { Cell } from '../search/verdict/comparison.js';
import { groupingOption, sectionsOf, ungrouped } from './comparisonSections.js';

const cell = (dataset: string, model: string): Cell => ({
  dataset,
  model,
  metric: 'test/recall@3',
  arms: [],
  pairs: [],
});
const cells = [cell('b', 'GMF'), cell('a', 'CDAE'), cell('b', 'CDAE'), cell('a', 'GMF')];
const shown = (by: Parameters<typeof sectionsOf>[1]) =>
  sectionsOf({ cells }, by).map(({ title, cells }) => [
    title,
    ...cells.map(({ dataset, model }) => `${dataset} ${model}`),
  ]);

describe('the sections of a comparison', () => {
  it('are the cells themselves by data set and model, in the order of first sight', () => {
    expect(shown(['dataset', 'model'])).toEqual([
      ['b, GMF', 'b GMF'],
      ['b, CDAE', 'b CDAE'],
      ['a, GMF', 'a GMF'],
      ['a, CDAE', 'a CDAE'],
    ]);
  });

  it('gather the cells of a data set, or of a model, with the other as a column', () => {
    expect(shown(['model'])).toEqual([
      ['GMF', 'b GMF', 'a GMF'],
      ['CDAE', 'a CDAE', 'b CDAE'],
    ]);
    expect(shown(['dataset'])).toEqual([
      ['b', 'b GMF', 'b CDAE'],
      ['a', 'a CDAE', 'a GMF'],
    ]);
    expect([ungrouped(['model']), ungrouped(['model', 'dataset'])]).toEqual([['dataset'], []]);
  });

  it('keep names apart that look alike when joined', () => {
    const alike = [cell('a, b', 'c'), cell('a', 'b, c')];
    expect(sectionsOf({ cells: alike }, ['dataset', 'model'])).toHaveLength(2);
  });
});

describe('--by', () => {
  const parse = groupingOption('--by');

  it('takes data set, model, or both in either order', () => {
    expect([parse('dataset,model'), parse('model, dataset'), parse('model')]).toEqual([
      ['dataset', 'model'],
      ['model', 'dataset'],
      ['model'],
    ]);
  });

  it.each([
    ['modle', '--by: must be dataset, model (got "modle") (did you mean "model"?)'],
    ['', '--by: must be dataset, model (got "")'],
    ['model,model', '--by: names one twice (got "model,model")'],
  ])('refuses %j', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});
