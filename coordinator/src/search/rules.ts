/**
 * Versions of what a sweep file leaves open. A default that decides trials is part of a sweep: who changes one adds a
 * version, and a sweep that was submitted under an older one is gone on with, and replayed, as it began.
 */

/**
 * 1: every first rung is at one epoch.
 * 2: ASHA's is at a fifth of the training, at one epoch at least (`test/README.md`, table `grace`).
 * 3: ASHA's rungs count what a trial still gains (`pruners/trend.ts`). No sweep is submitted under these: they are on
 * trial, and the table `field` spoke against them (`test/README.md`).
 */
export const RULES = [1, 2, 3] as const;
export type Rules = (typeof RULES)[number];

/** What sweeps are submitted under. */
export const NEWEST_RULES: Rules = 2;

/** @throws Error when a newer version of this software has stored the sweep */
export function rulesOf(stored: number): Rules {
  const known = RULES.find((rules) => rules === stored);
  if (known === undefined)
    throw new Error(`the sweep was submitted under rules ${stored}, this version knows ${RULES.join(', ')}`);
  return known;
}
