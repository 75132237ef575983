import { describe, expect, it } from 'vitest';
import { type Observation, splitByScore } from './history.js';

const done = (score: number): Observation => ({ assignment: {}, outcome: 'done', score, step: null });
const pruned = (step: number, score: number): Observation => ({
  assignment: {},
  outcome: 'pruned',
  score,
  step,
});

describe('the good part of a history', () => {
  it('holds the best scores, best first, and leaves the rest in order', () => {
    const [low, high, middle, lowest] = [done(2), done(9), done(5), done(1)];
    expect(splitByScore([low, high, middle, lowest], 2)).toEqual({
      best: [high, middle],
      rest: [low, lowest],
    });
  });

  it('ranks the pruned below all that are done, by how far they came and then by score', () => {
    const early = pruned(100, 9);
    const late = pruned(400, 3);
    const lateAndBetter = pruned(400, 4);
    const poor = done(0.1);
    expect(splitByScore([early, late, lateAndBetter, poor], 4).best).toEqual([
      poor,
      lateAndBetter,
      late,
      early,
    ]);
  });

  it('prefers the earlier of equals', () => {
    const [first, second] = [done(3), done(3)];
    expect(splitByScore([first, second], 1).best[0]).toBe(first);
  });

  it('is everything when as many are asked for, and nothing when none', () => {
    const all = [done(1), pruned(1, 1)];
    expect(splitByScore(all, 5)).toEqual({ best: all, rest: [] });
    expect(splitByScore(all, 0)).toEqual({ best: [], rest: all });
  });
});
