import { expect, test } from 'vitest';
import { withParts } from './results.js';

const machine = { cpu: 'a', cores: 2, memoryGiB: 8, node: 'v20', commit: 'old', date: '2026-01-01' };
const whole = { command: 'bench', machine, result: { one: [1], two: [2] } };

test('a part that is measured again replaces its own, says where it comes from, and leaves the others', () => {
  const origin = { command: 'bench --part two', machine: { ...machine, commit: 'new' } };
  const twice = withParts(withParts(whole, { ...origin, result: { two: [0] } }), {
    ...origin,
    result: { three: [3] },
  });
  expect(twice).toEqual({
    ...whole,
    result: { one: [1], two: [0], three: [3] },
    parts: { two: origin, three: origin },
  });
});
