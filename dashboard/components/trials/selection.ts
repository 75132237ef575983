/** Which trials a row stands for, and where they are compared. Pure. */
import type { TrialRow } from './rows';

/** More would neither be told apart nor fit an address. */
export const MOST_COMPARED = 64;

/** A group stands for all its seeds. */
export function trialsOf(row: TrialRow): readonly number[] {
  return row.group?.trialIds ?? [row.id];
}

export function compareAddress(sweepId: number, chosen: ReadonlySet<number>): string {
  const ids = [...chosen].sort((a, b) => a - b).slice(0, MOST_COMPARED);
  return `/sweeps/${sweepId}/compare?trials=${ids.join(',')}`;
}
