/** The panels of the denoising screen: which series of which trial is drawn where, and how. Pure. */
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import type { LegendEntry } from '../plots/chartLegend';
import type { PlotSeries } from '../plots/series';
import { lossColourVariable } from '../ui/lossMark';

export type PanelId = 'loss' | 'precision' | 'recall' | 'epsilon' | 'weights' | 'objective';

/** A series as it is drawn: its line says what it is, its colour whose. */
type Line = {
  metric: string;
  /** After the trial's name in the legend. */
  words: string;
  strong?: boolean;
  dash?: number[];
  /** Instead of the loss's colour. */
  colour?: string;
};

type Panel = {
  id: PanelId;
  title: string;
  unit: string;
  /** Of the losses that have it; null: all. */
  losses: readonly string[] | null;
  needsFlags: boolean;
  lines: readonly Line[];
};

const DASHED = [6, 4];
const DOTTED = [2, 3];

export const PANELS: readonly Panel[] = [
  {
    id: 'loss',
    title: 'Loss of false and true positives',
    unit: 'mean cross-entropy of training interactions',
    losses: null,
    needsFlags: true,
    lines: [
      { metric: 'diag/ce_fp', words: 'false positives', strong: true },
      { metric: 'diag/ce_tp', words: 'true positives' },
    ],
  },
  {
    id: 'precision',
    title: 'Drop precision',
    unit: 'share of false positives among the dropped, 0 to 1',
    losses: ['T-CE'],
    needsFlags: true,
    lines: [
      { metric: 'diag/drop_precision', words: '', strong: true },
      { metric: 'diag/drop_random', words: 'dropping at random', dash: DOTTED, colour: '--muted' },
    ],
  },
  {
    id: 'recall',
    title: 'Drop recall',
    unit: 'share of the false positives that is dropped, 0 to 1',
    losses: ['T-CE'],
    needsFlags: true,
    lines: [
      { metric: 'diag/drop_recall', words: '', strong: true },
      { metric: 'diag/drop_share', words: 'dropping as many at random', dash: DOTTED, colour: '--muted' },
    ],
  },
  {
    id: 'epsilon',
    title: 'Drop rate ε(t)',
    unit: 'share of a batch to drop, 0 to 1',
    losses: ['T-CE'],
    needsFlags: false,
    lines: [{ metric: 'diag/epsilon', words: '', strong: true }],
  },
  {
    id: 'weights',
    title: 'Weights of R-CE',
    unit: 'quantiles of the weights of training interactions, 0 to 1',
    losses: ['R-CE'],
    needsFlags: false,
    lines: [
      { metric: 'diag/weight_p90', words: '90 % quantile', dash: DASHED },
      { metric: 'diag/weight_p50', words: 'median', strong: true },
      { metric: 'diag/weight_p10', words: '10 % quantile', dash: DOTTED },
    ],
  },
];

/** The panel of what the trials are ranked by: the reader's measure of whether any of it helped. */
export function objectivePanel(metric: string, title: string, unit: string): Panel {
  const lines = [{ metric, words: '', strong: true }];
  return { id: 'objective', title, unit, losses: null, needsFlags: false, lines };
}

export type DrawnPanel = { series: PlotSeries[]; legend: LegendEntry[] };

type Points = { steps: readonly number[]; values: readonly (number | null)[] };

/**
 * @param trials those that were chosen
 * @param pointsOf of a trial's series; undefined: it has none
 */
export function drawPanel(
  panel: Panel,
  trials: readonly TrialSummary[],
  pointsOf: (trialId: number, metric: string) => Points | undefined,
): DrawnPanel {
  const drawn = trials
    .filter(({ config }) => panel.losses === null || panel.losses.includes(config?.loss ?? ''))
    .flatMap((trial) => panel.lines.map((line) => ({ trial, line })))
    .flatMap(({ trial, line }) => {
      const points = pointsOf(trial.trialId, line.metric);
      return points === undefined ? [] : [lineOf(trial, line, points)];
    });
  const legend = drawn.map(
    ({ key, label, colour, dash, strong = false }): LegendEntry => ({ key, label, colour, dash, strong }),
  );
  return { series: drawn, legend };
}

function lineOf(trial: TrialSummary, line: Line, { steps, values }: Points): PlotSeries {
  const loss = trial.config?.loss ?? '';
  const key = `${trial.trialId}/${line.metric}`;
  return {
    key,
    legend: key,
    label: [`${loss} #${trial.number}`, line.words].filter((words) => words !== '').join(' '),
    colour: line.colour ?? lossColourVariable(loss),
    strong: line.strong,
    // CE is what the others are measured against, dashed wherever it stands beside them.
    dash: line.dash ?? (loss === 'CE' ? DASHED : undefined),
    href: `/trials/${trial.trialId}`,
    steps,
    values,
  };
}

type Why = { panel: Panel; trials: readonly TrialSummary[]; flags: boolean | null; dataset: string };

/** Why a panel without a line is empty and what would fill it; null: its points are still to come. */
export function whyEmpty({ panel, trials, flags, dataset }: Why): string | null {
  if (trials.length === 0) return 'No trial has begun yet: this fills with the first evaluation.';
  const able = trials.filter(
    ({ config }) => panel.losses === null || panel.losses.includes(config?.loss ?? ''),
  );
  if (able.length === 0)
    return `Only ${panel.losses?.join(' and ')} has this, and none of its trials is chosen. Choose one above, or add the loss to the sweep.`;
  if (panel.needsFlags && flags === false)
    return `${dataset} does not say which of its training interactions are false positives, so this cannot be measured. Import it with ratings or dwell times.`;
  if (able.every(({ endedMs }) => endedMs !== undefined))
    return 'These trials reported no such points: they ended before their first evaluation, or the worker is of an older version.';
  return null;
}
