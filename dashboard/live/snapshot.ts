/** What a page is given before deltas follow: plain JSON, as routes send it and the live state starts from it. */
import type { Curve, SweepSummary, Trial, TrialSummary } from '@adt/proto/gen/adt/v1/search';

/** A curve as JSON carries it: null where the value was not finite. */
export type SnapshotCurve = { trialId: number; metric: string; steps: number[]; values: (number | null)[] };

export type SweepsSnapshot = { sweeps: SweepSummary[]; nextCursor: string };

export type SweepSnapshot = {
  sweep: SweepSummary;
  spec: string;
  trials: TrialSummary[];
  /** Objective curves of the trials that are worth drawing. */
  curves: SnapshotCurve[];
};

/** A sweep without its curves. */
export type SweepRowsSnapshot = { sweep: SweepSummary; trials: TrialSummary[] };

export type TrialSnapshot = {
  trial: Trial & { summary: TrialSummary };
  sweep: SweepSummary;
  curves: SnapshotCurve[];
  /** What older attempts reported beyond where a newer one went on. */
  superseded: (SnapshotCurve & { epoch: number })[];
  /** Points that the worker left out, by iteration. */
  gaps: { step: number; points: number }[];
};

/** JSON has no NaN. */
export function snapshotCurve(curve: Curve): SnapshotCurve {
  return { ...curve, values: curve.values.map((value) => (Number.isFinite(value) ? value : null)) };
}
