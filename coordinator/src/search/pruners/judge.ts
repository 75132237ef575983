/** The one entry of early stopping: a trial at a rung, and what was reported before it, to a verdict. */
import type { RungReport, RungVerdict } from '../history.js';
import { judgeByShare } from './asha.js';
import type { PrunerSettings } from './earlyTerminate.js';
import { judgeByMedian } from './median.js';
import { isRanked, peersOf, placeOf } from './standing.js';
import { judgeByTrend } from './trend.js';

export type JudgeParams = {
  settings: PrunerSettings;
  report: RungReport;
  /** All that the stratum reported before, at whatever rung, by whatever seed; this trial's own reports do no harm. */
  peers: readonly RungReport[];
};

/**
 * Whether a trial goes on. A function of the reports before it, not of their order, the time, or what became of the
 * trials since: the log replays to the same verdicts. Nothing is pruned for want of an objective.
 */
export function judgeRung({ settings, report, peers }: JudgeParams): RungVerdict {
  const rivals = peersOf(report, peers);
  const of = rivals.length + 1;
  if (!isRanked(report))
    return { prune: false, rank: null, of, reason: `goes on at ${placeOf(report)}: it has no objective yet` };
  switch (settings.type) {
    case 'none':
      return { prune: false, rank: null, of, reason: `goes on at ${placeOf(report)}: early stopping is off` };
    case 'median':
      return judgeByMedian({ startupTrials: settings.startupTrials, report, peers: rivals });
    case 'asha':
      if (settings.trend) return judgeByTrend({ eta: settings.eta, report, peers: rivals });
      return judgeByShare({ eta: settings.eta, report, peers: rivals });
    case 'hyperband':
      return judgeByShare({ eta: settings.eta, report, peers: rivals });
    default:
      return settings satisfies never;
  }
}
