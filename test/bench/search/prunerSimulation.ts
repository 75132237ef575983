/** Workers over known learning curves, under a pruner: what a search would have found, and what it would have cost. */
import type { RungReport } from '@adt/coordinator/search/history';
import type { PrunerSettings } from '@adt/coordinator/search/pruners/earlyTerminate';
import { judgeRung } from '@adt/coordinator/search/pruners/judge';

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

type Running = { configuration: number; validation: number; best: number; time: number };

/**
 * Runs the candidates in their order, each on the first worker that is free; an iteration takes every one of them the
 * same time, and workers that are due together act in their order. Deterministic.
 */
export function simulateRace(params: {
  settings: PrunerSettings;
  candidates: readonly Candidate[];
  workers: number;
}): Race {
  const { settings, candidates, workers } = params;
  const log: RungReport[] = [];
  const improvements: { spent: number; value: number }[] = [];
  const pruned: (string | null)[] = candidates.map(() => null);
  let [next, spent, best] = [0, 0, Number.NEGATIVE_INFINITY];
  const start = (time: number): Running[] =>
    next < candidates.length
      ? [{ configuration: next++, validation: 0, best: Number.NEGATIVE_INFINITY, time }]
      : [];
  let running = Array.from({ length: workers }, () => start(0)).flat();

  while (running.length > 0) {
    const trial = earliest(running, candidates);
    const { curve, rungs, bracket } = candidates[trial.configuration] as Candidate;
    const point = curve[trial.validation];
    if (point === undefined) {
      running = running.flatMap((other) => (other === trial ? start(trial.time) : [other]));
      continue;
    }
    const since = point.step - (curve[trial.validation - 1]?.step ?? 0);
    trial.time += since;
    trial.validation += 1;
    trial.best = Math.max(trial.best, point.value);
    spent += since;
    if (point.value > best) {
      best = point.value;
      improvements.push({ spent, value: best });
    }
    if (!rungs.includes(point.step)) continue;
    const report = {
      configuration: trial.configuration,
      seed: 1,
      bracket,
      step: point.step,
      score: trial.best,
    };
    const verdict = judgeRung({ settings, report, peers: log });
    log.push(report);
    if (!verdict.prune) continue;
    pruned[trial.configuration] = verdict.reason;
    trial.validation = curve.length;
  }
  return { spent, improvements, pruned };
}

/** Whose next validation is due first; of several the one on the first worker. */
function earliest(running: readonly Running[], candidates: readonly Candidate[]): Running {
  const due = ({ configuration, validation, time }: Running) => {
    const { curve } = candidates[configuration] as Candidate;
    const point = curve[validation];
    return point === undefined ? time : time + point.step - (curve[validation - 1]?.step ?? 0);
  };
  return running.reduce((first, trial) => (due(trial) < due(first) ? trial : first));
}

/** Iterations until some validation was at least this good; null: none ever was. */
export function spentToReach({ improvements }: Race, value: number): number | null {
  return improvements.find((improvement) => improvement.value >= value)?.spent ?? null;
}
