import { describe, expect, it } from 'vitest';
import { opsOf, readTerm, termWords } from './terms';

const LOSSES = ['CE', 'T-CE'];

describe('a condition of the filter', () => {
  it('is read from what people type: several values, any case of letters', () => {
    expect(readTerm('loss', 'in', ' t-ce, CE ', LOSSES)).toEqual({
      ok: true,
      term: { field: 'loss', op: 'in', values: ['T-CE', 'CE'] },
    });
    expect(readTerm('lr', 'lt', '1e-3', null)).toMatchObject({ ok: true });
    expect(readTerm('beta', 'unset', '', null)).toMatchObject({ ok: true, term: { values: [] } });
  });

  it('is refused with the reason when it makes no sense', () => {
    const error = (...args: Parameters<typeof readTerm>) => readTerm(...args);
    expect(error('loss', 'in', 'BPR', LOSSES)).toEqual({ ok: false, error: '“BPR” is none of CE, T-CE.' });
    expect(error('lr', 'ge', 'small', null)).toEqual({ ok: false, error: '“small” is not a number.' });
    expect(error('lr', 'ge', '  ', null)).toEqual({ ok: false, error: 'Give a value.' });
  });

  it('offers only what goes with the field', () => {
    expect(opsOf('loss').map(({ value }) => value)).toContain('has');
    expect(opsOf('lr').map(({ value }) => value)).not.toContain('has');
    expect(opsOf('state').map(({ value }) => value)).toEqual(['in', 'not']);
  });

  it('reads as a sentence', () => {
    expect(termWords({ field: 'loss', op: 'in', values: ['CE', 'T-CE'] }, 'Loss')).toBe('Loss is CE or T-CE');
    expect(termWords({ field: 'beta', op: 'unset', values: [] }, 'β')).toBe('β is absent');
  });
});
