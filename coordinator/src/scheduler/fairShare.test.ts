import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Credits, fairShare, type SweepDemand } from './fairShare.js';

const sweep = (id: number, more: Partial<SweepDemand> = {}): SweepDemand => ({
  id,
  weight: 1,
  running: 0,
  hinted: 0,
  waiting: 1000,
  maxConcurrent: null,
  ...more,
});
const hints = (sweeps: SweepDemand[], window: number) =>
  Object.fromEntries(fairShare({ sweeps, window, credits: new Map() }).hints);

describe('the window of hints', () => {
  it('is all for a sweep that is alone', () => {
    expect(hints([sweep(1)], 10)).toEqual({ 1: 10 });
    expect(hints([sweep(1, { hinted: 4 })], 10)).toEqual({ 1: 6 });
    expect(hints([sweep(1, { waiting: 3 })], 10)).toEqual({ 1: 3 });
    expect(hints([sweep(1, { hinted: 12 })], 10)).toEqual({});
  });

  it('is split by weight', () => {
    expect(hints([sweep(1), sweep(2)], 10)).toEqual({ 1: 5, 2: 5 });
    expect(hints([sweep(1, { weight: 4 }), sweep(2)], 10)).toEqual({ 1: 8, 2: 2 });
  });

  it('goes to those who have less running, until they have as much', () => {
    expect(hints([sweep(1, { running: 8 }), sweep(2)], 4)).toEqual({ 2: 4 });
    expect(hints([sweep(1, { running: 8 }), sweep(2, { running: 6 })], 4)).toEqual({ 1: 1, 2: 3 });
  });

  it('goes to the others as far as a sweep cannot use its part', () => {
    expect(hints([sweep(1, { waiting: 1 }), sweep(2)], 10)).toEqual({ 1: 1, 2: 9 });
    expect(hints([sweep(1, { maxConcurrent: 3, running: 2 }), sweep(2)], 10)).toEqual({ 1: 1, 2: 9 });
  });

  it('stays closed to a sweep at its own limit, however much is free', () => {
    expect(hints([sweep(1, { maxConcurrent: 2, running: 1, hinted: 1 })], 10)).toEqual({});
    expect(hints([sweep(1, { maxConcurrent: 2, running: 5 })], 10)).toEqual({});
  });
});

it('a weight that is not above 0 is an error', () => {
  for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => hints([sweep(7, { weight })], 1)).toThrow(/sweep 7: its weight must be above 0/);
});

const demand = fc.record({
  weight: fc.constantFrom(0.01, 0.3, 1, 2, 7, 1000),
  running: fc.nat(20),
  hinted: fc.nat(10),
  waiting: fc.nat(30),
  maxConcurrent: fc.option(fc.integer({ min: 1, max: 15 })),
});
const demands = fc
  .array(demand, { minLength: 1, maxLength: 8 })
  .map((all) => all.map((one, id) => ({ ...one, id })));

describe('whatever the sweeps', () => {
  const roomOf = ({ running, hinted, waiting, maxConcurrent }: SweepDemand) =>
    Math.max(0, Math.min(waiting, (maxConcurrent ?? Number.POSITIVE_INFINITY) - running - hinted));

  it('the window is filled or nobody may publish more, and no limit is passed', () => {
    fc.assert(
      fc.property(demands, fc.nat(40), (sweeps, window) => {
        const granted = fairShare({ sweeps, window, credits: new Map() }).hints;
        const total = [...granted.values()].reduce((sum, count) => sum + count, 0);
        const hinted = sweeps.reduce((sum, one) => sum + one.hinted, 0);
        const room = sweeps.reduce((sum, one) => sum + roomOf(one), 0);
        expect(total).toBe(Math.min(Math.max(0, window - hinted), room));
        for (const one of sweeps) expect(granted.get(one.id) ?? 0).toBeLessThanOrEqual(roomOf(one));
      }),
    );
  });

  it('none is passed over for ever, on however few slots', () => {
    const crowd = fc.record({
      weights: fc.array(fc.constantFrom(0.1, 1, 2, 5), { minLength: 2, maxLength: 6 }),
      limits: fc.array(fc.option(fc.integer({ min: 1, max: 3 })), { minLength: 6, maxLength: 6 }),
      slots: fc.integer({ min: 1, max: 5 }),
      window: fc.integer({ min: 1, max: 4 }),
      ends: fc.array(fc.nat(1000), { minLength: 50, maxLength: 400 }),
    });
    fc.assert(
      fc.property(crowd, ({ weights, limits, slots, window, ends }) => {
        const sweeps = weights.map((weight, id) => sweep(id, { weight, maxConcurrent: limits[id] ?? null }));
        const all = weights.reduce((sum, weight) => sum + weight, 0);
        const { passedOver } = runPool({ sweeps, slots, window, ends });
        for (const { id, weight } of sweeps)
          expect(passedOver.get(id)).toBeLessThanOrEqual(sweeps.length * (Math.ceil(all / weight) + 1));
      }),
      { numRuns: 60 },
    );
  });
});

