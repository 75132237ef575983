/** The lines of one data set's chart: a line a trial, or a mean with its band a configuration. Pure. */
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import type { SnapshotCurve } from '../../live/snapshot';
import type { PlotSeries } from '../plots/series';
import { activeParameters } from '../sweep/parameters';
import { lossColourVariable } from '../ui/lossMark';
import { type Alignment, unitsPerStep } from './axes';
import { bandOf, type Line, smooth } from './curveMaths';

export type Wish = {
  alignment: Alignment;
  /** Of the past, [0, 1). */
  smoothing: number;
  /** Seeds of a configuration are one line. */
  grouped: boolean;
  nowMs: number;
};

/** Lines of one loss share its colour, so they differ by dash: by model where there are several, else in turn. */
const DASHES: (number[] | undefined)[] = [undefined, [7, 4], [2, 3], [10, 3, 2, 3]];

type Member = { trial: TrialSummary; line: Line };

export function seriesOf(
  trials: readonly TrialSummary[],
  curves: readonly SnapshotCurve[],
  wish: Wish,
): PlotSeries[] {
  const members = trials.flatMap((trial): Member[] => {
    const curve = curves.find(({ trialId }) => trialId === trial.trialId);
    const scale = unitsPerStep(trial, wish.alignment, wish.nowMs);
    if (curve === undefined || scale === null) return [];
    const steps = curve.steps.map((step) => step * scale);
    return [{ trial, line: { steps, values: smooth(curve.values, wish.smoothing) } }];
  });
  const dashOf = dashes(modelsOf(trials));
  if (wish.grouped) return groupsOf(members).flatMap((group) => pooled(group, dashOf));
  return members.map(({ trial, line }) => ({
    ...lookOf(trial, dashOf),
    ...line,
    key: String(trial.trialId),
  }));
}

export function modelsOf(trials: readonly TrialSummary[]): string[] {
  return [...new Set(trials.map(({ config }) => config?.model ?? ''))];
}

/** What the dashes of a chart with several models mean; empty where there is one. */
export function dashNote(models: readonly string[]): string {
  const words = ['solid', 'dashed', 'dotted', 'dash-dotted'];
  return models.length < 2
    ? ''
    : models.map((model, at) => `${words[at % words.length]}: ${model}`).join(', ');
}

type DashOf = (trial: TrialSummary) => number;

function dashes(models: readonly string[]): DashOf {
  const seen = new Map<string, number>();
  return ({ config }) => {
    if (models.length > 1) return models.indexOf(config?.model ?? '');
    const loss = config?.loss ?? '';
    const at = seen.get(loss) ?? 0;
    seen.set(loss, at + 1);
    return at;
  };
}

function lookOf(trial: TrialSummary, dashOf: DashOf) {
  const loss = trial.config?.loss ?? '';
  const at = dashOf(trial);
  return {
    label: `#${trial.number} ${loss}`,
    detail: `${parameterText(trial)} seed ${trial.config?.seed ?? ''}`,
    legend: loss,
    colour: lossColourVariable(loss),
    strong: at === 0,
    dash: DASHES[at % DASHES.length],
    href: `/trials/${trial.trialId}`,
  };
}

function pooled(group: readonly Member[], dashOf: DashOf): PlotSeries[] {
  const [first] = group;
  if (first === undefined) return [];
  const { href: _none, ...look } = lookOf(first.trial, dashOf);
  const band = bandOf(group.map(({ line }) => line));
  const loss = first.trial.config?.loss ?? '';
  const key = `${first.trial.trialId} mean`;
  const mean: PlotSeries = {
    ...look,
    key,
    label: `${loss}, mean of ${band.seeds} ${band.seeds === 1 ? 'seed' : 'seeds'}`,
    detail: parameterText(first.trial),
    strong: true,
    steps: band.steps,
    values: band.mean,
  };
  if (band.seeds < 2) return [mean];
  const edge = (side: 'low' | 'high'): PlotSeries => ({
    key: `${key} ${side}`,
    label: `${mean.label}, ${side === 'low' ? 'lower' : 'upper'} end of 95 %`,
    legend: loss,
    colour: look.colour,
    edge: { of: key, side },
    steps: band.steps,
    values: band[side],
  });
  return [mean, edge('low'), edge('high')];
}

/** Seeds differ, everything else and the phase are the same. */
function groupsOf(members: readonly Member[]): Member[][] {
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    const key = configurationKey(member.trial);
    groups.set(key, [...(groups.get(key) ?? []), member]);
  }
  return [...groups.values()];
}

export function configurationKey({ phase, config }: TrialSummary): string {
  return `${phase} ${JSON.stringify({ ...config, seed: 0 })}`;
}

function parameterText({ config }: TrialSummary): string {
  return activeParameters(config)
    .map(({ symbol, text }) => `${symbol} ${text}`)
    .join(', ');
}
