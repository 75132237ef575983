'use client';
/** Which parameters made the difference, to the metric or to the duration. */
import type { ImportanceReport, Importances } from '@adt/proto/gen/adt/v1/results';
import { useMemo, useState } from 'react';
import { type Bar, barsDrawing } from '@/components/plots/barsDrawing';
import { ChartFrame } from '@/components/plots/chartFrame';
import { ParameterSymbol } from '@/components/sweep/parameterSymbol';
import { Segmented } from '@/components/ui/segmented';
import { Select } from '@/components/ui/select';
import { Skeleton } from '@/components/ui/skeleton';
import { formatPercent } from '@/format/number';
import { useFetched } from '@/live/useFetched';
import { symbolOf } from '../parameters';

const TARGETS = [
  { value: 'metric', label: 'Metric' },
  { value: 'duration', label: 'Duration' },
] as const;

type Target = (typeof TARGETS)[number]['value'];

type ImportanceChartProps = {
  sweepId: number;
  /** Trials that ended: a new one may change the answer. */
  ended: number;
};

const ALL = 'all strata';

export function ImportanceChart({ sweepId, ended }: ImportanceChartProps) {
  const [target, setTarget] = useState<Target>('metric');
  const [chosen, setChosen] = useState(ALL);
  const { value, problem } = useFetched<ImportanceReport>(
    `/api/sweeps/${sweepId}/importance?target=${target}`,
    ended,
  );
  const strata = value?.strata ?? [];
  const found = strata.find((stratum) => nameOf(stratum) === chosen)?.importances ?? value?.combined;
  const bars = useMemo(() => barsOf(found), [found]);
  return (
    <ChartFrame
      title="Importance"
      unit={`share of what the parameters explain of the ${target}`}
      summary={
        bars[0]
          ? `Of the ${target}, ${bars[0].label} explains most: ${bars[0].text}.`
          : 'Nothing is known yet.'
      }
      digest={tableOf(found)}
      table={() => tableOf(found)}
      draw={(colourOf) => barsDrawing(bars, colourOf)}
      controls={<Segmented label="Importance to" options={TARGETS} value={target} onChange={setTarget} />}
      empty={emptyText(value, problem?.detail, found)}
      note={lackingText(found)}
    >
      {strata.length > 1 && (
        <Select
          className="mb-3 max-w-xs"
          aria-label="Importance within"
          value={chosen}
          onChange={(event) => setChosen(event.target.value)}
          options={[ALL, ...strata.map(nameOf)].map((name) => ({ value: name, label: name }))}
        />
      )}
      {value === null ? (
        <Skeleton className="h-40" />
      ) : (
        <ul className="space-y-2">
          {bars.map((bar) => (
            <BarRow key={bar.label} bar={bar} />
          ))}
        </ul>
      )}
    </ChartFrame>
  );
}

function BarRow({ bar: { label, share, text, colour } }: { bar: Bar }) {
  return (
    <li className="grid grid-cols-[7rem_1fr] items-center gap-2 text-sm">
      <span className="truncate">
        <ParameterSymbol text={label} />
      </span>
      <span className="flex items-center gap-2">
        <span
          aria-hidden
          className="h-4 min-w-px rounded-sm"
          style={{ width: `${70 * share}%`, background: `var(${colour})` }}
        />
        <span className="tabular whitespace-nowrap text-muted text-xs">{text}</span>
      </span>
    </li>
  );
}

function nameOf({ dataset, model, loss }: { dataset: string; model: string; loss: string }): string {
  return `${loss} · ${model} on ${dataset}`;
}

/** What is no more than a parameter without effect would show is said to be so, in grey. */
function barsOf(found: Importances | undefined): Bar[] {
  return (found?.measured ?? []).map(({ name, share, raw, noise }) => {
    const isNoise = raw <= noise;
    return {
      label: symbolOf(name),
      share,
      text: isNoise ? `${formatPercent(share)}, within noise` : formatPercent(share),
      colour: isNoise ? '--queued' : '--accent',
    };
  });
}

function tableOf(found: Importances | undefined) {
  return {
    columns: ['parameter', 'share', 'strength', 'noise', 'configurations'],
    rows: (found?.measured ?? []).map(({ name, share, strength, noise, configurations }) => [
      name,
      share,
      strength,
      noise,
      configurations,
    ]),
  };
}

function emptyText(
  value: ImportanceReport | null,
  problem: string | undefined,
  found: Importances | undefined,
): string | null {
  if (value === null) return problem ?? null;
  if ((found?.measured.length ?? 0) > 0) return null;
  const [lacking] = found?.lacking ?? [];
  if (lacking === undefined)
    return 'This sweep searches no parameter besides the loss: there is nothing to compare.';
  return `It takes ${lacking.needed} finished configurations to say; there are ${lacking.configurations}. Wait, or raise max_trials_per_stratum.`;
}

function lackingText(found: Importances | undefined): string | undefined {
  if (found === undefined || found.measured.length === 0 || found.lacking.length === 0) return undefined;
  const names = found.lacking.map(
    ({ name, configurations, needed }) => `${name} (${configurations} of ${needed})`,
  );
  return `Too few finished configurations for ${names.join(', ')}.`;
}
