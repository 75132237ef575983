/** How curves are drawn: thin and pale for the many, strong for the few; crosshair; zoom along the axis. */
import uPlot from 'uplot';
import type { PlotAxis } from './axis';
import { tokenColour } from './colours';
import type { PlotSeries } from './series';

/** A part of the axis that is looked at; null: all of it. */
export type PlotRange = { from: number; to: number } | null;

type OptionsParams = {
  host: HTMLElement;
  series: readonly PlotSeries[];
  axis: PlotAxis;
  height: number;
  /** Plots of one name share their crosshair and their zoom. */
  sync?: string;
  /** The cursor moved, or left. */
  onCursor: (plot: uPlot) => void;
  /** What of the axis is shown, after each change of it. */
  onZoom: (range: PlotRange) => void;
};

const FONT = '11px system-ui, "Liberation Sans", sans-serif';
/** Up to so many curves each is legible by itself; beyond, the many step back behind the strong ones. */
const FEW = 4;
const CROWD = 12;

export function plotOptions(params: OptionsParams): uPlot.Options {
  const { host, series, axis: xAxis, height, sync, onCursor, onZoom } = params;
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
      {
        ...axis,
        size: 30,
        space: 60,
        values: (_, ticks) => ticks.map(xAxis.format),
        ...(xAxis.ticks && { splits: xAxis.ticks }),
      },
      { ...axis, size: 56, values: (_, ticks) => ticks.map(axisValue) },
    ],
    series: [{}, ...series.map((curve) => lineOf(host, curve, series.length))],
    bands: bandsOf(host, series),
    cursor: {
      y: true,
      points: { show: false },
      drag: { x: true, y: false, setScale: true },
      ...(sync !== undefined && { sync: { key: sync, scales: ['x', null] } }),
    },
    hooks: {
      setCursor: [onCursor],
      setScale: [(plot, key) => key === 'x' && onZoom(zoomedRange(plot))],
    },
  };
}

/** By the scale and not by the mouse: a plot that shares its zoom is zoomed by another one's. */
function zoomedRange(plot: uPlot): PlotRange {
  const { min, max } = plot.scales.x ?? {};
  const [first, last] = [plot.data[0][0], plot.data[0].at(-1)];
  if (typeof min !== 'number' || typeof max !== 'number' || first === undefined || last === undefined)
    return null;
  return min <= first && max >= last ? null : { from: min, to: max };
}

/** Columns of the data, of which the first are the steps. */
function bandsOf(host: HTMLElement, series: readonly PlotSeries[]): uPlot.Band[] {
  return series.flatMap(({ edge }, high) => {
    if (edge?.side !== 'high') return [];
    const low = series.findIndex((other) => other.edge?.of === edge.of && other.edge.side === 'low');
    const colour = tokenColour(host, series[high]?.colour ?? '--muted');
    return low < 0 ? [] : [{ series: [high + 1, low + 1], fill: withAlpha(colour, 0.16) } as uPlot.Band];
  });
}

/** @param colour as browsers compute it: rgb(…) or color(srgb …) */
function withAlpha(colour: string, alpha: number): string {
  return `color-mix(in srgb, ${colour} ${100 * alpha}%, transparent)`;
}

function lineOf(host: HTMLElement, curve: PlotSeries, total: number): uPlot.Series {
  const stroke = tokenColour(host, curve.colour);
  if (curve.edge !== undefined) return { stroke, width: 0, points: { show: false } };
  if (curve.dots !== undefined) {
    const fill = curve.dots === 'full' ? stroke : tokenColour(host, '--surface');
    return { stroke, paths: () => null, points: { show: true, size: 7, width: 1.6, stroke, fill } };
  }
  return {
    stroke,
    width: curve.strong ? 2.4 : 1.4,
    alpha: curve.strong ? 1 : alphaOf(total),
    dash: curve.dash,
    ...(curve.stepped && { paths: uPlot.paths.stepped?.({ align: 1 }) }),
    // A curve of one evaluation would be invisible as a line.
    points: { show: (plot, at) => countPoints(plot.data[at] ?? []) < 3, size: 5 },
  };
}

function countPoints(values: ArrayLike<number | null | undefined>): number {
  let count = 0;
  for (let at = 0; at < values.length && count < 3; at++) if (typeof values[at] === 'number') count++;
  return count;
}

export function alphaOf(total: number): number {
  if (total <= FEW) return 0.9;
  return total <= CROWD ? 0.55 : 0.3;
}

export function axisValue(value: number): string {
  return String(Number(value.toPrecision(6)));
}
