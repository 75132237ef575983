'use client';
/** What is drawn in which colour and line; each entry is a switch. */
import clsx from 'clsx';
import { useState } from 'react';
import { LossMark } from '@/components/ui/lossMark';

export type LegendEntry = {
  key: string;
  label: string;
  /** CSS custom property. */
  colour: string;
  /** Drawn with the loss's own mark instead of a line. */
  loss?: string;
  dash?: readonly number[];
  /** Points instead of a line; hollow where it ended early. */
  dot?: 'full' | 'hollow';
};

export type ChartLegendProps = {
  /** Of the group, for screen readers. */
  label: string;
  entries: readonly LegendEntry[];
  /** Keys. */
  hidden: readonly string[];
  onToggle: (key: string) => void;
};

/** Which entries are switched off, and the switch. */
export function useHidden(): Pick<ChartLegendProps, 'hidden' | 'onToggle'> {
  const [hidden, setHidden] = useState<readonly string[]>([]);
  const onToggle = (key: string) =>
    setHidden((before) => (before.includes(key) ? before.filter((k) => k !== key) : [...before, key]));
  return { hidden, onToggle };
}

export function ChartLegend({ label, entries, hidden, onToggle }: ChartLegendProps) {
  return (
    <fieldset aria-label={label} className="flex min-w-0 flex-wrap gap-1">
      {entries.map((entry) => {
        const isOn = !hidden.includes(entry.key);
        return (
          <button
            key={entry.key}
            type="button"
            aria-pressed={isOn}
            onClick={() => onToggle(entry.key)}
            className={clsx(
              'flex items-center gap-1.5 rounded-md px-2 py-0.5 text-sm hover:bg-sunken',
              !isOn && 'text-muted line-through',
            )}
          >
            <Mark entry={entry} />
            {entry.label}
          </button>
        );
      })}
    </fieldset>
  );
}

function Mark({ entry: { colour, loss, dash, dot } }: { entry: LegendEntry }) {
  if (loss !== undefined) return <LossMark loss={loss} />;
  const stroke = { stroke: `var(${colour})` };
  if (dot !== undefined) {
    const fill = dot === 'full' ? `var(${colour})` : 'none';
    return (
      <svg aria-hidden="true" viewBox="0 0 10 10" className="size-2.5 shrink-0">
        <circle cx="5" cy="5" r="3.6" strokeWidth="1.6" style={{ ...stroke, fill }} />
      </svg>
    );
  }
  return (
    <svg aria-hidden="true" width="22" height="6" className="shrink-0">
      <line x1="0" y1="3" x2="22" y2="3" strokeWidth="2.4" strokeDasharray={dash?.join(' ')} style={stroke} />
    </svg>
  );
}
