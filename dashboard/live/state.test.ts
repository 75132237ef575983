/** Deltas on a snapshot: order, gaps, superseded attempts. */
import { TrialState } from '@adt/proto/gen/adt/v1/common';
import { SweepState, type SweepSummary, TrialPhase, type TrialSummary } from '@adt/proto/gen/adt/v1/search';
import type { Delta, LivePoint } from '@adt/proto/live';
import { describe, expect, test } from 'vitest';
import { applyDeltas, curveKey, startFrom } from './state';

const METRIC = 'valid/recall@50';

function trial(trialId: number, fields: Partial<TrialSummary> = {}): TrialSummary {
  return {
    trialId,
    sweepId: 1,
    number: trialId,
    state: TrialState.RUNNING,
    config: undefined,
    valid: [],
    test: [],
    lastStep: 0,
    totalSteps: 100,
    epoch: 1,
    workerId: 'worker-1',
    failureReason: '',
    queuedMs: 0,
    phase: TrialPhase.SEARCH,
    stratum: 0,
    configuration: 0,
    pruneReason: '',
    ...fields,
  };
}

const sweep: SweepSummary = {
  sweepId: 1,
  name: 'one',
  state: SweepState.RUNNING,
  owner: '',
  metric: METRIC,
  maximize: true,
  counts: undefined,
  datasets: [],
  models: [],
  losses: [],
  createdMs: 0,
  reason: '',
  paused: false,
};

function point(step: number, value: number | null, fields: Partial<LivePoint> = {}): LivePoint {
  return { trialId: 7, epoch: 1, metric: METRIC, step, value, ...fields };
}

function delta(version: number, fields: Partial<Delta> = {}): Delta {
  return { topic: 'sweep:1', version, sweeps: [], trials: [], points: [], committedMs: 0, ...fields };
}

const snapshot = {
  sweeps: [sweep],
  trials: [trial(7)],
  curves: [{ trialId: 7, metric: METRIC, steps: [10, 20], values: [0.1, 0.2] }],
};

function curveOf(state: ReturnType<typeof startFrom>) {
  const curve = state.curves.get(curveKey(7, METRIC));
  return curve?.steps.map((step, at) => [step, curve.values[at]]);
}

describe('applyDeltas', () => {
  test('replaces rows of the same id and appends points', () => {
    const state = applyDeltas(startFrom(snapshot, 4), [
      delta(5, { trials: [trial(7, { bestValue: 0.3 }), trial(8)], points: [point(30, 0.3)] }),
    ]);
    expect(state.trials.get(7)?.bestValue).toBe(0.3);
    expect([...state.trials.keys()]).toEqual([7, 8]);
    expect(curveOf(state)).toEqual([
      [10, 0.1],
      [20, 0.2],
      [30, 0.3],
    ]);
    expect(state).toMatchObject({ version: 5, stale: false });
  });

  test('applies deltas that arrived out of order in the order of their versions', () => {
    const state = applyDeltas(startFrom(snapshot, 4), [
      delta(6, { trials: [trial(7, { lastStep: 60 })] }),
      delta(5, { trials: [trial(7, { lastStep: 50 })] }),
    ]);
    expect(state.trials.get(7)?.lastStep).toBe(60);
    expect(state.version).toBe(6);
  });

  test('skips what the snapshot already holds, also when a delta comes twice', () => {
    const old = delta(4, { trials: [trial(7, { lastStep: 1 })] });
    const fresh = delta(5, { points: [point(30, 0.3)] });
    const state = applyDeltas(startFrom(snapshot, 4), [old, fresh, fresh]);
    expect(state.trials.get(7)?.lastStep).toBe(0);
    expect(curveOf(state)).toHaveLength(3);
  });

  test('goes stale at a version gap and applies nothing beyond it', () => {
    const state = applyDeltas(startFrom(snapshot, 4), [delta(6, { trials: [trial(9)] })]);
    expect(state).toMatchObject({ version: 4, stale: true });
    expect(state.trials.has(9)).toBe(false);
  });

  test('changes nothing before the first subscription', () => {
    const state = startFrom(snapshot, null);
    expect(applyDeltas(state, [delta(1, { trials: [trial(9)] })])).toBe(state);
  });

  test('does not touch the state it was given', () => {
    const state = startFrom(snapshot, 4);
    applyDeltas(state, [delta(5, { trials: [trial(9)], points: [point(30, 0.3)] })]);
    expect(state.trials.has(9)).toBe(false);
    expect(curveOf(state)).toHaveLength(2);
  });

  test('voids the curve of a superseded attempt and asks for a snapshot', () => {
    const state = applyDeltas(startFrom(snapshot, 4), [delta(5, { points: [point(10, 0.9, { epoch: 2 })] })]);
    expect(curveOf(state)).toEqual([[10, 0.9]]);
    expect(state.stale).toBe(true);
  });

  test('ignores a late point of a superseded attempt', () => {
    const rows = { ...snapshot, trials: [trial(7, { epoch: 2 })] };
    const state = applyDeltas(startFrom(rows, 4), [delta(5, { points: [point(30, 0.9)] })]);
    expect(curveOf(state)).toHaveLength(2);
    expect(state.stale).toBe(false);
  });

  test('starts a curve with the first point of a trial that had none', () => {
    const rows = { ...snapshot, curves: [] };
    const state = applyDeltas(startFrom(rows, 4), [delta(5, { points: [point(10, null)] })]);
    expect(curveOf(state)).toEqual([[10, null]]);
    expect(state.stale).toBe(false);
  });

  test('keeps steps ascending when a point repeats or comes late', () => {
    const state = applyDeltas(startFrom(snapshot, 4), [
      delta(5, { points: [point(15, 0.15), point(20, 0.25)] }),
    ]);
    expect(curveOf(state)).toEqual([
      [10, 0.1],
      [15, 0.15],
      [20, 0.25],
    ]);
  });
});
