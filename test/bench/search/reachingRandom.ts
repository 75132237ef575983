/**
 * How soon a search with early stopping has what random search has after its whole budget: the part `reachingRandom` of
 * `npm run bench -- search`.
 */
import type { Assignment } from '@adt/coordinator/search/grid';
import type { Observation } from '@adt/coordinator/search/history';
import type { PrunerSettings } from '@adt/coordinator/search/pruners/earlyTerminate';
import { suggest } from '@adt/coordinator/search/sampler';
import { median } from '../median.js';
import {
  type CurveTable,
  type CurveTrial,
  candidateOf,
  type Judged,
  PRUNED_LOSSES,
  type PrunedLoss,
  stepsPerEpochOf,
  totalStepsOf,
  trialsInOrder,
} from './candidates.js';
import { type Next, type Progress, simulateSearch, spentToReach } from './prunerSimulation.js';
import { nameOf } from './recordedTable.js';
import { meanSd, round } from './summary.js';

export type ReachingRow = {
  /** all: the iterations of all strata's searches together, of those of all strata's random searches. */
  loss: PrunedLoss | 'all';
  search: string;
  /** Configurations that random search trained to the end, and how many there are. */
  random: string;
  /** Iterations until a value as good as random's best, of all that random spent; never within that: 1. */
  mean: number;
  median: number;
  /** Share of the seeds that had it within random's iterations; of `all` those that had it in every stratum. */
  reached: number;
  /** Mean of what the quickest configuration of all needs alone: no search can have it for less. */
  atLeast: number;
};

type Search = Judged & { name: string; order: 'random' | 'tpe' };
const NONE: PrunerSettings = { type: 'none' };
const ashaFrom = (minSteps: number | null): PrunerSettings => ({ type: 'asha', eta: 3, minSteps });

/** Random search is the measure itself: what it needs of its iterations is where in its order the best one comes. */
function searchesOf(stepsPerEpoch: number): Search[] {
  const searches: [string, PrunerSettings, Search['order']][] = [
    ['random', NONE, 'random'],
    ['median', { type: 'median', minSteps: null, startupTrials: 5 }, 'random'],
    ['hyperband', { type: 'hyperband', eta: 3, minSteps: null }, 'random'],
    ['asha', ashaFrom(null), 'random'],
    ['asha, from 2 epochs', ashaFrom(2 * stepsPerEpoch), 'random'],
    ['asha, from 3 epochs', ashaFrom(3 * stepsPerEpoch), 'random'],
    ['tpe', NONE, 'tpe'],
    ['tpe with asha', ashaFrom(null), 'tpe'],
    ['tpe with asha, from 3 epochs', ashaFrom(3 * stepsPerEpoch), 'tpe'],
  ];
  return searches.map(([name, settings, order]) => ({ name, settings, order, heedsEpsN: true }));
}

/** Of a stratum's configurations those that random search trains. */
const RANDOM_SHARE = 1 / 3;

/** One search of one seed. */
type Outcome = {
  /** Iterations until it had a value as good as random's best; random's whole budget where that came first. */
  spent: number;
  budget: number;
  reached: boolean;
  /** Iterations of the configuration that has such a value first, counted for itself. */
  atLeast: number;
};

/**
 * Random search trains a third of a stratum's configurations to the end. Each of the others meets them in the same
 * order (TPE in its own) and goes on to further ones with what it saves: both have the same iterations, as in Li et
 * al., "A System for Massively Parallel Hyperparameter Tuning" (MLSys 2020), not the same number of configurations.
 * Without pruning nothing is saved, so random search and plain TPE end with that third.
 */
export function benchReachingRandom(
  table: CurveTable,
  { seeds = 30, workers = 4 }: { seeds?: number; workers?: number } = {},
): ReachingRow[] {
  const strata = PRUNED_LOSSES.map((loss) => {
    const size = table.trials(loss).length;
    return { loss, size, trained: Math.round(RANDOM_SHARE * size) };
  }).filter(({ trained }) => trained > 0);
  const count = (pick: 'size' | 'trained') => strata.reduce((sum, stratum) => sum + stratum[pick], 0);
  return searchesOf(stepsPerEpochOf(table)).flatMap((search) => {
    const outcomes = strata.map(({ loss, trained }) =>
      Array.from({ length: seeds }, (_, seed) => runOnce({ table, loss, search, seed, workers, trained })),
    );
    const together = Array.from({ length: seeds }, (_, seed) =>
      outcomes.flatMap((ofStratum) => ofStratum[seed] ?? []).reduce(join),
    );
    return [
      ...strata.map(({ loss, trained, size }, place) =>
        rowOf({ loss, search, random: `${trained} of ${size}`, outcomes: outcomes[place] ?? [] }),
      ),
      rowOf({ loss: 'all', search, random: `${count('trained')} of ${count('size')}`, outcomes: together }),
    ];
  });
}

