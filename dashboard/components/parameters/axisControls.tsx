'use client';
/** The axes as a list: their order, their scale, and a range by keyboard. */
import { ArrowLeft, ArrowRight } from 'lucide-react';
import { useId } from 'react';
import { ParameterSymbol } from '@/components/sweep/parameterSymbol';
import { Card } from '@/components/ui/card';
import { Select } from '@/components/ui/select';
import { BAND, type Brushes, labelsOf, moved, type ParallelAxis } from './axes';

type Brush = (key: string, intervals: readonly (readonly [number, number])[]) => void;

type AxisControlsProps = {
  axes: readonly ParallelAxis[];
  brushes: Brushes;
  onOrder: (keys: readonly string[]) => void;
  onLog: (key: string, log: boolean) => void;
  onBrush: Brush;
};

export function AxisControls({ axes, brushes, onOrder, onLog, onBrush }: AxisControlsProps) {
  return (
    <Card title="Axes">
      <ol className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
        {axes.map((axis, at) => (
          <li key={axis.key} className="min-w-0 rounded-md border border-line p-2">
            <div className="flex items-center gap-1">
              <Move axis={axis} axes={axes} by={-1} disabled={at === 0} onOrder={onOrder} />
              <span className="min-w-0 flex-1 truncate text-center font-medium text-sm">
                <ParameterSymbol text={axis.symbol} />
              </span>
              <Move axis={axis} axes={axes} by={1} disabled={at === axes.length - 1} onOrder={onOrder} />
            </div>
            <div className="mt-1 flex items-center gap-2 text-sm">
              <RangeSelect axis={axis} brushes={brushes} onBrush={onBrush} />
              {axis.kind === 'number' && axis.canLog && (
                <label className="flex items-center gap-1 text-muted">
                  <input
                    type="checkbox"
                    checked={axis.log}
                    onChange={(event) => onLog(axis.key, event.target.checked)}
                  />
                  log
                </label>
              )}
            </div>
          </li>
        ))}
      </ol>
    </Card>
  );
}

type MoveProps = {
  axis: ParallelAxis;
  axes: readonly ParallelAxis[];
  by: -1 | 1;
  disabled: boolean;
  onOrder: (keys: readonly string[]) => void;
};

function Move({ axis, axes, by, disabled, onOrder }: MoveProps) {
  const Icon = by === -1 ? ArrowLeft : ArrowRight;
  return (
    <button
      type="button"
      disabled={disabled}
      aria-label={`Move ${axis.symbol} to the ${by === -1 ? 'left' : 'right'}`}
      className="rounded-sm p-1 text-muted hover:bg-sunken hover:text-fg disabled:opacity-40"
      onClick={() => onOrder(moved(axes, axis.key, by))}
    >
      <Icon aria-hidden size={14} />
    </button>
  );
}

type RangeProps = { axis: ParallelAxis; brushes: Brushes; onBrush: Brush };

/** What a drag along the axis does, for the keyboard: between two labels, or a single name. */
function RangeSelect({ axis, brushes, onBrush }: RangeProps) {
  const id = useId();
  const [interval] = brushes.get(axis.key) ?? [];
  const options = rangesOf(axis);
  const chosen = options.find(({ value }) => value === JSON.stringify(interval ?? null));
  return (
    <Select
      id={id}
      className="min-w-0 flex-1"
      aria-label={`Range of ${axis.symbol}`}
      value={chosen?.value ?? 'brushed'}
      onChange={(event) => onBrush(axis.key, intervalsOf(event.target.value))}
      options={chosen ? options : [{ value: 'brushed', label: 'as brushed' }, ...options]}
    />
  );
}

function intervalsOf(value: string): [number, number][] {
  const interval = value === 'brushed' ? null : (JSON.parse(value) as [number, number] | null);
  return interval === null ? [] : [interval];
}

function rangesOf(axis: ParallelAxis): { value: string; label: string }[] {
  const labels = labelsOf(axis).filter(({ place }) => place >= 0);
  const own =
    axis.kind === 'name'
      ? labels.map(({ place, text }) => ({ value: JSON.stringify([place, place]), label: text }))
      : labels.slice(0, -1).flatMap(({ place, text }, at) => [
          {
            value: JSON.stringify([place, labels[at + 1]?.place]),
            label: `${text} to ${labels[at + 1]?.text}`,
          },
        ]);
  const absent = axis.hasAbsent ? [{ value: JSON.stringify([BAND.from, BAND.to]), label: 'only n/a' }] : [];
  return [{ value: 'null', label: 'all' }, ...own, ...absent];
}
