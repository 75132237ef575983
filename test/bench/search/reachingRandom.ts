/**
 * How soon a search with early stopping has what random search has after its whole budget: the parts `reachingRandom`
 * and, for what TPE suggests, `reachingByTpe` of `npm run bench -- search`.
 */
import { countConfigurations } from '@adt/coordinator/search/grid';
import type { PrunerSettings } from '@adt/coordinator/search/pruners/earlyTerminate';
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
import { type Next, simulateSearch, spentToReach } from './prunerSimulation.js';
import { ASHA_WITH_GAIN, NEAR } from './pruning.js';
import { randomOrder, tpeOrder } from './searchOrder.js';
import { signFlipP } from './signFlip.js';
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
  /** The same two for a value within 1 % of random's best. */
  meanNear: number;
  reachedNear: number;
  /** Mean of what the quickest configuration of all needs alone: no search can have it for less. */
  atLeast: number;
  /** Of the paired difference to random search itself, sign-flip test of the mean, two-sided; null for random search. */
  p: number | null;
  pNear: number | null;
  /** As `p`, of the difference to ASHA whose first rung is at one epoch; null for itself. */
  pAsha: number | null;
  /** As `pAsha`, but the first rung is at a fifth of the training. */
  pFifth: number | null;
};

type Search = Judged & { name: string; order: 'random' | 'tpe'; knowsEnds: boolean };
/** No pruner can: what is left to gain by a better score at a rung. */
const KNOWS_ENDS = 'asha from a fifth, knowing the ends';
const NONE: PrunerSettings = { type: 'none' };
const ashaFrom = (minSteps: number | null): PrunerSettings => ({
  type: 'asha',
  eta: 3,
  minSteps,
  minShare: 0,
  trend: false,
});

/** What the others are compared with. */
const YARDSTICKS = ['random', 'asha', 'asha, from a fifth'];

/** Random search is the measure itself: what it needs of its iterations is where in its order the best one comes. */
function searchesOf(stepsPerEpoch: number, totalSteps: number): Search[] {
  const searches: [string, PrunerSettings, Search['order']][] = [
    ['random', NONE, 'random'],
    ['median', { type: 'median', minSteps: null, startupTrials: 5 }, 'random'],
    ['hyperband', { type: 'hyperband', eta: 3, minSteps: null }, 'random'],
    ['asha', ashaFrom(null), 'random'],
    ['asha, from 2 epochs', ashaFrom(2 * stepsPerEpoch), 'random'],
    ['asha, from 3 epochs', ashaFrom(3 * stepsPerEpoch), 'random'],
    // Added after the results of the others were known.
    ['asha, from 5 epochs', ashaFrom(5 * stepsPerEpoch), 'random'],
    // Added with the table `grace`, before its trainings were run.
    ['asha, from a fifth', ashaFrom(Math.ceil(totalSteps / 5)), 'random'],
    // Added with the table `field`, before its trainings were run.
    ['asha, with gain', ASHA_WITH_GAIN, 'random'],
    [KNOWS_ENDS, ashaFrom(Math.ceil(totalSteps / 5)), 'random'],
    ['tpe', NONE, 'tpe'],
    ['tpe with asha', ashaFrom(null), 'tpe'],
    ['tpe with asha, from 3 epochs', ashaFrom(3 * stepsPerEpoch), 'tpe'],
  ];
  return searches.map(([name, settings, order]) => ({
    ...{ name, settings, order, heedsEpsN: true },
    knowsEnds: name === KNOWS_ENDS,
  }));
}

/** Of a stratum's configurations those that random search trains. */
const RANDOM_SHARE = 1 / 3;

/** One search of one seed. */
type Outcome = {
  /** Iterations until it had a value as good as random's best; random's whole budget where that came first. */
  spent: number;
  budget: number;
  reached: boolean;
  spentNear: number;
  reachedNear: boolean;
  /** Iterations of the configuration that has such a value first, counted for itself. */
  atLeast: number;
};

/**
 * Random search trains a third of a stratum's configurations to the end. Each of the others meets them in the same
 * order (TPE in its own) and goes on to further ones with what it saves: both have the same iterations, as in Li et
 * al., "A System for Massively Parallel Hyperparameter Tuning" (MLSys 2020), not the same number of configurations.
 * Without pruning nothing is saved, so random search and plain TPE end with that third.
 * @param options.order which searches: those that take what random search takes, or what TPE suggests
 * @returns none for TPE where only some of the space was recorded
 */
