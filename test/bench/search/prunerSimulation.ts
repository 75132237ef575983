/** Workers over known learning curves, under a pruner: what a search would have found, and what it would have cost. */
import type { RungReport } from '@adt/coordinator/search/history';
import type { PrunerSettings } from '@adt/coordinator/search/pruners/earlyTerminate';
import { judgeRung } from '@adt/coordinator/search/pruners/judge';
import { countsTrend, halfOf, standingOf } from '@adt/coordinator/search/pruners/trend';

export type Candidate = {
  /** The objective at every validation, by iteration, ascending; larger is better. */
  curve: readonly { step: number; value: number }[];
  /** Where it is judged: steps of its curve. */
  rungs: readonly number[];
  bracket: number;
};

export type Race = {
  /** Iterations of all workers together. */
  spent: number;
  /** Whenever a validation was the best so far: its value, and the iterations spent until it. */
  improvements: readonly { spent: number; value: number }[];
  /** By place in the order: why each was pruned; null for those that ran to the end. */
  pruned: readonly (string | null)[];
};

/** A trial as far as it is known while others run. */
export type Progress = {
  outcome: 'running' | 'done' | 'pruned';
  /** Best objective so far; -Infinity before the first validation. */
  best: number;
  /** Iterations so far. */
  step: number;
};

/** Whom a free worker takes next, by the progress of those before it in their order; null: nobody is left. */
export type Next = (before: readonly Progress[]) => Candidate | null;

type Trial = Progress & {
  candidate: Candidate;
  configuration: number;
  validation: number;
  time: number;
  reason: string | null;
};

/** A race of candidates in a given order, see simulateSearch. */
export function simulateRace(params: {
  settings: PrunerSettings;
  candidates: readonly Candidate[];
  workers: number;
}): Race {
  const { settings, candidates, workers } = params;
  return simulateSearch({ settings, workers, next: (before) => candidates[before.length] ?? null });
}

/**
 * Runs each candidate on the first worker that is free; an iteration takes every one of them the same time, and workers
 * that are due together act in their order. Deterministic.
 */
export function simulateSearch(params: {
  settings: PrunerSettings;
  next: Next;
  workers: number;
  /** Rungs see the best value that a training would ever have. */
  knowsEnds?: boolean;
}): Race {
  const { settings, next, workers, knowsEnds = false } = params;
  const log: RungReport[] = [];
  const improvements: { spent: number; value: number }[] = [];
  const trials: Trial[] = [];
  let [spent, best] = [0, Number.NEGATIVE_INFINITY];
  const start = (time: number): Trial[] => {
    const candidate = next(trials);
    if (candidate === null) return [];
    const fresh = { outcome: 'running', best: Number.NEGATIVE_INFINITY, step: 0, validation: 0 } as const;
    const trial: Trial = { ...fresh, candidate, configuration: trials.length, time, reason: null };
    trials.push(trial);
    return [trial];
  };
  let running = Array.from({ length: workers }, () => start(0)).flat();

  while (running.length > 0) {
    const trial = earliest(running);
    const { curve, rungs, bracket } = trial.candidate;
    const point = curve[trial.validation];
    if (point === undefined || trial.outcome !== 'running') {
      running = running.flatMap((other) => (other === trial ? start(trial.time) : [other]));
      continue;
    }
    const since = point.step - trial.step;
    trial.time += since;
    trial.step = point.step;
    trial.validation += 1;
    trial.best = Math.max(trial.best, point.value);
    if (trial.validation === curve.length) trial.outcome = 'done';
    spent += since;
    if (point.value > best) {
      best = point.value;
      improvements.push({ spent, value: best });
    }
    if (!rungs.includes(point.step)) continue;
    const seen = standingOf({
      sign: 1,
      value: knowsEnds ? bestUntil(curve, Number.POSITIVE_INFINITY) : trial.best,
      ...(countsTrend(settings) && { halfway: bestUntil(curve, halfOf(point.step)) }),
    });
    const report = { configuration: trial.configuration, seed: 1, bracket, step: point.step, ...seen };
    const verdict = judgeRung({ settings, report, peers: log });
    log.push(report);
    if (!verdict.prune) continue;
    trial.outcome = 'pruned';
    trial.reason = verdict.reason;
  }
  return { spent, improvements, pruned: trials.map(({ reason }) => reason) };
}

/** null: it was not validated by then. */
function bestUntil(curve: Candidate['curve'], until: number): number | null {
  const values = curve.filter(({ step }) => step <= until).map(({ value }) => value);
  return values.length === 0 ? null : Math.max(...values);
}

/** Whose next validation is due first; of several the one on the first worker. One that has ended is due at once. */
function earliest(running: readonly Trial[]): Trial {
  const due = ({ outcome, candidate, validation, step, time }: Trial) => {
    const point = outcome === 'running' ? candidate.curve[validation] : undefined;
    return point === undefined ? time : time + point.step - step;
  };
  return running.reduce((first, trial) => (due(trial) < due(first) ? trial : first));
}

/** Iterations until some validation was at least this good; null: none ever was. */
export function spentToReach({ improvements }: Race, value: number): number | null {
  return improvements.find((improvement) => improvement.value >= value)?.spent ?? null;
}
