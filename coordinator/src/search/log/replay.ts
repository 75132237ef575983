/** Recomputes a search from its log: every decision from what came before it, compared to the byte. */
import { canonicalJson } from '../canonical.js';
import type { SearchPlan } from '../plan.js';
import { nextDecision } from './decide.js';
import { chainHash, type Entry, isInput, type LoggedEntry } from './entry.js';
import { judge } from './judge.js';
import { SearchState } from './state.js';

export type Divergence = {
  /** The entry's number. */
  number: number;
  what: 'hash' | 'decision' | 'order';
  logged: string;
  recomputed: string;
};

export type Replay = {
  entries: number;
  decisions: number;
  /** Chained over the whole log. */
  hash: string;
  /** The first difference; null: the log is what the search would do again. */
  divergence: Divergence | null;
};

/**
 * Plays a log from its root. What was told is taken as it stands; how much ran at once is not part of the log, so a
 * suggestion is asked for wherever the log has one.
 */
export function replay(plan: SearchPlan, root: string, log: readonly LoggedEntry[]): Replay {
  const state = new SearchState(plan);
  let hash = root;
  let decisions = 0;
  for (const [index, { number, entry, hash: logged }] of log.entries()) {
    const found = (what: Divergence['what'], was: string, is: string): Replay => ({
      entries: log.length,
      decisions,
      hash,
      divergence: { number, what, logged: was, recomputed: is },
    });
    if (number !== index + 1) return found('order', String(number), String(index + 1));
    hash = chainHash(hash, entry);
    if (hash !== logged) return found('hash', logged, hash);
    if (!isInput(entry)) {
      decisions++;
      const [was, is] = [canonicalJson(entry), canonicalJson(recompute(state, entry))];
      if (was !== is) return found('decision', was, is);
    }
    state.apply(entry);
  }
  return { entries: log.length, decisions, hash, divergence: null };
}

/** What the search would have logged here. */
function recompute(state: SearchState, entry: Entry): Entry | { kind: 'nothing' } {
  if (entry.kind === 'judged') return judge(state, state.trial(entry.trial), entry);
  return nextDecision(state, Number.POSITIVE_INFINITY) ?? { kind: 'nothing' };
}
