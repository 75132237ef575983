/** Puts together what a page needs in one go: the first paint and every refetch come from here. */
import 'server-only';
import type { SweepSummary, TrialSummary } from '@adt/proto/gen/adt/v1/search';
import {
  type SnapshotCurve,
  type SweepRowsSnapshot,
  type SweepSnapshot,
  type SweepsSnapshot,
  snapshotCurve,
  type TrialSnapshot,
} from '@/live/snapshot';
import type { Answer } from './problem';
import { getCurves, getSweep, getTrial, getTrialCurves, listSweeps, listTrials } from './search';
import { MAX_ANALYSED, MAX_CURVES, POINTS_PER_CURVE, POINTS_PER_TRIAL_CURVE } from './tunables';

export function sweepsSnapshot(cursor = ''): Promise<Answer<SweepsSnapshot>> {
  return listSweeps(cursor);
}

export async function sweepSnapshot(sweepId: number): Promise<Answer<SweepSnapshot>> {
  const [sweep, trials] = await Promise.all([getSweep(sweepId), listTrials(sweepId)]);
  if (!sweep.ok) return sweep;
  if (!trials.ok) return trials;
  const summary = present(sweep.value.summary);
  // After the trials: a curve may then be newer than its row, never older.
  const curves = await objectiveCurves(trials.value);
  if (!curves.ok) return curves;
  return {
    ok: true,
    value: {
      sweep: summary,
      spec: sweep.value.spec,
      trials: trials.value,
      curves: curves.value,
    },
  };
}

export async function sweepRows(sweepId: number): Promise<Answer<SweepRowsSnapshot>> {
  const [sweep, trials] = await Promise.all([getSweep(sweepId), listTrials(sweepId, MAX_ANALYSED)]);
  if (!sweep.ok) return sweep;
  if (!trials.ok) return trials;
  return { ok: true, value: { sweep: present(sweep.value.summary), trials: trials.value } };
}

/** Each trial's own objective: an override may rank one data set by another K than the next. */
async function objectiveCurves(trials: TrialSummary[]): Promise<Answer<SnapshotCurve[]>> {
  const objective = new Map(trials.map((trial) => [trial.trialId, trial.config?.select]));
  const metrics = [...new Set(objective.values())].filter((metric) => metric !== undefined);
  const curves = await getCurves(worthDrawing(trials), metrics, POINTS_PER_CURVE);
  if (!curves.ok) return curves;
  const own = curves.value.filter((curve) => objective.get(curve.trialId) === curve.metric);
  return { ok: true, value: own.map(snapshotCurve) };
}

export async function trialSnapshot(trialId: number): Promise<Answer<TrialSnapshot>> {
  const [trial, curves] = await Promise.all([
    getTrial(trialId),
    getTrialCurves(trialId, POINTS_PER_TRIAL_CURVE),
  ]);
  if (!trial.ok) return trial;
  if (!curves.ok) return curves;
  const summary = present(trial.value.summary);
  const sweep = await getSweep(summary.sweepId);
  if (!sweep.ok) return sweep;
  const { curves: current, superseded, gaps } = curves.value;
  return {
    ok: true,
    value: {
      trial: { ...trial.value, summary },
      sweep: present(sweep.value.summary),
      curves: current.map(snapshotCurve),
      superseded: superseded.flatMap(({ epoch, curve }) =>
        curve === undefined ? [] : [{ ...snapshotCurve(curve), epoch }],
      ),
      gaps: gaps.flatMap(({ steps, values }) => steps.map((step, at) => ({ step, points: values[at] ?? 0 }))),
    },
  };
}

/** Running trials first, then the best: `trials` come best first. */
function worthDrawing(trials: TrialSummary[]): number[] {
  const started = trials.filter((trial) => trial.epoch > 0);
  const running = started.filter((trial) => trial.endedMs === undefined);
  const ended = started.filter((trial) => trial.endedMs !== undefined);
  return [...running, ...ended].slice(0, MAX_CURVES).map((trial) => trial.trialId);
}

function present<T extends SweepSummary | TrialSummary>(message: T | undefined): T {
  if (message === undefined) throw new Error('the coordinator sent a reply without its summary');
  return message;
}
