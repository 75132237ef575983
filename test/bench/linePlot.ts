/** Lines over iterations as a hand-written SVG: small, readable on light and dark pages, without any library. */

export type Line = {
  label: string;
  /** Okabe and Ito's colours are told apart by nearly everyone; the dash tells the rest. */
  colour: string;
  dash?: string;
  points: readonly { x: number; y: number }[];
};
export type Panel = { title: string; lines: readonly Line[] };

const PANEL = { width: 400, height: 250 };
const MARGIN = { top: 34, right: 14, bottom: 38, left: 46 };
const LEGEND_ROW = 17;

/** @param caption what a reader who can't see the picture is told */
export function linePlot({ panels, caption }: { panels: readonly Panel[]; caption: string }): string {
  const rows = Math.max(...panels.map(({ lines }) => lines.length));
  const height = PANEL.height + rows * LEGEND_ROW + 6;
  const width = PANEL.width * panels.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeText(caption)}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" rx="6" fill="#fff"/>`,
    ...panels.map((panel, at) => `<g transform="translate(${at * PANEL.width} 0)">${drawPanel(panel)}</g>`),
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel({ title, lines }: Panel): string {
  const points = lines.flatMap((line) => line.points);
  const right = Math.max(...points.map(({ x }) => x));
  const top = niceCeiling(Math.max(...points.map(({ y }) => y)));
  const x = (value: number) => MARGIN.left + (value / right) * (PANEL.width - MARGIN.left - MARGIN.right);
  const y = (value: number) =>
    PANEL.height - MARGIN.bottom - (value / top) * (PANEL.height - MARGIN.top - MARGIN.bottom);
  return [
    `<text x="${MARGIN.left}" y="20" font-weight="600" fill="#1c1f24">${escapeText(title)}</text>`,
    ...[0, 0.25, 0.5, 0.75, 1].map((share) => gridLine(y(share * top), share * top)),
    ...(['start', 'middle', 'end'] as const).map((anchor, at) =>
      tick(x((at / 2) * right), (at / 2) * right, anchor),
    ),
    ...lines.map(
      (line) =>
        `<polyline fill="none" stroke="${line.colour}" stroke-width="1.8" stroke-linejoin="round"${dashOf(line)} points="${line.points.map((point) => `${round(x(point.x))},${round(y(point.y))}`).join(' ')}"/>`,
    ),
    ...lines.map(legendRow),
  ].join('\n');
}

function gridLine(y: number, value: number): string {
  return (
    `<line x1="${MARGIN.left}" x2="${PANEL.width - MARGIN.right}" y1="${round(y)}" y2="${round(y)}" stroke="#e3e6ea"/>` +
    `<text x="${MARGIN.left - 6}" y="${round(y + 4)}" text-anchor="end" fill="#5b6470">${Number(value.toPrecision(3))}</text>`
  );
}

function tick(x: number, value: number, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${round(x)}" y="${PANEL.height - MARGIN.bottom + 17}" text-anchor="${anchor}" fill="#5b6470">${Math.round(value).toLocaleString('en-US')}${value === 0 ? ' iterations' : ''}</text>`;
}

function legendRow(line: Line, row: number): string {
  const y = PANEL.height - 2 + row * LEGEND_ROW;
  return (
    `<line x1="${MARGIN.left}" x2="${MARGIN.left + 26}" y1="${y}" y2="${y}" stroke="${line.colour}" stroke-width="1.8"${dashOf(line)}/>` +
    `<text x="${MARGIN.left + 34}" y="${y + 4}" fill="#1c1f24">${escapeText(line.label)}</text>`
  );
}

function dashOf({ dash }: Line): string {
  return dash === undefined ? '' : ` stroke-dasharray="${dash}"`;
}

/** The next of 1, 2, 4, 6, 8, 10 times a power of ten: quarters of it are short numbers. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
