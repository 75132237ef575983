/** Early stopping as the log has it: where a trial is judged next, and the verdict there. */
import { configOf } from '../configuration.js';
import { stratumOf } from '../plan.js';
import { judgeRung } from '../pruners/judge.js';
import { type Rungs, rungsOf } from '../pruners/rungs.js';
import { countsTrend, standingOf } from '../pruners/trend.js';
import { stepsPerEpoch, totalSteps } from '../warnings.js';
import type { Entry } from './entry.js';
import type { SearchState, TrialRecord } from './state.js';

/** Where a trial is judged. Nowhere when it confirms: what is measured is not stopped. */
export function rungsOfTrial(state: SearchState, trial: TrialRecord): Rungs {
  if (trial.phase === 'confirm') return { bracket: 0, steps: [], whyNone: 'confirmation runs to its end' };
  const stratum = stratumOf(state.plan, trial.stratum);
  const config = configOf(stratum, state.configuration(trial).assignment, trial.seed);
  return rungsOf({
    settings: state.plan.pruner,
    configuration: trial.configuration,
    seedIndex: state.plan.seeds.indexOf(trial.seed),
    totalSteps: totalSteps(config, stratum.dataset),
    stepsPerEpoch: stepsPerEpoch(config, stratum.dataset),
    evalEvery: config.evalEvery,
    loss: stratum.loss,
    epsN: config.epsN ?? null,
  });
}

/** The rung that comes next for a trial, in iterations; null when there is none, or the trial has ended. */
export function nextRung(state: SearchState, trial: TrialRecord): number | null {
  if (trial.outcome !== null || state.plan.pruner.type === 'none') return null;
  return rungsOfTrial(state, trial).steps.find((step) => step > trial.judgedAt) ?? null;
}

/**
 * The verdict on a trial at a rung.
 * @param at value: its best objective until then, halfway: until `halfOf` the iteration, both in the sweep's direction;
 * the latter counts for nothing, and is not logged, where the pruner looks at no trend
 */
export function judge(
  state: SearchState,
  trial: TrialRecord,
  at: { step: number; value: number | null; halfway?: number | null },
): Extract<Entry, { kind: 'judged' }> {
  const { step, value } = at;
  const { pruner } = state.plan;
  const { reports, sign } = state.stratum(trial.stratum);
  const { configuration, seed } = trial;
  const { bracket } = rungsOfTrial(state, trial);
  const seen = { value, ...(countsTrend(pruner) && { halfway: at.halfway ?? null }) };
  const report = { configuration, seed, bracket, step, ...standingOf({ sign, ...seen }) };
  const { prune, reason } = judgeRung({ settings: pruner, report, peers: reports });
  return { kind: 'judged', trial: trial.number, step, bracket, ...seen, prune, reason };
}
