/** A chart as an SVG document of its own: title, unit and legend around what was drawn. Pure. */

/** The colour of a CSS custom property, theme applied. */
export type ColourOf = (variable: string) => string;

/** `svg`: any SVG elements, in a box of this many pixels. */
export type ChartDrawing = { width: number; height: number; svg: string };

export type DrawnLegend = { label: string; colour: string; dash?: readonly number[] };

type DocumentParams = {
  title: string;
  unit: string;
  legend: readonly DrawnLegend[];
  drawing: ChartDrawing;
  colourOf: ColourOf;
};

const MARGIN = 16;
const LINE = 18;
/** Of a glyph at 12 px, a little more than the mean: nothing is measured outside a browser. */
const GLYPH = 7;
const FONT = 'font-family="system-ui, Liberation Sans, sans-serif"';

export function svgDocument({ title, unit, legend, drawing, colourOf }: DocumentParams): ChartDrawing {
  const [fg, muted, surface] = ['--fg', '--muted', '--surface'].map(colourOf);
  const rows = legendRows(legend, drawing.width);
  const top = MARGIN + 2 * LINE + rows.length * LINE + 8;
  const width = drawing.width + 2 * MARGIN;
  const height = top + drawing.height + MARGIN;
  const keys = rows.flatMap((row, at) =>
    row.map((key) => legendKey(key, MARGIN + 2 * LINE + at * LINE + 6, colourOf)),
  );
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="100%" height="100%" fill="${surface}"/>`,
    `<text x="${MARGIN}" y="${MARGIN + 12}" ${FONT} font-size="15" font-weight="600" fill="${fg}">${escapeXml(title)}</text>`,
    `<text x="${MARGIN}" y="${MARGIN + 12 + LINE}" ${FONT} font-size="12" fill="${muted}">${escapeXml(unit)}</text>`,
    ...keys,
    `<g transform="translate(${MARGIN} ${top})">${drawing.svg}</g>`,
    '</svg>',
  ].join('');
  return { width, height, svg };
}

type Placed = DrawnLegend & { x: number };

/** Entries in lines that are no wider than the chart. */
function legendRows(legend: readonly DrawnLegend[], width: number): Placed[][] {
  const rows: Placed[][] = [];
  let x = Number.POSITIVE_INFINITY;
  for (const entry of legend) {
    const wide = 30 + entry.label.length * GLYPH + 12;
    if (x + wide > width) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1)?.push({ ...entry, x });
    x += wide;
  }
  return rows;
}

function legendKey({ label, colour, dash, x }: Placed, y: number, colourOf: ColourOf): string {
  const dashes = dash && dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : '';
  const left = MARGIN + x;
  return (
    `<line x1="${left}" x2="${left + 22}" y1="${y}" y2="${y}" stroke="${colourOf(colour)}" stroke-width="2.4"${dashes}/>` +
    `<text x="${left + 28}" y="${y + 4}" ${FONT} font-size="12" fill="${colourOf('--fg')}">${escapeXml(label)}</text>`
  );
}

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
