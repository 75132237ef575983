/** What trials are aligned by: iterations as they are, epochs, or the time that training took. Pure. */
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { ITERATIONS, type PlotAxis } from '../plots/axis';

export const ALIGNMENTS = [
  { value: 'step', label: 'Iteration' },
  { value: 'epoch', label: 'Epoch' },
  { value: 'time', label: 'Time' },
] as const;
export type Alignment = (typeof ALIGNMENTS)[number]['value'];

const short = (value: number) => String(Number(value.toPrecision(4)));

const EPOCHS: PlotAxis = { title: 'epochs', format: short, say: (value) => `at epoch ${short(value)}` };
const MINUTES: PlotAxis = {
  title: 'minutes of training',
  format: short,
  say: (value) => `after ${short(value)} min`,
};

const AXES: Record<Alignment, PlotAxis> = { step: ITERATIONS, epoch: EPOCHS, time: MINUTES };

export function axisOf(alignment: Alignment): PlotAxis {
  return AXES[alignment];
}

/** Units of the axis an iteration is long; null where the trial does not tell yet. */
export function unitsPerStep(trial: TrialSummary, alignment: Alignment, nowMs: number): number | null {
  const { config, totalSteps, lastStep, startedMs, endedMs } = trial;
  switch (alignment) {
    case 'step':
      return 1;
    case 'epoch':
      return totalSteps === 0 || config === undefined ? null : config.epochs / totalSteps;
    case 'time':
      // Points have no time of their own: the trial's is spread over its iterations evenly.
      return startedMs === undefined || lastStep === 0
        ? null
        : ((endedMs ?? nowMs) - startedMs) / 60_000 / lastStep;
    default:
      return alignment satisfies never;
  }
}

/** Said below the charts; empty where there is nothing to say. */
export function alignmentNote(alignment: Alignment): string {
  return alignment === 'time' ? 'each trial’s time is spread evenly over its iterations' : '';
}
