/** Rungs that look ahead: a trial counts for its best value and for what it still gains. */
import type { RungReport, RungVerdict } from '../history.js';
import { judgeByShare, type ShareParams } from './asha.js';
import type { PrunerSettings } from './earlyTerminate.js';
import { type Ranked, rankOf } from './standing.js';

/** Whether a rung asks for the best objective until `halfOf` its iteration. */
export function countsTrend(settings: PrunerSettings): boolean {
  return settings.type === 'asha' && settings.trend;
}

/** The iteration since which a gain counts at a rung. */
export function halfOf(step: number): number {
  return Math.floor(step / 2);
}

/**
 * A trial's score and gain at a rung, larger is better, of its best values in the sweep's direction.
 * @param params.halfway best until `halfOf` the rung; null: it had none by then, and no gain can be told
 */
export function standingOf(params: {
  sign: 1 | -1;
  value: number | null;
  halfway?: number | null | undefined;
}): Pick<RungReport, 'score' | 'gain'> {
  const { sign, value, halfway } = params;
  const score = value === null ? null : sign * value;
  if (halfway === undefined) return { score };
  const gain = value === null || halfway === null ? 0 : sign * (value - halfway);
  return { score, gain: Number.isFinite(gain) ? Math.max(0, gain) : 0 };
}

/**
 * ASHA's rule (`asha.ts`) by score + gain: what a trial would have after twice the iterations if it went on as since
 * half of them on a logarithmic axis. Curves of trainings cross, and what is behind but rises ends ahead of what is
 * ahead but flat; figures in the README. The trial whose best value is the best at the rung goes on in any case: it is
 * what the search would choose. Equals in that are ordered as everywhere, by configuration.
 */
export function judgeByTrend({ eta, report, peers }: ShareParams): RungVerdict {
  const half = halfOf(report.step).toLocaleString('en-US');
  const { gain = 0 } = report;
  const risen = gain === 0 ? 'no gain' : `a gain of ${rounded(gain)}`;
  const by = peers.length === 0 ? '' : ` by ${rounded(report.score)} with ${risen} since iteration ${half}`;
  const spared = rankOf(report, peers) === 1;
  return judgeByShare({ eta, report: ahead(report), peers: peers.map(ahead), by, spared });
}

function ahead(report: Ranked): Ranked {
  return { ...report, score: report.score + (report.gain ?? 0) };
}

/** As a person reads it, whatever the sweep's direction: no metric is below zero. */
function rounded(score: number): string {
  return String(Number(Math.abs(score).toPrecision(3)));
}
