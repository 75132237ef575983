/** How curves are drawn: thin and pale for the many, strong for the few; crosshair; zoom along iterations. */
import type uPlot from 'uplot';
import { formatCount } from '@/format/number';
import { tokenColour } from './colours';
import type { PlotSeries } from './series';

type OptionsParams = {
  host: HTMLElement;
  series: readonly PlotSeries[];
  height: number;
  /** The cursor moved; null: it left. */
  onCursor: (plot: uPlot) => void;
  /** The reader zoomed in, or back out. */
  onZoom: (zoomed: boolean) => void;
};

const FONT = '11px system-ui, "Liberation Sans", sans-serif';
/** Up to so many curves each is legible by itself; beyond, the many step back behind the strong ones. */
const FEW = 4;
const CROWD = 12;

export function plotOptions({ host, series, height, onCursor, onZoom }: OptionsParams): uPlot.Options {
  const muted = tokenColour(host, '--muted');
  const line = tokenColour(host, '--line');
  const axis = {
    stroke: muted,
    font: FONT,
    ticks: { stroke: line, width: 1 },
    grid: { stroke: line, width: 1 },
  };
  return {
    width: host.clientWidth,
    height,
    legend: { show: false },
    padding: [10, 26, 0, 0],
    scales: { x: { time: false, range: (_, min, max) => (min === max ? [min - 1, max + 1] : [min, max]) } },
    axes: [
      { ...axis, size: 30, space: 60, values: (_, ticks) => ticks.map(formatCount) },
      { ...axis, size: 56, values: (_, ticks) => ticks.map(axisValue) },
    ],
    series: [{}, ...series.map((curve) => lineOf(host, curve, series.length))],
    cursor: { y: true, points: { show: false }, drag: { x: true, y: false, setScale: true } },
    hooks: {
      setCursor: [onCursor],
      setSelect: [(plot) => onZoom(plot.select.width > 0)],
      ready: [(plot) => plot.over.addEventListener('dblclick', () => onZoom(false))],
    },
  };
}

function lineOf(host: HTMLElement, curve: PlotSeries, total: number): uPlot.Series {
  return {
    stroke: tokenColour(host, curve.colour),
    width: curve.strong ? 2.4 : 1.4,
    alpha: curve.strong ? 1 : alphaOf(total),
    dash: curve.dash,
    // A curve of one evaluation would be invisible as a line.
    points: { show: (plot, at) => countPoints(plot.data[at] ?? []) < 3, size: 5 },
  };
}

function countPoints(values: ArrayLike<number | null | undefined>): number {
  let count = 0;
  for (let at = 0; at < values.length && count < 3; at++) if (typeof values[at] === 'number') count++;
  return count;
}

function alphaOf(total: number): number {
  if (total <= FEW) return 0.9;
  return total <= CROWD ? 0.55 : 0.3;
}

function axisValue(value: number): string {
  return String(Number(value.toPrecision(6)));
}
