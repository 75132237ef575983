/** Where a trial stands among those that reached its rung before it. */
import type { RungReport } from '../history.js';

export type Ranked = RungReport & { score: number };

/** An objective to rank by: an absent one, or one that is not a number, says nothing for or against a trial. */
export function isRanked(report: RungReport): report is Ranked {
  return report.score !== null && Number.isFinite(report.score);
}

/**
 * The reports of a stratum that a trial is measured against: same seed, bracket and iteration, another configuration.
 * What a trial reported in an earlier attempt is not its peer.
 */
export function peersOf(report: RungReport, reports: readonly RungReport[]): Ranked[] {
  return reports
    .filter(isRanked)
    .filter(
      (peer) =>
        peer.seed === report.seed &&
        peer.bracket === report.bracket &&
        peer.step === report.step &&
        peer.configuration !== report.configuration,
    );
}

/** From 1. Among equals the configuration that was suggested first is ahead. */
export function rankOf(report: Ranked, peers: readonly Ranked[]): number {
  const ahead = peers.filter(
    ({ score, configuration }) =>
      score > report.score || (score === report.score && configuration < report.configuration),
  );
  return ahead.length + 1;
}

/** 1st, 2nd, 3rd, 11th. */
export function ordinalOf(rank: number): string {
  const teens = Math.floor(rank / 10) % 10 === 1;
  const suffix = teens ? 'th' : (['th', 'st', 'nd', 'rd'][rank % 10] ?? 'th');
  return `${rank.toLocaleString('en-US')}${suffix}`;
}

/** The rung as a reason names it. */
export function placeOf({ step, bracket }: RungReport): string {
  return `iteration ${step.toLocaleString('en-US')}${bracket === 0 ? '' : ` of bracket ${bracket}`}`;
}
