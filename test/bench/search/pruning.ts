/** What early stopping saves on recorded curves, and what it costs: the part `pruning` of `npm run bench -- search`. */
import { type PrunerSettings, readEarlyTerminate } from '@adt/coordinator/search/pruners/earlyTerminate';
import {
  type CurveTable,
  candidateOf,
  type Judged,
  PRUNED_LOSSES,
  type PrunedLoss,
  stepsPerEpochOf,
  trialsInOrder,
} from './candidates.js';
import { type Race, simulateRace, spentToReach } from './prunerSimulation.js';

export type PruningRow = {
  loss: PrunedLoss;
  pruner: string;
  configurations: number;
  /** Share of them that has a rung at all. */
  judged: number;
  /** Share of them that ran to the end. */
  finished: number;
  /** Iterations of the whole sweep, of those without pruning. */
  iterations: number;
  /** Sweeps that found as good a value as the same sweep without pruning, of all; and one within 1 % of it. */
  reached: number;
  reachedNear: number;
  /** Iterations until then, of those of the whole sweep without pruning; a sweep that never did counts as 1. */
  toBest: number;
  toNear: number;
  /** The same without pruning, which meets its best somewhere in the middle. */
  unprunedToBest: number;
  unprunedToNear: number;
  /** How far the best value found is below, relative. */
  regret: number;
};

type Variant = Judged & { name: string };
const ashaFrom = (minSteps: number | null): PrunerSettings => ({
  type: 'asha',
  eta: 3,
  minSteps,
  minShare: 0,
  trend: false,
});

/** Ranks by score and gain, from a fifth on: rules 3. */
export const ASHA_WITH_GAIN = readEarlyTerminate({ type: 'asha' }, 3, []);

/** The pruners as a sweep file gives them by default, and some that show what their rules are worth. */
function variantsOf(loss: PrunedLoss, stepsPerEpoch: number): Variant[] {
  return [
    { name: 'median', settings: { type: 'median', minSteps: null, startupTrials: 5 }, heedsEpsN: true },
    { name: 'asha', settings: ashaFrom(null), heedsEpsN: true },
    { name: 'hyperband', settings: { type: 'hyperband', eta: 3, minSteps: null }, heedsEpsN: true },
    {
      name: 'asha, eta 2, from 2 epochs',
      settings: { type: 'asha', eta: 2, minSteps: 2 * stepsPerEpoch, minShare: 0, trend: false },
      heedsEpsN: true,
    },
    {
      name: 'asha, from 3 epochs',
      settings: ashaFrom(3 * stepsPerEpoch),
      heedsEpsN: true,
    },
    { name: 'asha, with gain', settings: ASHA_WITH_GAIN, heedsEpsN: true },
    // Not offered to users.
    ...(loss === 'T-CE' ? [{ name: 'asha, eps_n ignored', settings: ashaFrom(null), heedsEpsN: false }] : []),
  ];
}

/**
 * As good as the best: on ml1m_noisy two validations 400 iterations apart differ by 1 % on average, late in a training.
 */
export const NEAR = 0.99;

/** A row a loss and pruner, each the mean over sweeps that differ in the order of the configurations. */
export function benchPruning(
  table: CurveTable,
  { sweeps = 30, workers = 4 }: { sweeps?: number; workers?: number } = {},
): PruningRow[] {
  return PRUNED_LOSSES.filter((loss) => table.trials(loss).length > 0).flatMap((loss) =>
    variantsOf(loss, stepsPerEpochOf(table)).map((variant) =>
      rowOf({ table, loss, variant, sweeps, workers }),
    ),
  );
}

function rowOf(params: {
  table: CurveTable;
  loss: PrunedLoss;
  variant: Variant;
  sweeps: number;
  workers: number;
}): PruningRow {
  const { table, loss, variant, sweeps, workers } = params;
  const results = Array.from({ length: sweeps }, (_, sweep) => {
    const candidates = trialsInOrder(table, loss, sweep).map((trial, configuration) =>
      candidateOf({ table, loss, judged: variant, trial, configuration }),
    );
    const judged = candidates.filter(({ rungs }) => rungs.length > 0).length / candidates.length;
    const pruned = simulateRace({ settings: variant.settings, candidates, workers });
    return { judged, ...compare(pruned, simulateRace({ settings: { type: 'none' }, candidates, workers })) };
  });
  const mean = (pick: (result: (typeof results)[number]) => number) =>
    Number((results.reduce((sum, result) => sum + pick(result), 0) / sweeps).toFixed(4));
  return {
    loss,
    pruner: variant.name,
    configurations: table.trials(loss).length,
    judged: mean(({ judged }) => judged),
    finished: mean(({ finished }) => finished),
    iterations: mean(({ iterations }) => iterations),
    reached: mean(({ toBest }) => Number(toBest !== null)),
    reachedNear: mean(({ toNear }) => Number(toNear !== null)),
    toBest: mean(({ toBest }) => toBest ?? 1),
    toNear: mean(({ toNear }) => toNear ?? 1),
    unprunedToBest: mean(({ unprunedToBest }) => unprunedToBest ?? 1),
    unprunedToNear: mean(({ unprunedToNear }) => unprunedToNear ?? 1),
    regret: mean(({ regret }) => regret),
  };
}

function compare(pruned: Race, whole: Race) {
  const best = whole.improvements.at(-1)?.value ?? Number.NaN;
  const found = pruned.improvements.at(-1)?.value ?? Number.NaN;
  const share = (race: Race, value: number) => {
    const spent = spentToReach(race, value);
    return spent === null ? null : spent / whole.spent;
  };
  return {
    finished: pruned.pruned.filter((reason) => reason === null).length / pruned.pruned.length,
    iterations: pruned.spent / whole.spent,
    toBest: share(pruned, best),
    toNear: share(pruned, NEAR * best),
    unprunedToBest: share(whole, best),
    unprunedToNear: share(whole, NEAR * best),
    regret: (best - found) / best,
  };
}