export function benchReachingRandom(
  table: CurveTable,
  {
    seeds = 30,
    workers = 4,
    order = 'random',
  }: { seeds?: number; workers?: number; order?: Search['order'] } = {},
): ReachingRow[] {
  const strata = PRUNED_LOSSES.map((loss) => {
    const size = table.trials(loss).length;
    return { loss, size, trained: Math.round(RANDOM_SHARE * size) };
  }).filter(({ trained }) => trained > 0);
  const count = (pick: 'size' | 'trained') => strata.reduce((sum, stratum) => sum + stratum[pick], 0);
  const heads: Head[] = [
    ...strata.map(({ loss, trained, size }) => ({ loss, random: `${trained} of ${size}` })),
    { loss: 'all', random: `${count('trained')} of ${count('size')}` },
  ];
  const runAll = (search: Search): Outcome[][] => {
    const outcomes = strata.map(({ loss, trained }) =>
      Array.from({ length: seeds }, (_, seed) => runOnce({ table, loss, search, seed, workers, trained })),
    );
    const ofSeed = (seed: number) => outcomes.flatMap((ofStratum) => ofStratum[seed] ?? []);
    return [...outcomes, Array.from({ length: seeds }, (_, seed) => ofSeed(seed).reduce(join))];
  };
  if (order === 'tpe' && !strata.every(({ loss }) => isWhole(table, loss))) return [];
  const searches = searchesOf(stepsPerEpochOf(table), totalStepsOf(table))
    .filter((search) => search.order === order || YARDSTICKS.includes(search.name))
    .map((search) => ({ search, outcomes: runAll(search) }));
  const outcomesOf = (name: string) => searches.find(({ search }) => search.name === name)?.outcomes ?? [];
  const [random, asha, fifth] = YARDSTICKS.map(outcomesOf);
  const asked = searches.filter(({ search }) => search.order === order);
  return asked.flatMap(({ search, outcomes }) =>
    heads.map((head, place) =>
      rowOf({
        head,
        search,
        outcomes: outcomes[place] ?? [],
        random: random?.[place] ?? [],
        asha: asha?.[place] ?? [],
        fifth: fifth?.[place] ?? [],
      }),
    ),
  );
}

/** Whether TPE may choose freely: whatever it suggests was recorded. */
function isWhole(table: CurveTable, loss: PrunedLoss): boolean {
  return countConfigurations(table.parameters(loss)) === table.trials(loss).length;
}

type Head = Pick<ReachingRow, 'loss' | 'random'>;

function join(a: Outcome, b: Outcome): Outcome {
  return {
    spent: a.spent + b.spent,
    budget: a.budget + b.budget,
    reached: a.reached && b.reached,
    spentNear: a.spentNear + b.spentNear,
    reachedNear: a.reachedNear && b.reachedNear,
    atLeast: a.atLeast + b.atLeast,
  };
}

function rowOf(params: {
  head: Head;
  search: Search;
  outcomes: readonly Outcome[];
  /** Of random search, seed by seed. */
  random: readonly Outcome[];
  /** Of ASHA from one epoch on. */
  asha: readonly Outcome[];
  /** Of the same from a fifth on. */
  fifth: readonly Outcome[];
}): ReachingRow {
  const { head, search, outcomes, random, asha, fifth } = params;
  const ratios = outcomes.map(({ spent, budget }) => spent / budget);
  const mean = (pick: (outcome: Outcome) => number) => round(meanSd(outcomes.map(pick)).mean);
  const pOf = (others: readonly Outcome[], pick: (outcome: Outcome) => number) => {
    const own = outcomes.map(pick);
    return outcomes === others
      ? null
      : round(signFlipP(others.map(pick).map((one, seed) => one - (own[seed] ?? Number.NaN))));
  };
  return {
    ...{ loss: head.loss, search: search.name, random: head.random },
    mean: round(meanSd(ratios).mean),
    median: round(median(ratios)),
    reached: mean(({ reached }) => Number(reached)),
    meanNear: mean(({ spentNear, budget }) => spentNear / budget),
    reachedNear: mean(({ reachedNear }) => Number(reachedNear)),
    atLeast: mean(({ atLeast, budget }) => atLeast / budget),
    p: pOf(random, ({ spent, budget }) => spent / budget),
    pNear: pOf(random, ({ spentNear, budget }) => spentNear / budget),
    pAsha: pOf(asha, ({ spent, budget }) => spent / budget),
    pFifth: pOf(fifth, ({ spent, budget }) => spent / budget),
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
  const { settings, knowsEnds } = search;
  const race = simulateSearch({ settings, next: nextOf(params), workers, knowsEnds });
  const until = (value: number) => spentToReach(race, value) ?? Number.POSITIVE_INFINITY;
  const [spent, spentNear] = [until(best), until(NEAR * best)];
  return {
    ...{ spent: Math.min(spent, budget), budget, reached: spent <= budget },
    ...{ spentNear: Math.min(spentNear, budget), reachedNear: spentNear <= budget },
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
  const draw = search.order === 'tpe' ? tpeOrder({ table, loss, seed }) : randomOrder({ table, loss, seed });
  return (before) => {
    const trial = before.length < most ? draw(drawn, before) : null;
    if (trial === null) return null;
    drawn.push(trial);
    return candidateOf({ table, loss, judged: search, trial, configuration: before.length });
  };
}
