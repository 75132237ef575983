import type { TrainingConfig } from '@adt/proto/gen/adt/v1/common';
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import type { TableRow } from '@adt/proto/gen/adt/v1/table';
import { describe, expect, it } from 'vitest';
import { moveColumn, toggleColumn } from './columnOrder';
import { heatOf } from './heat';
import { movedBy } from './moved';
import { rowOfSummary, rowOfTable } from './rows';
import { compareAddress, trialsOf } from './selection';

const config = {
  dataset: 'adressa',
  model: 'GMF',
  loss: 'T-CE',
  epsMax: 0.2,
  epsN: 1000,
  lr: 0.001,
  seed: 3,
  topk: [50, 100],
  select: 'valid/recall@50',
} as TrainingConfig;

const summary = {
  trialId: 7,
  number: 2,
  state: 'TRIAL_STATE_SUCCEEDED',
  phase: 'TRIAL_PHASE_SEARCH',
  config,
  bestValue: 0.1,
  bestStep: 500,
  valid: [
    { metric: 'valid/ndcg@100', value: 0.9 },
    { metric: 'valid/ndcg@50', value: 0.05 },
  ],
  lastStep: 900,
  totalSteps: 1000,
  epoch: 2,
  workerId: 'worker-1',
  startedMs: 1_000,
  endedMs: 61_000,
} as TrialSummary;

const table = {
  trialId: 7,
  number: 2,
  state: 'TRIAL_STATE_SUCCEEDED',
  confirms: false,
  config,
  bestValue: 0.1,
  ndcg: 0.05,
  epsilonAtBest: 0.1,
  bestStep: 500,
  lastStep: 900,
  totalSteps: 1000,
  attempts: 2,
  duration: 60,
  startedMs: 1_000,
  worker: 'worker-1',
} as TableRow;

describe('a row of the trials table', () => {
  it('is the same from the table’s reply and from a live change', () => {
    expect(rowOfSummary(summary)).toEqual(rowOfTable(table));
  });

  it('has no entry for what is absent, and none for the seed of a group', () => {
    const group = { trialIds: [7, 8], trials: 2, measured: 0, bestSd: undefined, ndcgSd: undefined };
    const row = rowOfTable({ ...table, bestValue: undefined, worker: '', group });
    for (const id of ['best_value', 'worker', 'beta', 'seed']) expect(row.cells).not.toHaveProperty(id);
    expect(trialsOf(row)).toEqual([7, 8]);
  });

  it('counts as moved when the column of the order has changed, or it was not there', () => {
    const held: [number, ReturnType<typeof rowOfTable>][] = [[0, rowOfTable(table)]];
    const later = rowOfTable({ ...table, lastStep: 950 });
    expect(movedBy([later], held, ['best_value'])).toEqual([]);
    expect(movedBy([later], held, ['last_step'])).toEqual([7]);
    expect(movedBy([rowOfTable({ ...table, trialId: 9 })], held, ['best_value'])).toEqual([9]);
  });
});

describe('columns', () => {
  it('take the place of the one they are dropped on, pinned ones excepted', () => {
    const ids = ['number', 'loss', 'lr', 'seed'];
    expect(moveColumn(ids, 'seed', 'loss')).toEqual(['number', 'seed', 'loss', 'lr']);
    expect(moveColumn(ids, 'loss', 'seed')).toEqual(['number', 'lr', 'seed', 'loss']);
    expect(moveColumn(ids, 'lr', 'number')).toEqual(ids);
    expect(moveColumn(ids, 'beta', 'lr')).toEqual(ids);
  });

  it('can be hidden and shown, but for the number', () => {
    expect(toggleColumn(['number', 'lr'], 'lr')).toEqual(['number']);
    expect(toggleColumn(['number'], 'lr')).toEqual(['number', 'lr']);
    expect(toggleColumn(['number'], 'number')).toEqual(['number']);
  });
});

describe('the heat map', () => {
  it('goes from the least to the greatest value, by the logarithm over a wide range', () => {
    expect(heatOf(0.3, { field: 'x', least: 0.2, greatest: 0.4 })).toBeCloseTo(0.5);
    expect(heatOf(0.001, { field: 'x', least: 0.00001, greatest: 0.1 })).toBeCloseTo(0.5);
  });

  it('colours nothing where there is nothing to tell apart', () => {
    for (const range of [
      undefined,
      { field: 'x', least: 1, greatest: 1 },
      { field: 'x', least: undefined, greatest: undefined },
    ])
      expect(heatOf(1, range)).toBeNull();
    expect(heatOf(undefined, { field: 'x', least: 0, greatest: 1 })).toBeNull();
  });
});

it('a selection is compared in one order, and within what an address may hold', () => {
  expect(compareAddress(3, new Set([9, 1]))).toBe('/sweeps/3/compare?trials=1,9');
  const many = compareAddress(3, new Set(Array.from({ length: 500 }, (_, at) => at + 1)));
  expect(many.split(',')).toHaveLength(64);
});
