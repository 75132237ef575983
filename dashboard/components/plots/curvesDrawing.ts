/** Curves as SVG, for export: the same lines, dashes, dots and axes as on screen. Pure. */
import type { PlotAxis } from './axis';
import { type ChartDrawing, type ColourOf, escapeXml } from './drawing';
import type { PlotRange } from './plotOptions';
import type { PlotSeries } from './series';
import { ticksOf } from './ticks';

type CurvesParams = {
  series: readonly PlotSeries[];
  axis: PlotAxis;
  range: PlotRange;
  colourOf: ColourOf;
  width?: number;
  height?: number;
};

const LEFT = 56;
const BOTTOM = 40;
const TEXT = 'font-family="system-ui, Liberation Sans, sans-serif" font-size="11"';

type Scale = { low: number; high: number; at: (value: number) => number };

/** Null where no curve has a finite point. */
export function curvesDrawing(params: CurvesParams): ChartDrawing | null {
  const { axis, range, colourOf, width = 760, height = 320 } = params;
  const series = params.series.map((curve) => within(curve, range));
  const xs = extent(series.flatMap(({ steps }) => [...steps]));
  const ys = extent(series.flatMap(({ values }) => values.filter((value) => value !== null)));
  if (xs === null || ys === null) return null;
  const pad = (ys.high - ys.low) * 0.05 || Math.abs(ys.high) * 0.05 || 1;
  const x = scaleOf(xs.low, xs.high, LEFT, width - 10);
  const y = scaleOf(ys.low - pad, ys.high + pad, height - BOTTOM, 8);
  const svg = [
    ...gridOf({ x, y, axis, width, height, colourOf }),
    ...series.map((curve) => curveOf(curve, x, y, colourOf)),
  ].join('');
  return { width, height, svg };
}

function within(curve: PlotSeries, range: PlotRange): PlotSeries {
  if (range === null) return curve;
  const inside = curve.steps.map((step) => step >= range.from && step <= range.to);
  return {
    ...curve,
    steps: curve.steps.filter((_, at) => inside[at]),
    values: curve.values.filter((_, at) => inside[at]),
  };
}

function extent(values: readonly number[]): { low: number; high: number } | null {
  if (values.length === 0) return null;
  return values.reduce(
    (seen, value) => ({ low: Math.min(seen.low, value), high: Math.max(seen.high, value) }),
    {
      low: Number.POSITIVE_INFINITY,
      high: Number.NEGATIVE_INFINITY,
    },
  );
}

function scaleOf(low: number, high: number, from: number, to: number): Scale {
  const span = high - low || 1;
  return { low, high, at: (value) => round(from + ((value - low) / span) * (to - from)) };
}

type GridParams = { x: Scale; y: Scale; axis: PlotAxis; width: number; height: number; colourOf: ColourOf };

function gridOf({ x, y, axis, width, height, colourOf }: GridParams): string[] {
  const [line, muted] = ['--line', '--muted'].map(colourOf);
  const bottom = height - BOTTOM;
  const rows = ticksOf(y.low, y.high, 5).map(
    (tick) =>
      `<line x1="${LEFT}" x2="${width - 10}" y1="${y.at(tick)}" y2="${y.at(tick)}" stroke="${line}"/>` +
      `<text x="${LEFT - 8}" y="${y.at(tick) + 4}" text-anchor="end" ${TEXT} fill="${muted}">${tick}</text>`,
  );
  const columns = (axis.ticks ?? ticksOf(x.low, x.high, 8)).map(
    (tick) =>
      `<line x1="${x.at(tick)}" x2="${x.at(tick)}" y1="8" y2="${bottom}" stroke="${line}"/>` +
      `<text x="${x.at(tick)}" y="${bottom + 16}" text-anchor="middle" ${TEXT} fill="${muted}">${escapeXml(axis.format(tick))}</text>`,
  );
  const title = `<text x="${(LEFT + width) / 2}" y="${height - 4}" text-anchor="middle" ${TEXT} fill="${muted}">${escapeXml(axis.title)}</text>`;
  return [...rows, ...columns, title];
}

function curveOf(curve: PlotSeries, x: Scale, y: Scale, colourOf: ColourOf): string {
  const colour = colourOf(curve.colour);
  if (curve.dots !== undefined) {
    const fill = curve.dots === 'full' ? colour : colourOf('--surface');
    return pointsOf(curve, x, y)
      .map(
        ([cx, cy]) =>
          `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${fill}" stroke="${colour}" stroke-width="1.6"/>`,
      )
      .join('');
  }
  const dash = curve.dash && curve.dash.length > 0 ? ` stroke-dasharray="${curve.dash.join(' ')}"` : '';
  const width = curve.edge ? 0.6 : curve.strong ? 2.4 : 1.4;
  return `<path d="${pathOf(curve, x, y)}" fill="none" stroke="${colour}" stroke-width="${width}"${dash}/>`;
}

function pointsOf({ steps, values }: PlotSeries, x: Scale, y: Scale): [number, number][] {
  return steps.flatMap((step, at): [number, number][] => {
    const value = values[at];
    return typeof value === 'number' ? [[x.at(step), y.at(value)]] : [];
  });
}

/** Broken where a value is null. */
function pathOf({ steps, values, stepped }: PlotSeries, x: Scale, y: Scale): string {
  let isOpen = false;
  return steps
    .map((step, at) => {
      const value = values[at];
      if (typeof value !== 'number') {
        isOpen = false;
        return '';
      }
      const to = `${x.at(step)} ${y.at(value)}`;
      const drawn = isOpen ? (stepped ? `H${x.at(step)}V${y.at(value)}` : `L${to}`) : `M${to}`;
      isOpen = true;
      return drawn;
    })
    .join('');
}

function round(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}
