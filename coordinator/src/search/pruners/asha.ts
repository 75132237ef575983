/** Asynchronous successive halving in its stopping form: the best of each rung go on. */
import type { RungVerdict } from '../history.js';
import { ordinalOf, placeOf, type Ranked, rankOf } from './standing.js';

export type ShareParams = {
  eta: number;
  report: Ranked;
  peers: readonly Ranked[];
  /** What the scores are, as the reason says it where it is not the best objective alone. */
  by?: string;
  /** Whether it goes on wherever it stands: no best objective is better than its. */
  spared?: boolean;
};

/**
 * A trial goes on if it is among the best ⌈n/η⌉ of the n that reached the rung, itself included.
 *
 * ASHA is of Li et al., "A System for Massively Parallel Hyperparameter Tuning" (MLSys 2020), which pauses trials at a
 * rung and promotes the best as others arrive. This form decides at once and for good, as Ray Tune's
 * AsyncHyperBandScheduler and Syne Tune's `hyperband_stopping` do: no checkpoint waits for a promotion that mostly
 * never comes. ⌈n/η⌉ by rank is Syne Tune's rule, numpy's interpolated (1 − 1/η) quantile with the trial included:
 * the quantile falls between two trials, so only their order counts.
 */
export function judgeByShare(params: ShareParams): RungVerdict {
  const { eta, report, peers, by = '', spared = false } = params;
  const rank = rankOf(report, peers);
  const of = peers.length + 1;
  const kept = Math.ceil(of / eta);
  const behind = rank > kept;
  const prune = behind && !spared;
  const top = kept === 1 ? 'the best goes on' : `the top ${kept.toLocaleString('en-US')} go on`;
  const bar = behind && spared ? `${top}, but none was better so far` : top;
  const standing = of === 1 ? 'the first' : `${ordinalOf(rank)} of ${of.toLocaleString('en-US')}`;
  const reason = `${prune ? 'pruned' : 'goes on'} at ${placeOf(report)}: ${standing} at this rung${by}, ${bar}`;
  return { prune, reason, rank, of };
}
