/** Horizontal bars as SVG, for export. Pure. */
import { type ChartDrawing, type ColourOf, escapeXml } from './drawing';

export type Bar = {
  label: string /** Share of the width, 0 to 1. */;
  share: number;
  text: string;
  colour: string;
};

const ROW = 26;
const LABEL = 150;
const VALUE = 110;
const TEXT = 'font-family="system-ui, Liberation Sans, sans-serif" font-size="12"';

/** Null without a bar. */
export function barsDrawing(bars: readonly Bar[], colourOf: ColourOf, width = 640): ChartDrawing | null {
  if (bars.length === 0) return null;
  const room = width - LABEL - VALUE;
  const svg = bars
    .map(({ label, share, text, colour }, at) => {
      const y = at * ROW;
      const long = Math.round(Math.max(0, Math.min(1, share)) * room * 100) / 100;
      return (
        `<text x="0" y="${y + 17}" ${TEXT} fill="${colourOf('--fg')}">${escapeXml(label)}</text>` +
        `<rect x="${LABEL}" y="${y + 5}" width="${long}" height="16" rx="2" fill="${colourOf(colour)}"/>` +
        `<text x="${LABEL + long + 8}" y="${y + 17}" ${TEXT} fill="${colourOf('--muted')}">${escapeXml(text)}</text>`
      );
    })
    .join('');
  return { width, height: bars.length * ROW, svg };
}
