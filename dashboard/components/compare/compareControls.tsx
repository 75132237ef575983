'use client';
/** What is drawn and how: metric, axis, smoothing, seeds by themselves or as a band. */
import { Segmented } from '@/components/ui/segmented';
import { Select } from '@/components/ui/select';
import { metricTitle } from '@/format/metric';
import { ALIGNMENTS, type Alignment } from './axes';

type CompareControlsProps = {
  metric: string;
  metrics: readonly string[];
  onMetric: (metric: string) => void;
  alignment: Alignment;
  onAlignment: (alignment: Alignment) => void;
  smoothing: number;
  onSmoothing: (weight: number) => void;
  /** null: no two trials differ by their seed alone. */
  grouped: boolean | null;
  onGrouped: (grouped: boolean) => void;
};

const GROUPINGS = [
  { value: 'trials', label: 'Each seed' },
  { value: 'seeds', label: 'Mean of seeds' },
] as const;

export function CompareControls(props: CompareControlsProps) {
  const options = [
    { value: '', label: 'What ranks' },
    ...props.metrics.map((name) => ({ value: name, label: optionTitle(name) })),
  ];
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <Select
        aria-label="Metric"
        className="min-w-48"
        value={props.metric}
        onChange={(event) => props.onMetric(event.target.value)}
        options={options}
      />
      <Segmented label="Align by" options={ALIGNMENTS} value={props.alignment} onChange={props.onAlignment} />
      {props.grouped !== null && (
        <Segmented
          label="Seeds"
          options={GROUPINGS}
          value={props.grouped ? 'seeds' : 'trials'}
          onChange={(value) => props.onGrouped(value === 'seeds')}
        />
      )}
      <label className="flex items-center gap-2 text-sm">
        <span className="text-muted">Smoothing</span>
        <input
          type="range"
          min="0"
          max="0.99"
          step="0.01"
          value={props.smoothing}
          onChange={(event) => props.onSmoothing(Number(event.target.value))}
          className="w-28 accent-ink"
        />
        <span className="tabular w-8 text-muted text-xs">{props.smoothing.toFixed(2)}</span>
      </label>
    </div>
  );
}

/** Diagnostics are titled within their plots: here they stand alone. */
function optionTitle(name: string): string {
  return name.startsWith('diag/') ? `${metricTitle(name)} (${name.slice(5)})` : metricTitle(name);
}
