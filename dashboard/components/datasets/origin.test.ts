/** A licence is named only where it is known. */
import { expect, test } from 'vitest';
import { licenceOf } from './origin';

test('data sets are known by name or source, and others are left unnamed', () => {
  expect(licenceOf({ name: 'ml1m', source: 'ratings.dat' })).toContain('GroupLens');
  expect(licenceOf({ name: 'news', source: 'adressa.train.rating' })).toContain('CC BY-NC-SA');
  expect(licenceOf({ name: 'synthetic', source: 'generator 1, seed 7' })).toContain('generated');
  expect(licenceOf({ name: 'mine', source: 'shop.csv' })).toBeNull();
});
