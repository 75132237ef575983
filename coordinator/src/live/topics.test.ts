import type { Delta, LivePoint } from '@adt/proto/live';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LIMITS } from '../tunables.js';
import { type Dirty, type Rows, Topics } from './topics.js';

const SWEEP = { kind: 'sweep', sweepId: 7 } as const;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function point(step: number): LivePoint {
  return { trialId: 1, epoch: 1, metric: 'valid/recall@50', step, value: step };
}

function change(points: LivePoint[] = [], sweepId = 7) {
  return { sweepId, trialIds: [1], points, objective: 'valid/recall@50', committedMs: 1 };
}

function setUp(read: (dirty: Dirty) => Promise<Rows> = async () => ({ sweeps: [], trials: [] })) {
  const deltas: Delta[] = [];
  const asked: Dirty[] = [];
  const topics = new Topics({
    intervalMs: 250,
    read: (dirty) => {
      asked.push(dirty);
      return read(dirty);
    },
    emit: (delta) => deltas.push(delta),
    log: () => undefined,
  });
  return { topics, deltas, asked };
}

describe('Topics', () => {
  it('tells the first change at once and gathers what follows into one delta a quarter of a second later', async () => {
    const { topics, deltas } = setUp();
    topics.subscribe(SWEEP);
    topics.apply(change([point(1)]));
    await vi.advanceTimersByTimeAsync(0);
    for (let step = 2; step <= 50; step++) topics.apply(change([point(step)]));
    await vi.advanceTimersByTimeAsync(200);
    expect(deltas.map((delta) => delta.points.length)).toEqual([1]);
    await vi.advanceTimersByTimeAsync(50);
    expect(deltas.map((delta) => [delta.version, delta.points.length])).toEqual([
      [1, 1],
      [2, 49],
    ]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(deltas.length).toBe(2);
  });

  it('reads nothing for what nobody watches', async () => {
    const { topics, asked } = setUp();
    topics.subscribe(SWEEP);
    topics.apply(change([], 8));
    topics.unsubscribe(SWEEP);
    topics.apply(change());
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked).toEqual([]);
  });

  it('loses nothing and skips no version when the database is away for a while', async () => {
    let away = 3;
    const { topics, deltas, asked } = setUp(async () => {
      if (away-- > 0) throw new Error('away');
      return { sweeps: [], trials: [] };
    });
    topics.subscribe(SWEEP);
    topics.apply(change([point(1)]));
    await vi.advanceTimersByTimeAsync(0);
    topics.apply(change([point(2)]));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(deltas.map((delta) => [delta.version, delta.points.map(({ step }) => step)])).toEqual([
      [1, [1, 2]],
    ]);
    expect(asked.at(-1)).toEqual({ sweepIds: [7], trialIds: [1] });
  });

  it('skips a version when more points wait than a delta may hold, so that browsers refetch', async () => {
    const { topics, deltas } = setUp();
    topics.subscribe(SWEEP);
    topics.apply(change(Array.from({ length: LIMITS.livePoints + 1 }, (_, at) => point(at + 1))));
    await vi.advanceTimersByTimeAsync(0);
    topics.apply(change([point(1)]));
    await vi.advanceTimersByTimeAsync(250);
    expect(deltas.map((delta) => [delta.version, delta.points.length])).toEqual([
      [2, 0],
      [3, 1],
    ]);
  });

  it('keeps a topic until its last subscriber has left', async () => {
    const { topics, deltas } = setUp();
    topics.subscribe(SWEEP);
    topics.apply(change());
    await vi.advanceTimersByTimeAsync(0);
    expect(topics.subscribe(SWEEP)).toBe(1);
    topics.unsubscribe(SWEEP);
    topics.apply(change());
    await vi.advanceTimersByTimeAsync(250);
    expect(deltas.map((delta) => delta.version)).toEqual([1, 2]);
  });
});
