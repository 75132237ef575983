/** Refusals find their field. */
import { expect, test } from 'vitest';
import { errorsAt, unclaimed } from './violations';

const VIOLATIONS = [
  { path: 'parameters.lr.min', message: 'must be > 0 on a log scale (got 0)' },
  { path: 'parameters.eps_max.values[1]', message: 'must be < 1' },
  { path: 'parameters.lr', message: 'needs value, values, or min and max' },
  { path: 'overrides[0].when', message: 'is unknown' },
  { path: '', message: 'line 3, column 1: no' },
];

test('a field shows what is said of it and of what is inside it', () => {
  expect(errorsAt(VIOLATIONS, ['parameters.lr'])).toEqual([
    'min must be > 0 on a log scale (got 0)',
    'needs value, values, or min and max',
  ]);
  expect(errorsAt(VIOLATIONS, ['parameters.eps_max'])).toEqual(['value 2 must be < 1']);
});

test('a field does not take what is said of one whose name only begins alike', () => {
  expect(errorsAt([{ path: 'parameters.lrx', message: 'is unknown' }], ['parameters.lr'])).toEqual([]);
});

test('what no field has claimed is left for the panel', () => {
  const claimed = ['parameters.lr', 'parameters.eps_max'];
  expect(unclaimed(VIOLATIONS, claimed).map(({ path }) => path)).toEqual(['overrides[0].when', '']);
});
