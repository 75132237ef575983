'use client';
/** Live curves: crosshair with exact values, zoom, keyboard; redrawn only where data changed. */
import { useRouter } from 'next/navigation';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { ITERATIONS, type PlotAxis } from './axis';
import { onThemeChange } from './colours';
import { type PlotRange, plotOptions } from './plotOptions';
import { PlotTooltip } from './plotTooltip';
import { alignSeries, type Hovered, type PlotSeries, pointAt } from './series';

export type CurvePlotProps = {
  /** Said by screen readers. */
  label: string;
  series: readonly PlotSeries[];
  axis?: PlotAxis;
  height?: number;
  /** Says why there is nothing to draw. */
  empty?: string;
  /** Plots of one name share crosshair and zoom. */
  sync?: string;
  /** Where the axis begins and ends, at least. */
  extent?: readonly number[];
  /** The reader looks at a part of the axis, or at all of it again. */
  onZoom?: (range: PlotRange) => void;
};

type Hover = Hovered & { left: number; top: number; others: Hovered[] };

/** Up to so many curves the tooltip tells the value of each. */
const TOLD_TOGETHER = 6;
/** A second click within it is a double click, which shows the whole axis and opens nothing. */
const DOUBLE_CLICK_MS = 300;

export function CurvePlot(props: CurvePlotProps) {
  const {
    label,
    series,
    axis = ITERATIONS,
    height = 300,
    empty = 'No points yet.',
    sync,
    extent,
    onZoom,
  } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const zoomed = useRef<PlotRange>(null);
  const shown = useRef(series);
  const told = useRef(onZoom);
  const opening = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [hover, setHover] = useState<Hover | null>(null);
  const [theme, setTheme] = useState(0);
  const router = useRouter();
  shown.current = series;
  told.current = onZoom;
  const looks = series
    .map(({ key, colour, strong, dash, dots }) => [key, colour, strong, dash, dots].join())
    .join(';');

  useEffect(() => onThemeChange(() => setTheme((count) => count + 1)), []);
  useEffect(() => () => clearTimeout(opening.current), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: rebuilt when looks or theme change, data follows below
  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const drawn = new uPlot(
      plotOptions({
        host: element,
        series: shown.current,
        axis,
        height,
        sync,
        onCursor: (at) => setHover(nearest(at, shown.current)),
        onZoom: (range) => {
          const before = zoomed.current;
          zoomed.current = range;
          if (before?.from !== range?.from || before?.to !== range?.to) told.current?.(range);
        },
      }),
      alignSeries(shown.current, extent),
      element,
    );
    plot.current = drawn;
    const resize = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [looks, theme, height, sync, axis]);

  useEffect(() => {
    plot.current?.setData(alignSeries(series, extent), zoomed.current === null);
    if (zoomed.current !== null) plot.current?.redraw();
  }, [series, extent]);

  const onKeyDown = (event: KeyboardEvent) => {
    const direction = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (event.key === 'Enter' && hover) follow(hover);
    if (direction === 0 || !plot.current) return;
    event.preventDefault();
    moveCursor(plot.current, direction, shown.current);
  };
  const follow = (point: Hover) => {
    const href = hrefOf(point);
    if (href) router.push(href);
  };

  const points = series.reduce((sum, curve) => sum + curve.steps.length, 0);
  return (
    <div className="relative">
      <div
        ref={host}
        role="application"
        data-points={points}
        aria-label={`${label}. Arrow keys move along the ${axis.title}, Enter opens what is marked.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys need focus
        tabIndex={0}
        className={hover && hrefOf(hover) ? 'cursor-pointer' : undefined}
        onKeyDown={onKeyDown}
        onClick={() => {
          clearTimeout(opening.current);
          if (hover) opening.current = setTimeout(() => follow(hover), DOUBLE_CLICK_MS);
        }}
        onDoubleClick={() => clearTimeout(opening.current)}
      />
      {points === 0 && (
        <p className="absolute inset-0 grid place-items-center px-4 text-center text-muted text-sm">
          {empty}
        </p>
      )}
      {hover && <PlotTooltip {...hover} axis={axis} width={host.current?.clientWidth ?? 0} />}
    </div>
  );
}

function hrefOf({ series, at }: Hover): string | undefined {
  return series.hrefs?.[at] ?? series.href;
}

/** The curve nearest to the cursor by height; the first one where the cursor is another plot's. */
function nearest(plot: uPlot, series: readonly PlotSeries[]): Hover | null {
  const { left = -1, top = -1, idx } = plot.cursor;
  const step = typeof idx === 'number' ? plot.data[0]?.[idx] : undefined;
  if (left < 0 || step === undefined) return null;
  const found = series.flatMap((curve) => {
    const point = pointAt(curve, step);
    // A dot is where it is, and holds for nothing behind it.
    if (point === null || curve.edge || (curve.dots && point.step !== step)) return [];
    const y = plot.valToPos(point.value, 'y');
    return [{ series: curve, ...point, distance: top < 0 ? 0 : Math.abs(y - top), y }];
  });
  const [best, ...rest] = found.sort((a, b) => a.distance - b.distance);
  if (best === undefined) return null;
  const bounds = { left: plot.over.offsetLeft, top: plot.over.offsetTop };
  return {
    ...best,
    others: found.length <= TOLD_TOGETHER ? rest : [],
    left: bounds.left + plot.valToPos(best.step, 'x'),
    top: bounds.top + best.y,
  };
}

/** One point on, along the first strong curve. */
function moveCursor(plot: uPlot, direction: number, series: readonly PlotSeries[]): void {
  const steps = plot.data[0];
  const at = plot.cursor.idx ?? (direction > 0 ? -1 : steps.length);
  const step = steps[Math.min(steps.length - 1, Math.max(0, at + direction))];
  const guide = series.find((curve) => curve.strong) ?? series.find((curve) => !curve.edge);
  const point = guide && step !== undefined ? pointAt(guide, step) : null;
  if (step === undefined || point === null) return;
  plot.setCursor({ left: plot.valToPos(step, 'x'), top: plot.valToPos(point.value, 'y') });
}
