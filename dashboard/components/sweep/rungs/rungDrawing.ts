/** The rung ladder as SVG, for export. Pure. */
import { formatMetric } from '../../../format/number';
import { type ChartDrawing, type ColourOf, escapeXml } from '../../plots/drawing';
import { lossColourVariable } from '../../ui/lossMark';
import type { Rung } from './judged';

const ROW = 28;
const LABEL = 230;
const TEXT = 'font-family="system-ui, Liberation Sans, sans-serif" font-size="11"';

export type ValueRange = { low: number; high: number };

/** Of all values on the ladder; null where there is none. */
export function valuesOf(rungs: readonly Rung[]): ValueRange | null {
  const values = rungs.flatMap(({ judged }) => judged.flatMap(({ value }) => value ?? []));
  if (values.length === 0) return null;
  const [low, high] = values.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  return { low, high };
}

/** Place of a value along the row, 0 to 1. */
export function placeOf(value: number, { low, high }: ValueRange): number {
  return high > low ? (value - low) / (high - low) : 0.5;
}

export function rungWords({ loss, bracket, step, judged, kept }: Rung): string {
  const of = bracket === 0 ? '' : `, bracket ${bracket}`;
  return `${loss}${of} at ${step.toLocaleString('en-US')}: ${kept} of ${judged.length} go on`;
}

export function rungDrawing(rungs: readonly Rung[], colourOf: ColourOf): ChartDrawing | null {
  const range = valuesOf(rungs);
  if (range === null) return null;
  const width = 820;
  const x = (value: number) => Math.round(LABEL + 8 + placeOf(value, range) * (width - LABEL - 20));
  const svg = rungs.map((rung, at) => {
    const y = at * ROW + ROW / 2;
    const colour = colourOf(lossColourVariable(rung.loss));
    const dots = rung.judged.flatMap(({ value, prune }) =>
      value === null
        ? []
        : [
            `<circle cx="${x(value)}" cy="${y}" r="4" fill="${prune ? colourOf('--surface') : colour}" stroke="${colour}" stroke-width="1.6"/>`,
          ],
    );
    return (
      `<text x="0" y="${y + 4}" ${TEXT} fill="${colourOf('--fg')}">${escapeXml(rungWords(rung))}</text>` +
      `<line x1="${LABEL}" x2="${width}" y1="${y}" y2="${y}" stroke="${colourOf('--line')}"/>${dots.join('')}`
    );
  });
  const bottom = rungs.length * ROW + 12;
  const end = (at: number, value: number, anchor: string) =>
    `<text x="${at}" y="${bottom}" text-anchor="${anchor}" ${TEXT} fill="${colourOf('--muted')}">${formatMetric(value)}</text>`;
  const ends = [end(LABEL, range.low, 'start'), end(width, range.high, 'end')];
  return { width, height: bottom + 6, svg: [...svg, ...ends].join('') };
}
