import { describe, expect, it } from 'vitest';
import { UsageError } from './failure.js';
import { lifetimeMs } from './workerToken.js';

describe('the lifetime of a worker token', () => {
  it('is minutes, hours or days', () => {
    expect(lifetimeMs('90m')).toBe(5_400_000);
    expect(lifetimeMs('12h')).toBe(43_200_000);
    expect(lifetimeMs('30d')).toBe(2_592_000_000);
  });

  it.each(['30', 'd', '0d', '-1d', '1.5d', '30 d', '999999d', '30D'])('is not %j', (text) => {
    expect(() => lifetimeMs(text)).toThrow(UsageError);
  });
});
