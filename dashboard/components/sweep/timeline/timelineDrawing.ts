/** The timeline as SVG, on screen and for export. Pure. */
import { type ChartDrawing, type ColourOf, escapeXml } from '../../plots/drawing';
import { ticksOf } from '../../plots/ticks';
import { lossColourVariable } from '../../ui/lossMark';
import type { PlacedAttempt, Timeline } from './lanes';

export const LANE = 14;
export const ROW_GAP = 8;

/** Outcomes that gave no result are drawn hollow. */
export function gaveResult({ outcome }: Pick<PlacedAttempt, 'outcome'>): boolean {
  return outcome === 'SUCCEEDED' || outcome === '';
}

/** Ticks in ms since the beginning, on round seconds, minutes or hours. */
export function timeTicks({ fromMs, toMs }: Timeline, count: number): number[] {
  const seconds = (toMs - fromMs) / 1000;
  const unit = seconds > 7_200 ? 3_600 : seconds > 120 ? 60 : 1;
  return ticksOf(0, seconds / unit, count).map((tick) => tick * unit * 1000);
}

const LABEL = 160;
const TEXT = 'font-family="system-ui, Liberation Sans, sans-serif" font-size="11"';

export function timelineDrawing(
  timeline: Timeline,
  colourOf: ColourOf,
  sayTime: (ms: number) => string,
): ChartDrawing {
  const width = 900;
  const x = (ms: number) =>
    round(LABEL + ((ms - timeline.fromMs) / (timeline.toMs - timeline.fromMs)) * (width - LABEL - 10));
  let top = 0;
  const rows = timeline.rows.map(({ workerId, lanes, attempts }) => {
    const label = `<text x="0" y="${top + 11}" ${TEXT} fill="${colourOf('--fg')}">${escapeXml(workerId)}</text>`;
    const bars = attempts.map((attempt) => {
      const colour = colourOf(lossColourVariable(attempt.loss));
      const y = top + attempt.lane * LANE;
      const wide = Math.max(1, round(x(attempt.untilMs) - x(attempt.startedMs)));
      const fill = gaveResult(attempt) ? colour : 'none';
      return `<rect x="${x(attempt.startedMs)}" y="${y + 1}" width="${wide}" height="${LANE - 3}" rx="2" fill="${fill}" stroke="${colour}"/>`;
    });
    top += lanes * LANE + ROW_GAP;
    return label + bars.join('');
  });
  const ticks = timeTicks(timeline, 8).map((ms) => {
    const at = x(timeline.fromMs + ms);
    return (
      `<line x1="${at}" x2="${at}" y1="0" y2="${top}" stroke="${colourOf('--line')}"/>` +
      `<text x="${at}" y="${top + 14}" text-anchor="middle" ${TEXT} fill="${colourOf('--muted')}">${escapeXml(sayTime(ms))}</text>`
    );
  });
  return { width, height: top + 20, svg: [...ticks, ...rows].join('') };
}

function round(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}
