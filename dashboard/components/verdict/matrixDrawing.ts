/** The matrix as an SVG document of its own, for papers and slides: what the screen shows, nothing more. Pure. */
import { measureTitle } from '../../format/metric';
import { formatMetric } from '../../format/number';
import { type ChartDrawing, type ColourOf, escapeXml } from '../plots/drawing';
import { formatP, reachOf, signedPercent } from './numbers';
import { bestLosses, findPair, type LossPair, pairName, spreadOf, type VerdictCell } from './snapshot';

const MARGIN = 16;
const HEAD = 64;
const ROW_HEAD = 110;
const CELL = 236;
const LINE = 18;
const FONT = 'font-family="system-ui, Liberation Sans, sans-serif"';
const COLOURS: Record<string, string> = { CE: '--loss-ce', 'T-CE': '--loss-tce', 'R-CE': '--loss-rce' };

type Params = {
  title: string;
  cells: readonly VerdictCell[];
  pair: LossPair | null;
  colourOf: ColourOf;
  /** The verdict's word. */
  wordOf: (verdict: VerdictCell['pairs'][number]['verdict']) => string;
};

export function matrixDrawing(params: Params): ChartDrawing {
  const { title, cells, pair, colourOf } = params;
  const datasets = [...new Set(cells.map(({ dataset }) => dataset))];
  const models = [...new Set(cells.map(({ model }) => model))];
  const most = Math.max(0, ...cells.map(({ arms }) => arms.length));
  const cellHeight = 92 + most * LINE;
  const width = 2 * MARGIN + ROW_HEAD + models.length * CELL;
  const height = HEAD + datasets.length * cellHeight + MARGIN + 8;
  const reach = Math.max(
    0.001,
    ...cells.flatMap((cell) => (pair && findPair(cell, pair)) ?? []).map(reachOf),
  );
  const text = textWith(colourOf);
  const body = cells.map((cell) => {
    const x = MARGIN + ROW_HEAD + models.indexOf(cell.model) * CELL;
    const y = HEAD + datasets.indexOf(cell.dataset) * cellHeight;
    return `<g transform="translate(${x} ${y})">${cellOf(cell, { ...params, reach, height: cellHeight - 10, text })}</g>`;
  });
  const heads = models.map((model, at) =>
    text(MARGIN + ROW_HEAD + at * CELL + 4, HEAD - 8, model, { bold: true }),
  );
  const rows = datasets.map((dataset, at) =>
    text(MARGIN, HEAD + at * cellHeight + 22, dataset, { bold: true }),
  );
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="100%" height="100%" fill="${colourOf('--surface')}"/>`,
    text(MARGIN, 26, pair === null ? title : `${title}: ${pairName(pair)}`, { bold: true, size: 15 }),
    ...heads,
    ...rows,
    ...body,
    '</svg>',
  ].join('');
  return { width, height, svg };
}

type Style = { bold?: boolean; size?: number; colour?: string; anchor?: 'end' };
type Text = (x: number, y: number, content: string, style?: Style) => string;

function textWith(colourOf: ColourOf): Text {
  return (x, y, content, { bold = false, size = 12, colour = '--fg', anchor } = {}) =>
    `<text x="${x}" y="${y}" ${FONT} font-size="${size}"${bold ? ' font-weight="600"' : ''}${anchor ? ` text-anchor="${anchor}"` : ''} fill="${colourOf(colour)}">${escapeXml(content)}</text>`;
}

type CellParams = Params & { reach: number; height: number; text: Text };

function cellOf(cell: VerdictCell, { pair, colourOf, wordOf, reach, height, text }: CellParams): string {
  const right = CELL - 24;
  const best = bestLosses(cell);
  const found = pair === null ? undefined : findPair(cell, pair);
  const arms = cell.arms.flatMap((arm, at) => {
    const spread = spreadOf(arm, cell.metric);
    const y = 42 + at * LINE;
    const isBest = best.includes(arm.loss);
    const score = `${formatMetric(spread?.mean)}${spread?.sd === undefined ? '' : ` ± ${formatMetric(spread.sd)}`}`;
    return [
      `<circle cx="14" cy="${y - 4}" r="4" fill="${colourOf(COLOURS[arm.loss] ?? '--muted')}"/>`,
      text(24, y, arm.loss),
      text(right, y, score, { bold: isBest, anchor: 'end' }),
    ];
  });
  const y = 42 + cell.arms.length * LINE + 6;
  const verdict = found ? pairLines(found, { y, right, reach, colourOf, text }) : [];
  return [
    `<rect width="${CELL - 12}" height="${height}" rx="8" fill="none" stroke="${colourOf('--line')}"/>`,
    text(10, 20, measureTitle(cell.metric.replace(/^test\//, '')), { colour: '--muted', size: 11 }),
    ...(found ? [text(right, 20, wordOf(found.verdict), { bold: true, anchor: 'end', size: 11 })] : []),
    ...arms,
    ...verdict,
  ].join('');
}

type BarParams = { y: number; right: number; reach: number; colourOf: ColourOf; text: Text };

function pairLines(
  found: VerdictCell['pairs'][number],
  { y, right, reach, colourOf, text }: BarParams,
): string[] {
  const { difference, adjustedP, tuning, referenceTuning, tunedUnevenly } = found;
  const { relative, relativeInterval } = difference ?? {};
  const note = `p ${formatP(adjustedP)} Holm · ${tuning?.trials ?? 0} : ${referenceTuning?.trials ?? 0} trials${tunedUnevenly ? ', uneven' : ''}`;
  const lines = [text(10, y + 30, note, { colour: '--muted', size: 11 })];
  if (relative === undefined) return lines;
  const middle = 82;
  const x = (share: number) => Math.round((middle + (share / reach) * (middle - 14)) * 10) / 10;
  const { low = relative, high = relative } = relativeInterval ?? {};
  return [
    `<line x1="10" x2="${2 * middle - 10}" y1="${y + 6}" y2="${y + 6}" stroke="${colourOf('--line')}"/>`,
    `<line x1="${middle}" x2="${middle}" y1="${y - 3}" y2="${y + 15}" stroke="${colourOf('--line-strong')}"/>`,
    `<rect x="${x(low)}" y="${y + 2}" width="${Math.max(1, x(high) - x(low))}" height="8" rx="2" fill="${colourOf('--muted')}" opacity="0.4"/>`,
    `<rect x="${x(relative) - 1}" y="${y - 1}" width="2.5" height="14" fill="${colourOf('--fg')}"/>`,
    text(right, y + 11, signedPercent(relative), { bold: true, anchor: 'end' }),
    ...lines,
  ];
}
