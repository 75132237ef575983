import { describe, expect, it } from 'vitest';
import { csvLine } from './csv.js';

describe('csvLine', () => {
  it('keeps numbers numbers, negative ones too, and leaves absent values empty', () => {
    expect(csvLine([-0.5, 1e-7, null, undefined, Number.NaN, 3])).toBe('-0.5,1e-7,,,,3');
  });

  it('quotes what holds commas, quotes or line ends', () => {
    expect(csvLine(['a,b', 'say "x"', 'two\nlines', 'plain'])).toBe('"a,b","say ""x""","two\nlines",plain');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('makes no formula of %j', (text) => {
    expect(csvLine([text]).replace(/^"/, '')).toMatch(/^'/);
  });
});
