import { describe, expect, test } from 'vitest';
import { RateLimit } from './rateLimit';

describe('a rate limit', () => {
  test('lets a burst through, then says how long to wait, and keeps the word', () => {
    const limit = new RateLimit({ burst: 3, everyMs: 1_000 });
    expect([0, 0, 0, 0].map((now) => limit.take('a', now))).toEqual([0, 0, 0, 1_000]);
    expect(limit.take('a', 999)).toBe(1);
    expect(limit.take('a', 1_000)).toBe(0);
    expect(limit.take('a', 1_000)).toBe(1_000);
  });

  test('being refused costs nothing', () => {
    const limit = new RateLimit({ burst: 1, everyMs: 1_000 });
    limit.take('a', 0);
    for (let now = 1; now < 1_000; now += 1) expect(limit.take('a', now)).toBeGreaterThan(0);
    expect(limit.take('a', 1_000)).toBe(0);
  });

  test('does not count what is given back', () => {
    const limit = new RateLimit({ burst: 1, everyMs: 1_000 });
    for (let time = 0; time < 5; time += 1) {
      expect(limit.take('a', 0)).toBe(0);
      limit.giveBack('a');
    }
    limit.giveBack('nobody');
  });

  test('is each client’s own', () => {
    const limit = new RateLimit({ burst: 1, everyMs: 1_000 });
    expect([limit.take('a', 0), limit.take('b', 0), limit.take('a', 0)]).toEqual([0, 0, 1_000]);
  });

  test('forgets who came longest ago when there are too many', () => {
    const limit = new RateLimit({ burst: 1, everyMs: 1_000 }, 2);
    for (const client of ['a', 'b', 'c']) limit.take(client, 0);
    expect([limit.take('c', 0), limit.take('b', 0)]).toEqual([1_000, 1_000]);
    expect(limit.take('a', 0)).toBe(0);
  });
});
