import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buildCsr } from './csr.js';
import { kCore } from './kCore.js';

type Pair = readonly [user: number, item: number];

function coreOf(pairs: readonly Pair[], users: number, items: number, k: number) {
  const raw = {
    users: Uint32Array.from(pairs, ([user]) => user),
    items: Uint32Array.from(pairs, ([, item]) => item),
    flags: Uint8Array.from(pairs, ([user, item]) => (user + item) % 2),
    times: Float64Array.from(pairs, ([user, item]) => 100 * user + item),
  };
  const core = kCore(buildCsr(raw, users, items), items, k);
  const left: { pair: Pair; flag: number; time: number }[] = [];
  core.users.forEach((user, row) => {
    for (let at = core.csr.rowStarts[row] as number; at < (core.csr.rowStarts[row + 1] as number); at++) {
      left.push({
        pair: [user, core.items[core.csr.items[at] as number] as number],
        flag: core.csr.truePositive?.[at] as number,
        time: core.times?.[at] as number,
      });
    }
  });
  return { core, left };
}

/** By the definition: look at everything again until nothing changes. */
function slowCore(pairs: readonly Pair[], k: number): Pair[] {
  let left = [...new Map(pairs.map((pair) => [pair.join(), pair])).values()];
  for (;;) {
    const count = (side: 0 | 1, id: number) => left.filter((pair) => pair[side] === id).length;
    const next = left.filter(([user, item]) => count(0, user) >= k && count(1, item) >= k);
    if (next.length === left.length) return left;
    left = next;
  }
}

it('is what is left when the sparse are taken away again and again, with its flags and times', () => {
  const pair = fc.tuple(fc.nat(9), fc.nat(7));
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (pairs, k) => {
      const { core, left } = coreOf(pairs, 10, 8, k);
      const byPlace = (a: Pair, b: Pair) => a[0] - b[0] || a[1] - b[1];
      expect(left.map((each) => each.pair)).toEqual(slowCore(pairs, k).sort(byPlace));
      for (const {
        pair: [user, item],
        flag,
        time,
      } of left) {
        expect([flag, time]).toEqual([(user + item) % 2, 100 * user + item]);
      }
      expect([core.users.length, core.items.length]).toEqual([
        new Set(left.map((each) => each.pair[0])).size,
        new Set(left.map((each) => each.pair[1])).size,
      ]);
    }),
  );
});

it('takes a chain apart from its ends in linear time', () => {
  const length = 200_000;
  const chain = Array.from({ length }, (_, at): Pair[] => [
    [at, at],
    [at, at + 1],
  ]).flat();
  expect(coreOf(chain, length, length + 1, 2).left).toEqual([]);
});
