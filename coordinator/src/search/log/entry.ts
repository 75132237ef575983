/** The search log: everything a search was told and everything it decided, in one order, each entry chained to the last. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical.js';
import type { Assignment } from '../grid.js';

/** How a trial ended, as the search sees it. */
export type TrialOutcome = 'done' | 'pruned' | 'failed' | 'cancelled';

/**
 * `told` and `stopped` are what happened; all others are decisions, each a function of the plan and the entries before.
 * Strata and configurations are ordinals from 0; trials are numbers in the sweep, from 1. Values are in the sweep's
 * own direction.
 */
export type Entry =
  /** A trial has ended. value: its objective; step: the iteration of a pruned one. */
  | { kind: 'told'; trial: number; outcome: TrialOutcome; value: number | null; step: number | null }
  /** The stratum's next configuration; it is trained with the first seeds. */
  | { kind: 'suggested'; stratum: number; assignment: Assignment; reason: string }
  /** The space holds nothing new. */
  | { kind: 'exhausted'; stratum: number; reason: string }
  /** A configuration is trained with one more search seed. */
  | { kind: 'continued'; stratum: number; configuration: number; seed: number; reason: string }
  /**
   * A trial at a rung, named by its iteration. value: its best objective until then; halfway: until half of that
   * iteration, absent where the pruner does not count it; bracket: of Hyperband.
   */
  | {
      kind: 'judged';
      trial: number;
      step: number;
      bracket: number;
      value: number | null;
      halfway?: number | null;
      prune: boolean;
      reason: string;
    }
  /** The stratum's rank-th best configuration is trained with the confirmation seeds. */
  | { kind: 'confirmed'; stratum: number; configuration: number; rank: number; value: number; reason: string }
  /** The stratum has nothing (more) to confirm. */
  | { kind: 'unconfirmed'; stratum: number; reason: string }
  /** The search is over; `gaveUp` cancels what is still open. */
  | { kind: 'ended'; gaveUp: boolean; reason: string }
  /** The search was ended from outside, by its limit of time. A cancelled sweep's log just stops. */
  | { kind: 'stopped'; reason: string };

/** What happened to the search rather than what it decided. */
export function isInput(entry: Entry): boolean {
  return entry.kind === 'told' || entry.kind === 'stopped';
}

/** An entry in its place: `number` from 1, gapless. */
export type LoggedEntry = { number: number; entry: Entry; hash: string };

/**
 * What the first entry's hash is chained to: the sweep file and what it was compiled with. The first rules are not
 * spelt out, because logs are older than rules.
 */
export function rootHash(
  specSha256: string,
  { rules, ...known }: { facts: unknown; prior: unknown; rules: number },
): string {
  return sha256(`${specSha256}\n${canonicalJson(rules === 1 ? known : { ...known, rules })}`);
}

/** Covers the entry and, through `before`, all that came earlier: two logs with one hash are the same. */
export function chainHash(before: string, entry: Entry): string {
  return sha256(`${before}\n${canonicalJson(entry)}`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
