/** For tests: workers of random speed that carry a search from its first trial to its last, without any server. */

import type { SearchPlan } from '../plan.js';
import { halfOf } from '../pruners/trend.js';
import { nextDecision } from './decide.js';
import { chainHash, type Entry, type LoggedEntry } from './entry.js';
import { judge, nextRung, rungsOfTrial } from './judge.js';
import { SearchState, type TrialRecord } from './state.js';

export type Simulation = {
  plan: SearchPlan;
  root: string;
  slots: number;
  /** In [0, 1): which running trial moves next. */
  random(): number;
  /** Objective of a trial at an iteration. */
  objective(state: SearchState, trial: TrialRecord, step: number): number;
  /** Whether a trial fails instead of ending. */
  fails?(trial: TrialRecord): boolean;
};

const LAST_STEP = 1_000_000;

/** Runs until nothing is left to do. @returns the log and the state it leaves */
export function simulate(params: Simulation): { log: LoggedEntry[]; state: SearchState } {
  const { plan, slots, random, objective, fails } = params;
  const state = new SearchState(plan);
  const log: LoggedEntry[] = [];
  let hash = params.root;
  const add = (entry: Entry) => {
    state.apply(entry);
    hash = chainHash(hash, entry);
    log.push({ number: log.length + 1, entry, hash });
  };
  const decide = () => {
    for (let next = nextDecision(state, slots); next !== null; next = nextDecision(state, slots)) add(next);
  };
  decide();
  while (state.over === null) {
    const running = state.trials.filter(({ outcome }) => outcome === null).slice(0, slots);
    const trial = running[Math.floor(random() * running.length)];
    if (trial === undefined) throw new Error('the search waits for nothing');
    const step = nextRung(state, trial);
    if (step !== null && random() < 0.7) {
      const halfway = objective(state, trial, halfOf(step));
      const best = Math.max(
        halfway,
        ...rungsOfTrial(state, trial)
          .steps.filter((at) => at <= step)
          .map((at) => objective(state, trial, at)),
      );
      const verdict = judge(state, trial, { step, value: best, halfway });
      add(verdict);
      if (!verdict.prune) continue;
      add({ kind: 'told', trial: trial.number, outcome: 'pruned', value: best, step });
    } else if (fails?.(trial)) {
      add({ kind: 'told', trial: trial.number, outcome: 'failed', value: null, step: null });
    } else {
      const value = objective(state, trial, LAST_STEP);
      add({ kind: 'told', trial: trial.number, outcome: 'done', value, step: null });
    }
    decide();
  }
  return { log, state };
}
