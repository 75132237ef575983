import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { loadBackend } from './backend.js';
import { sumRows } from './rowSum.js';

beforeAll(async () => {
  expect(await loadBackend('wasm')).toMatchObject({ ok: true });
});

const SOURCE = [
  [1, 2],
  [10, 20],
  [100, 200],
];

test('rows add up where they are sent, and rows that nothing is sent to are 0', () => {
  const sums = tf.tidy(() => sumRows(tf.tensor2d(SOURCE), { to: Uint32Array.of(3, 0, 3) }, 5).arraySync());
  expect(sums).toEqual([
    [10, 20],
    [0, 0],
    [0, 0],
    [101, 202],
    [0, 0],
  ]);
});

test('a row may be read any number of times, or never', () => {
  const pairs = { from: Uint32Array.of(2, 0, 2), to: Uint32Array.of(1, 1, 1) };
  expect(tf.tidy(() => sumRows(tf.tensor2d(SOURCE), pairs, 2).arraySync())).toEqual([
    [0, 0],
    [201, 402],
  ]);
});

test('rows of any width add up', () => {
  for (const columns of [1, 3, 4, 7, 8]) {
    const source = Array.from({ length: 2 }, (_, row) =>
      Array.from({ length: columns }, (_, c) => row * 10 + c),
    );
    const pairs = { from: Uint32Array.of(0, 1), to: Uint32Array.of(1, 1) };
    const expected = Array.from({ length: columns }, (_, c) => 10 + 2 * c);
    const sums = tf.tidy(() => sumRows(tf.tensor2d(source), pairs, 2).arraySync());
    expect(sums).toEqual([new Array(columns).fill(0), expected]);
  }
});

test('a sum of nothing is 0', () => {
  const pairs = { from: new Uint32Array(0), to: new Uint32Array(0) };
  expect(tf.tidy(() => sumRows(tf.tensor2d(SOURCE), pairs, 1).arraySync())).toEqual([[0, 0]]);
});

test("TensorFlow's own operation has a kernel here that gives the same", () => {
  const sums = tf.tidy(() =>
    tf.unsortedSegmentSum(tf.tensor2d(SOURCE), tf.tensor1d([3, 0, 3], 'int32'), 4).arraySync(),
  );
  expect(sums).toEqual([
    [10, 20],
    [0, 0],
    [0, 0],
    [101, 202],
  ]);
});
