/** The median rule: a trial that most others were ahead of, when they were as far, is stopped. */
import type { RungVerdict } from '../history.js';
import { placeOf, type Ranked, rankOf } from './standing.js';

/**
 * Pruned when more than half of the trials that reached the rung before had a better objective there. With equals on
 * neither side this is "below the median", and it depends on the order of the scores alone, where a mean of the two
 * middle ones would not.
 *
 * The rule is that of Golovin et al., "Google Vizier" (KDD 2017, section 3.2.2), with the best value until the rung
 * in place of the running average, because a trial is worth its best checkpoint.
 */
export function judgeByMedian(params: {
  startupTrials: number;
  report: Ranked;
  peers: readonly Ranked[];
}): RungVerdict {
  const { startupTrials, report, peers } = params;
  const rank = rankOf(report, peers);
  const of = peers.length + 1;
  const better = peers.filter(({ score }) => score > report.score).length;
  const before = peers.length.toLocaleString('en-US');
  if (peers.length < startupTrials) {
    const reason = `goes on at ${placeOf(report)}: ${before} reached this rung before, the median counts from ${startupTrials} on`;
    return { prune: false, reason, rank, of };
  }
  const prune = 2 * better > peers.length;
  const count = better.toLocaleString('en-US');
  const reason = `${prune ? 'pruned' : 'goes on'} at ${placeOf(report)}: ${count} of the ${before} that reached this rung before were better, half may be`;
  return { prune, reason, rank, of };
}