function join(a: Outcome, b: Outcome): Outcome {
  return {
    spent: a.spent + b.spent,
    budget: a.budget + b.budget,
    reached: a.reached && b.reached,
    atLeast: a.atLeast + b.atLeast,
  };
}

function rowOf(params: {
  loss: ReachingRow['loss'];
  search: Search;
  random: string;
  outcomes: readonly Outcome[];
}): ReachingRow {
  const { loss, search, random, outcomes } = params;
  const ratios = outcomes.map(({ spent, budget }) => spent / budget);
  return {
    ...{ loss, search: search.name, random },
    mean: round(meanSd(ratios).mean),
    median: round(median(ratios)),
    reached: round(outcomes.filter(({ reached }) => reached).length / outcomes.length),
    atLeast: round(meanSd(outcomes.map(({ atLeast, budget }) => atLeast / budget)).mean),
  };
}

function runOnce(params: {
  table: CurveTable;
  loss: PrunedLoss;
  search: Search;
  seed: number;
  workers: number;
  trained: number;
}): Outcome {
  const { table, loss, search, seed, workers, trained } = params;
  const known = trialsInOrder(table, loss, seed).slice(0, trained);
  const best = Math.max(...known.flatMap(({ curve }) => curve));
  const budget = trained * totalStepsOf(table);
  const race = simulateSearch({ settings: search.settings, next: nextOf(params), workers });
  const spent = spentToReach(race, best) ?? Number.POSITIVE_INFINITY;
  return {
    spent: Math.min(spent, budget),
    budget,
    reached: spent <= budget,
    atLeast: quickest(params, best),
  };
}

/** Iterations until the first of all configurations would be as good, each counted for itself. */
function quickest({ table, loss }: { table: CurveTable; loss: PrunedLoss }, best: number): number {
  const first = table.trials(loss).map(({ curve }) => curve.findIndex((value) => value >= best));
  return table.steps[Math.min(...first.filter((index) => index >= 0))] ?? Number.NaN;
}

function nextOf(params: {
  table: CurveTable;
  loss: PrunedLoss;
  search: Search;
  seed: number;
  trained: number;
}): Next {
  const { table, loss, search, seed, trained } = params;
  const most = search.settings.type === 'none' ? trained : table.trials(loss).length;
  const drawn: CurveTrial[] = [];
  const pick = search.order === 'tpe' ? tpeOrder({ table, loss, seed }) : randomOrder({ table, loss, seed });
  return (before) => {
    const trial = before.length < most ? pick(drawn, before) : null;
    if (trial === null) return null;
    drawn.push(trial);
    return candidateOf({ table, loss, judged: search, trial, configuration: before.length });
  };
}

type Pick = (drawn: readonly CurveTrial[], progress: readonly Progress[]) => CurveTrial | null;
type Stratum = { table: CurveTable; loss: PrunedLoss; seed: number };

function randomOrder({ table, loss, seed }: Stratum): Pick {
  const order = trialsInOrder(table, loss, seed);
  return (drawn) => order[drawn.length] ?? null;
}

/** As the coordinator asks: after each start, knowing how all before it stand. */
function tpeOrder({ table, loss, seed }: Stratum): Pick {
  const byName = new Map(table.trials(loss).map((trial) => [nameOf(loss, trial.assignment), trial]));
  return (drawn, progress) => {
    const history = progress.map((trial, place) => observationOf(drawn[place]?.assignment ?? {}, trial));
    const next = suggest({
      ...{ method: 'tpe', parameters: table.parameters(loss), samplerSeed: seed },
      ...{ stratum: ['pruning', loss], history },
    });
    if (next === null) return null;
    const trial = byName.get(nameOf(loss, next.assignment));
    if (trial === undefined) throw new RangeError(`not recorded: ${nameOf(loss, next.assignment)}`);
    return trial;
  };
}

function observationOf(assignment: Assignment, { outcome, best, step }: Progress): Observation {
  return {
    ...{ assignment, outcome },
    score: outcome === 'running' ? null : best,
    step: outcome === 'pruned' ? step : null,
  };
}
