/** What a page shows, as a value: a snapshot, and how deltas change it. Pure. */
import type { SweepSummary, TrialSummary } from '@adt/proto/gen/adt/v1/search';
import type { Delta, LivePoint } from '@adt/proto/live';
import type { SnapshotCurve } from './snapshot';
import { thinned } from './thinned';

/** Points of a curve that the browser holds: above what a snapshot has, so that only long watching thins it. */
const MOST_POINTS = 2_400;

/** `epoch` is the attempt that drew the curve. */
export type LiveCurve = SnapshotCurve & { epoch: number };

export type LiveState = {
  sweeps: ReadonlyMap<number, SweepSummary>;
  trials: ReadonlyMap<number, TrialSummary>;
  /** By curveKey. */
  curves: ReadonlyMap<string, LiveCurve>;
  /** Version of the newest delta in it; null before the first subscription. */
  version: number | null;
  /** Something is missing that only a new snapshot can give. */
  stale: boolean;
};

export type Rows = { sweeps: SweepSummary[]; trials: TrialSummary[]; curves: SnapshotCurve[] };

export function curveKey(trialId: number, metric: string): string {
  return `${trialId}/${metric}`;
}

/** @param version that the subscription answered, asked before the rows were read; null: not subscribed yet */
export function startFrom(rows: Rows, version: number | null): LiveState {
  const trials = new Map(rows.trials.map((trial) => [trial.trialId, trial]));
  const curves = rows.curves.map((curve): [string, LiveCurve] => [
    curveKey(curve.trialId, curve.metric),
    { ...curve, epoch: trials.get(curve.trialId)?.epoch ?? 0 },
  ]);
  const sweeps = new Map(rows.sweeps.map((sweep) => [sweep.sweepId, sweep]));
  return { sweeps, trials, curves: new Map(curves), version, stale: false };
}

/**
 * Applies deltas in the order of their versions. Ones that the snapshot already holds are skipped; a gap makes
 * the state stale and ends the application, for what follows builds on what is missing.
 */
export function applyDeltas(state: LiveState, deltas: readonly Delta[]): LiveState {
  if (state.version === null || state.stale) return state;
  const fresh = deltas.filter((delta) => delta.version > (state.version ?? 0));
  if (fresh.length === 0) return state;
  const next = { ...state, sweeps: new Map(state.sweeps), trials: new Map(state.trials) };
  const curves = new Map(state.curves);
  for (const delta of fresh.sort((a, b) => a.version - b.version)) {
    if (delta.version === next.version) continue;
    if (delta.version !== (next.version ?? 0) + 1) {
      next.stale = true;
      break;
    }
    for (const sweep of delta.sweeps) next.sweeps.set(sweep.sweepId, sweep);
    for (const trial of delta.trials) next.trials.set(trial.trialId, trial);
    for (const point of delta.points) if (addPoint(curves, point)) next.stale = true;
    next.version = delta.version;
  }
  return { ...next, curves };
}

/** Adds a point to its curve; true when the curve needs a snapshot to be whole again. */
function addPoint(curves: Map<string, LiveCurve>, point: LivePoint): boolean {
  const key = curveKey(point.trialId, point.metric);
  const curve = curves.get(key);
  if (curve && point.epoch < curve.epoch) return false;
  const superseded = curve !== undefined && point.epoch > curve.epoch && curve.steps.length > 0;
  const kept = curve && !superseded ? curve : { steps: [], values: [] };
  const { trialId, metric, epoch } = point;
  curves.set(key, { trialId, metric, epoch, ...thinned(withPoint(kept, point), MOST_POINTS) });
  // A resumed attempt keeps the older one's points up to where it resumed: only the server knows where.
  return superseded;
}

type Line = { steps: number[]; values: (number | null)[] };

function withPoint({ steps, values }: Line, { step, value }: LivePoint): Line {
  const last = steps.at(-1);
  if (last === undefined || step > last) return { steps: [...steps, step], values: [...values, value] };
  const at = steps.findIndex((known) => known >= step);
  const repeated = steps[at] === step ? 1 : 0;
  return { steps: steps.toSpliced(at, repeated, step), values: values.toSpliced(at, repeated, value) };
}
