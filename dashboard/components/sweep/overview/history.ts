/** How the best value of each loss grew, and every trial as a point in the colour of its state. Pure. */
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import type { LegendEntry } from '../../plots/chartLegend';
import type { PlotSeries } from '../../plots/series';
import { lossColourVariable } from '../../ui/lossMark';
import { isConfirming } from '../../ui/phase';
import { type StateName, stateName } from '../../ui/stateName';

/** Along the order in which the search proposed them, or along the minutes since the sweep began. */
export type HistoryAxis = 'trial' | 'time';

type HistoryParams = {
  trials: readonly TrialSummary[];
  losses: readonly string[];
  maximize: boolean;
  axis: HistoryAxis;
  createdMs: number;
};

const STATES = [
  { state: 'SUCCEEDED', label: 'done', colour: '--succeeded', dot: 'full' },
  { state: 'RUNNING', label: 'running', colour: '--running', dot: 'full' },
  { state: 'PRUNED', label: 'stopped early', colour: '--pruned', dot: 'hollow' },
  { state: 'FAILED', label: 'failed', colour: '--failed', dot: 'hollow' },
  { state: 'CANCELLED', label: 'cancelled', colour: '--cancelled', dot: 'hollow' },
] as const satisfies readonly { state: StateName; label: string; colour: string; dot: 'full' | 'hollow' }[];

type Point = { x: number; value: number; trial: TrialSummary };

/** Lines first, then points. What confirms is left out: it measures a choice, it does not make one. */
export function historyOf(params: HistoryParams): { series: PlotSeries[]; legend: LegendEntry[] } {
  const points = pointsOf(params);
  const lines = params.losses.flatMap((loss) => bestLine(loss, points, params.maximize));
  const dots = STATES.flatMap((look) => dotsOf(look, points));
  return {
    series: [...lines, ...dots],
    legend: [
      ...lines.map(({ key, label, colour }) => ({ key, label, colour, loss: label })),
      ...dots.map(({ key, label, colour, dots: dot }) => ({ key, label, colour, dot })),
    ],
  };
}

function pointsOf({ trials, axis, createdMs }: HistoryParams): Point[] {
  const points = trials.flatMap((trial): Point[] => {
    const x = axis === 'trial' ? trial.number : minutesAfter(createdMs, trial.endedMs);
    if (x === null || trial.bestValue === undefined || isConfirming(trial)) return [];
    return [{ x, value: trial.bestValue, trial }];
  });
  return apart(points.sort((a, b) => a.x - b.x));
}

function minutesAfter(createdMs: number, endedMs: number | undefined): number | null {
  return endedMs === undefined ? null : (endedMs - createdMs) / 60_000;
}

/** Two trials that ended in one millisecond still are two points. */
function apart(points: Point[]): Point[] {
  let last = Number.NEGATIVE_INFINITY;
  return points.map((point) => {
    last = Math.max(point.x, last + 1e-6);
    return { ...point, x: last };
  });
}

/** A trial that was stopped early is no best: its value is of a shorter training. */
function bestLine(loss: string, points: readonly Point[], maximize: boolean): PlotSeries[] {
  const own = points.filter(
    ({ trial }) => trial.config?.loss === loss && stateName(trial.state) === 'SUCCEEDED',
  );
  const last = points.at(-1);
  if (own.length === 0 || last === undefined) return [];
  let reached = own[0]?.value ?? 0;
  const best = own.map(({ value }) => {
    reached = maximize ? Math.max(reached, value) : Math.min(reached, value);
    return reached;
  });
  const ends = own.at(-1)?.x === last.x ? [] : [last.x];
  return [
    {
      key: `best ${loss}`,
      legend: `best ${loss}`,
      label: loss,
      colour: lossColourVariable(loss),
      strong: true,
      stepped: true,
      steps: [...own.map(({ x }) => x), ...ends],
      values: [...best, ...ends.map(() => best.at(-1) ?? null)],
    },
  ];
}

function dotsOf(
  { state, label, colour, dot }: (typeof STATES)[number],
  points: readonly Point[],
): PlotSeries[] {
  const own = points.filter(({ trial }) => stateName(trial.state) === state);
  if (own.length === 0) return [];
  return [
    {
      key: `state ${state}`,
      legend: `state ${state}`,
      label,
      colour,
      dots: dot,
      hrefs: own.map(({ trial }) => `/trials/${trial.trialId}`),
      details: own.map(({ trial }) => `#${trial.number} ${trial.config?.loss ?? ''}`),
      steps: own.map(({ x }) => x),
      values: own.map(({ value }) => value),
    },
  ];
}
