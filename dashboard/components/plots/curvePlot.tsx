'use client';
/** Live curves over iterations: crosshair with exact values, zoom, keyboard; redrawn only where data changed. */
import { useRouter } from 'next/navigation';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { onThemeChange } from './colours';
import { plotOptions } from './plotOptions';
import { PlotTooltip } from './plotTooltip';
import { alignSeries, type Hovered, type PlotSeries, pointAt } from './series';

type CurvePlotProps = {
  /** Said by screen readers. */
  label: string;
  series: readonly PlotSeries[];
  height?: number;
  /** Says why there is nothing to draw. */
  empty?: string;
};

type Hover = Hovered & { left: number; top: number };

export function CurvePlot({ label, series, height = 300, empty = 'No points yet.' }: CurvePlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const zoomed = useRef(false);
  const shown = useRef(series);
  const [hover, setHover] = useState<Hover | null>(null);
  const [theme, setTheme] = useState(0);
  const router = useRouter();
  shown.current = series;
  const looks = series.map(({ key, colour, strong, dash }) => [key, colour, strong, dash].join()).join(';');

  useEffect(() => onThemeChange(() => setTheme((count) => count + 1)), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: rebuilt when looks or theme change, data follows below
  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const drawn = new uPlot(
      plotOptions({
        host: element,
        series: shown.current,
        height,
        onCursor: (at) => setHover(nearest(at, shown.current)),
        onZoom: (isZoomed) => {
          zoomed.current = isZoomed;
        },
      }),
      alignSeries(shown.current),
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
  }, [looks, theme, height]);

  useEffect(() => {
    plot.current?.setData(alignSeries(series), !zoomed.current);
    if (zoomed.current) plot.current?.redraw();
  }, [series]);

  const onKeyDown = (event: KeyboardEvent) => {
    const direction = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (direction === 0 || !plot.current) return;
    event.preventDefault();
    moveCursor(plot.current, direction, shown.current);
  };

  const points = series.reduce((sum, curve) => sum + curve.steps.length, 0);
  return (
    <div className="relative">
      <div
        ref={host}
        role="application"
        data-points={points}
        aria-label={`${label}. Arrow keys move along the iterations.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys need focus
        tabIndex={0}
        className={hover?.series.href ? 'cursor-pointer' : undefined}
        onKeyDown={onKeyDown}
        onClick={() => hover?.series.href && router.push(hover.series.href)}
      />
      {points === 0 && (
        <p className="absolute inset-0 grid place-items-center px-4 text-center text-muted text-sm">
          {empty}
        </p>
      )}
      {hover && <PlotTooltip {...hover} width={host.current?.clientWidth ?? 0} />}
    </div>
  );
}

/** The curve nearest to the cursor, by height. */
function nearest(plot: uPlot, series: readonly PlotSeries[]): Hover | null {
  const { left = -1, top = -1, idx } = plot.cursor;
  const step = typeof idx === 'number' ? plot.data[0]?.[idx] : undefined;
  if (left < 0 || step === undefined) return null;
  const found = series.flatMap((curve) => {
    const point = pointAt(curve, step);
    if (point === null) return [];
    const y = plot.valToPos(point.value, 'y');
    return [{ series: curve, ...point, distance: Math.abs(y - top), y }];
  });
  const best = found.sort((a, b) => a.distance - b.distance)[0];
  if (best === undefined) return null;
  const bounds = { left: plot.over.offsetLeft, top: plot.over.offsetTop };
  return { ...best, left: bounds.left + plot.valToPos(best.step, 'x'), top: bounds.top + best.y };
}

/** One evaluation on, along the first strong curve. */
function moveCursor(plot: uPlot, direction: number, series: readonly PlotSeries[]): void {
  const steps = plot.data[0];
  const at = plot.cursor.idx ?? (direction > 0 ? -1 : steps.length);
  const step = steps[Math.min(steps.length - 1, Math.max(0, at + direction))];
  const guide = series.find((curve) => curve.strong) ?? series[0];
  const point = guide && step !== undefined ? pointAt(guide, step) : null;
  if (step === undefined || point === null) return;
  plot.setCursor({ left: plot.valToPos(step, 'x'), top: plot.valToPos(point.value, 'y') });
}
