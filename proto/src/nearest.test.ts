import { describe, expect, it } from 'vitest';
import { didYouMean, nearest } from './nearest.js';

describe('nearest', () => {
  it.each([
    ['TCE', ['CE', 'T-CE', 'R-CE'], 'T-CE'],
    ['gmf', ['GMF', 'NeuMF', 'CDAE'], 'GMF'],
    ['adresa', ['synthetic', 'adressa'], 'adressa'],
    ['epsmax', ['eps_n', 'eps_max', 'beta'], 'eps_max'],
    ['vlaues', ['value', 'values', 'min'], 'values'],
    ['bacth_size', ['batch_size', 'beta'], 'batch_size'],
  ])('takes %s for the word that was meant', (word, known, meant) => {
    expect(nearest(word, known)).toBe(meant);
  });

  it('guesses nothing when no known word is near', () => {
    expect(nearest('momentum', ['lr', 'beta', 'factors'])).toBeNull();
    expect(nearest('x', [])).toBeNull();
  });

  it('answers at once for a word of a megabyte', () => {
    expect(nearest('a'.repeat(1 << 20), ['adressa'])).toBeNull();
  });
});

describe('didYouMean', () => {
  it('is a tail of a sentence, empty without a guess', () => {
    expect(didYouMean('bta', ['beta'])).toBe(' (did you mean "beta"?)');
    expect(didYouMean('momentum', ['beta'])).toBe('');
  });
});