describe('over time', () => {
  it('a sweep that plans trial by trial, or new sweeps again and again, do not push out one of small weight', () => {
    const served = (other: (tick: number) => SweepDemand) => {
      let credits: Credits = new Map();
      const order = Array.from({ length: 100 }, (_, tick) => {
        const grants = fairShare({ sweeps: [other(tick), sweep(999, { weight: 0.1 })], window: 1, credits });
        credits = grants.credits;
        return [...grants.hints.keys()];
      });
      return order.flat().filter((id) => id === 999).length;
    };
    expect(served(() => sweep(1, { waiting: 1 }))).toBe(9);
    expect(served((tick) => sweep(tick, { waiting: 1 }))).toBeGreaterThanOrEqual(8);
  });

  it('two sweeps take turns by weight on a single slot', () => {
    const sweeps = [sweep(1, { weight: 3 }), sweep(2)];
    const { order } = runPool({ sweeps, slots: 1, window: 1, ends: Array(400).fill(0) });
    const first = order.filter((id) => id === 1).length;
    expect(Math.abs(first / order.length - 0.75)).toBeLessThan(0.01);
  });

  it('a sweep of short trials keeps its half of the slots beside one of long trials', () => {
    const sweeps = [sweep(1), sweep(2)];
    // Trials of the first sweep never end; of the second, the oldest does at every tick.
    const { running } = runPool({ sweeps, slots: 16, window: 4, ends: Array(200).fill(0), ending: 2 });
    // Half of the slots and of the window: 10 of 20. One trial of the second sweep has just ended.
    expect(running.filter((id) => id === 1).length).toBe(10);
    expect(running.filter((id) => id === 2).length).toBe(5);
  });

  it('a sweep that comes later does not catch up on what it was not there for', () => {
    const early = [sweep(1), sweep(2)];
    const { credits } = runPool({ sweeps: early, slots: 1, window: 1, ends: Array(99).fill(0) });
    const { order } = runPool({
      sweeps: [...early, sweep(3)],
      slots: 1,
      window: 1,
      ends: Array(30).fill(0),
      credits,
    });
    expect(order.filter((id) => id === 3).length).toBeLessThanOrEqual(11);
  });
});

/** A pool whose workers claim hints in the order of publishing; at every tick one running trial ends. */
function runPool(params: {
  sweeps: readonly SweepDemand[];
  slots: number;
  window: number;
  /** Which of the running trials ends at each tick. */
  ends: readonly number[];
  /** Only trials of this sweep end; absent: of any. */
  ending?: number;
  credits?: Credits;
}) {
  const { sweeps, slots, window, ends, ending } = params;
  let credits = params.credits ?? new Map<number, number>();
  const order: number[] = [];
  const running: number[] = [];
  // By sweep: hints that others got in a row while it had nothing open; now, and at most.
  const waited = new Map<number, number>();
  const passedOver = new Map(sweeps.map(({ id }) => [id, 0]));
  let published: number[] = [];
  const count = (ids: readonly number[], id: number) => ids.filter((other) => other === id).length;
  for (const end of ends) {
    const now = sweeps.map((one) => ({
      ...one,
      running: count(running, one.id),
      hinted: count(published, one.id),
    }));
    const grants = fairShare({ sweeps: now, window, credits });
    credits = grants.credits;
    const fresh = [...grants.hints].flatMap(([id, hints]) => Array<number>(hints).fill(id));
    for (const { id, running, hinted } of now) {
      const idle = running + hinted === 0 && !grants.hints.has(id);
      waited.set(id, idle ? (waited.get(id) ?? 0) + fresh.length : 0);
      passedOver.set(id, Math.max(passedOver.get(id) ?? 0, waited.get(id) ?? 0));
    }
    order.push(...fresh);
    published.push(...fresh);
    const claimed = published.slice(0, Math.max(0, slots - running.length));
    published = published.slice(claimed.length);
    running.push(...claimed);
    const mortal = running.filter((id) => ending === undefined || id === ending);
    const dead = mortal[end % Math.max(1, mortal.length)];
    if (dead !== undefined) running.splice(running.indexOf(dead), 1);
  }
  return { order, running, credits, passedOver };
}
