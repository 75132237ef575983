/**
 * How a metric depends on what the denoising losses are tuned by, for one data set and model: T-CE over ε_max × ε_N,
 * R-CE over β, CE for comparison (Wang et al., WSDM 2021, figure 8). Every cell is mean ± sd over seeds.
 */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { canonicalJson } from '../canonical.js';

/** A training that ran to its end; pruned ones have no place in a comparison of end results. */
export type FinishedTrial = {
  config: TrainingConfig;
  /** Same for all seeds of a configuration. */
  configHash: string;
  /** Of the chosen checkpoint: a validation metric, or a test metric once the search is over. */
  value: number;
};

/**
 * What of the other parameters (lr, factors, epochs, …) a cell shows.
 * fixed: their values in the best configuration of the loss; a cell that nobody ran with them is empty.
 * best: in each cell the values that do best there, which flatters cells that more configurations competed for.
 */
export type Others = 'fixed' | 'best';

export type SensitivityCell = {
  mean: number;
  /** Sample standard deviation over seeds; null for a single one. */
  sd: number | null;
  seeds: number;
  configHash: string;
  /** Configurations that competed for this cell; 1 where the other parameters are fixed. */
  among: number;
};

export type Sensitivity = {
  dataset: string;
  datasetSha256: string;
  model: string;
  others: Others;
  tce: {
    epsMax: readonly number[];
    epsN: readonly number[];
    /** (epsMax, epsN); null: not run. */
    cells: readonly (readonly (SensitivityCell | null)[])[];
    best: (SensitivityCell & { epsMax: number; epsN: number }) | null;
  };
  rce: {
    /** Ascending in β. */
    line: readonly (SensitivityCell & { beta: number })[];
    best: (SensitivityCell & { beta: number }) | null;
  };
  ce: SensitivityCell | null;
};

/**
 * One result for each data set (by content) and model among the trials, as they first occur.
 *
 * Within a loss, the best configuration has the best mean over seeds among those with the most seeds: one lucky seed
 * of a half-run sweep must not fix the rest of the figure. Equal means go to the smaller hash. A cell takes any
 * number of seeds and says how many.
 * @param maximize whether more of the metric is better
 */
export function sensitivityOf(params: {
  trials: readonly FinishedTrial[];
  maximize: boolean;
  others: Others;
}): Sensitivity[] {
  const groups = groupBy(params.trials, ({ config }) => `${config.datasetSha256} ${config.model}`);
  return [...groups.values()].map((trials) => sensitivityOfOne({ ...params, trials }));
}

type Configuration = SensitivityCell & {
  config: TrainingConfig;
  /** All that decides the training but the seed, ε_max, ε_N and β. */
  rest: string;
};

type Cut = { maximize: boolean; others: Others };

function sensitivityOfOne({ trials, ...cut }: Cut & { trials: readonly FinishedTrial[] }): Sensitivity {
  const [{ config }] = trials as [FinishedTrial];
  const ofLoss = (loss: string) =>
    candidatesOf(configurationsOf(trials.filter((trial) => trial.config.loss === loss)), cut);
  const ce = bestOf(ofLoss('CE'), cut);
  return {
    dataset: config.dataset,
    datasetSha256: config.datasetSha256,
    model: config.model,
    others: cut.others,
    tce: gridOf(ofLoss('T-CE'), cut),
    rce: lineOf(ofLoss('R-CE'), cut),
    ce: ce === null ? null : cellOf(ce),
  };
}

function configurationsOf(trials: readonly FinishedTrial[]): Configuration[] {
  const groups = groupBy(trials, ({ configHash }) => configHash);
  return [...groups.values()].map((seeds) => {
    const [{ config, configHash }] = seeds as [FinishedTrial];
    const { seed: _, dataset: _name, epsMax: _max, epsN: _n, beta: _beta, ...rest } = config;
    return { ...spread(seeds), configHash, config, rest: canonicalJson(rest), among: 1 };
  });
}

/** Mean and sample deviation over the seeds. */
function spread(trials: readonly FinishedTrial[]): Pick<SensitivityCell, 'mean' | 'sd' | 'seeds'> {
  const seeds = trials.length;
  const mean = trials.reduce((sum, { value }) => sum + value, 0) / seeds;
  const squares = trials.reduce((sum, { value }) => sum + (value - mean) ** 2, 0);
  return { mean, sd: seeds < 2 ? null : Math.sqrt(squares / (seeds - 1)), seeds };
}

/** Those that may fill a cell. */
function candidatesOf(configurations: readonly Configuration[], cut: Cut): Configuration[] {
  if (cut.others === 'best') return [...configurations];
  const rest = bestOf(configurations, cut)?.rest;
  return configurations.filter((configuration) => configuration.rest === rest);
}

function bestOf<Item extends Configuration>(configurations: readonly Item[], { maximize }: Cut): Item | null {
  const most = Math.max(0, ...configurations.map(({ seeds }) => seeds));
  const sign = maximize ? 1 : -1;
  const full = configurations.filter(({ seeds }) => seeds === most);
  return full.reduce<Item | null>((best, one) => {
    if (best === null) return one;
    const gain = sign * (one.mean - best.mean);
    return gain > 0 || (gain === 0 && one.configHash < best.configHash) ? one : best;
  }, null);
}

function gridOf(candidates: readonly Configuration[], cut: Cut): Sensitivity['tce'] {
  const epsMax = ascending(candidates.map(({ config }) => config.epsMax));
  const epsN = ascending(candidates.map(({ config }) => config.epsN));
  const cells = epsMax.map((max) =>
    epsN.map((n) =>
      cellAmong(
        candidates.filter(({ config }) => config.epsMax === max && config.epsN === n),
        cut,
      ),
    ),
  );
  const best = bestOf(candidates, cut);
  return {
    epsMax,
    epsN,
    cells,
    best: best && { ...cellOf(best), epsMax: best.config.epsMax ?? 0, epsN: best.config.epsN ?? 0 },
  };
}

function lineOf(candidates: readonly Configuration[], cut: Cut): Sensitivity['rce'] {
  const betas = ascending(candidates.map(({ config }) => config.beta));
  const line = betas.flatMap((beta) => {
    const cell = cellAmong(
      candidates.filter(({ config }) => config.beta === beta),
      cut,
    );
    return cell === null ? [] : [{ ...cell, beta }];
  });
  const best = bestOf(candidates, cut);
  return { line, best: best && { ...cellOf(best), beta: best.config.beta ?? 0 } };
}

function cellAmong(candidates: readonly Configuration[], cut: Cut): SensitivityCell | null {
  const best = bestOf(candidates, cut);
  return best && { ...cellOf(best), among: candidates.length };
}

function cellOf({ mean, sd, seeds, configHash, among }: Configuration): SensitivityCell {
  return { mean, sd, seeds, configHash, among };
}

function ascending(values: readonly (number | undefined)[]): number[] {
  const known = values.filter((value) => value !== undefined);
  return [...new Set(known)].sort((a, b) => a - b);
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
