'use client';
/** Exact values under the cursor: of the nearest curve, or of every curve where they are few. */
import type { PlotAxis } from './axis';
import type { Hovered } from './series';

/** Half of the widest tooltip, so that it stays inside the plot. */
const HALF_WIDTH = 112;

type PlotTooltipProps = Hovered & {
  axis: PlotAxis;
  /** The other curves at the same place. */
  others: readonly Hovered[];
  /** Of the point, in pixels from the plot's corner. */
  left: number;
  top: number;
  /** Of the plot. */
  width: number;
};

export function PlotTooltip(props: PlotTooltipProps) {
  const { axis, series, step, value, at, others, left, top, width } = props;
  const detail = series.details?.[at] ?? series.detail;
  const x = Math.min(Math.max(left, HALF_WIDTH), Math.max(HALF_WIDTH, width - HALF_WIDTH));
  const below = top < 90;
  return (
    <>
      <span
        aria-hidden
        className="-translate-x-1/2 -translate-y-1/2 pointer-events-none absolute size-2.5 rounded-full border-2 border-surface"
        style={{ left, top, background: `var(${series.colour})` }}
      />
      <div
        role="status"
        className="-translate-x-1/2 pointer-events-none absolute z-10 w-max max-w-56 rounded-md border border-line bg-surface px-2.5 py-1.5 text-xs shadow-pop"
        style={below ? { left: x, top: top + 12 } : { left: x, top: top - 12, translate: '-50% -100%' }}
      >
        <Name series={series} />
        {detail && <div className="text-muted">{detail}</div>}
        <p className="tabular mt-0.5">
          <span className="font-semibold">{exact(value)}</span>
          <span className="text-muted"> {axis.say(step)}</span>
        </p>
        {others.map((other) => (
          <div key={other.series.key} className="tabular mt-0.5 flex justify-between gap-3">
            <Name series={other.series} />
            <span>{exact(other.value)}</span>
          </div>
        ))}
      </div>
    </>
  );
}

function Name({ series }: Pick<Hovered, 'series'>) {
  return (
    <p className="flex items-center gap-1.5 font-medium">
      <span
        aria-hidden
        className="size-2 shrink-0 rounded-full"
        style={{ background: `var(${series.colour})` }}
      />
      {series.label}
    </p>
  );
}

function exact(value: number): number {
  return Number(value.toPrecision(7));
}
