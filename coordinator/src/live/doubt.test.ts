import { expect, it } from 'vitest';
import { Doubt } from './doubt.js';

const SETTLED_MS = 20_000;

it('has nothing to say while every statement is answered', () => {
  const doubt = new Doubt({ settledMs: SETTLED_MS });
  expect([0, 1_000, 60_000].map((nowMs) => doubt.due(nowMs))).toEqual([false, false, false]);
});

it('is due at once, and again when the statement can not be running any more', () => {
  const doubt = new Doubt({ settledMs: SETTLED_MS });
  doubt.raise(5_000);
  expect([5_100, 6_000, 24_999, 25_000, 26_000].map((nowMs) => doubt.due(nowMs))).toEqual([
    true,
    false,
    false,
    true,
    false,
  ]);
});

it('waits for the last of several', () => {
  const doubt = new Doubt({ settledMs: SETTLED_MS });
  doubt.raise(0);
  doubt.raise(10_000);
  expect([10_000, 20_000, 30_000].map((nowMs) => doubt.due(nowMs))).toEqual([true, false, true]);
});
