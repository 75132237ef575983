/** What a comparison of losses is made of: the arms that go in, the verdicts that come out. Plain data both ways. */
import type { Spread } from '../spread.js';
import type { EffectSize } from './effectSize.js';
import type { Interval } from './pairedT.js';
import type { SignFlip } from './signFlip.js';

/** What was spent on finding the configuration, confirmation not counted. */
export type Tuning = {
  configurations: number;
  /** Trainings, search seeds counted. */
  trials: number;
  gpuHours: number;
  cpuHours: number;
};

/** A confirmation seed without a result, and why, say `failed: NON_FINITE` or `is running`. */
export type MissingSeed = { seed: number; reason: string };

/** One finished confirmation run; metrics by name, those of the test part among them. */
export type ConfirmationRun = { seed: number; metrics: Readonly<Record<string, number>> };

/** The best configuration of a loss on one data set and model, by validation, and its runs on fresh seeds. */
export type Arm = {
  dataset: string;
  model: string;
  loss: string;
  /** What the sweep ranks by here, `valid/recall@50`. The verdict reads the same measure of the test part. */
  select: string;
  /** Its parameters as the sweep file names them; for show. */
  configuration: Readonly<Record<string, number | string>>;
  tuning: Tuning;
  /** No seed twice. */
  runs: readonly ConfirmationRun[];
  missing: readonly MissingSeed[];
};

/** `better`: the first loss of the pair is better than the second. */
export type Verdict = 'better' | 'worse' | 'inconclusive' | 'too few seeds';

/** A seed that one arm finished and the other did not. */
export type UnpairedSeed = MissingSeed & { loss: string };

/** loss − reference, over the seeds of both. Intervals are 95 % and for this pair alone. */
export type Difference = {
  mean: number;
  sd: number | null;
  interval: Interval | null;
  /** As shares of the reference's mean, which is taken as known; null when that is 0. */
  relative: number | null;
  relativeInterval: Interval | null;
};

export type MetricComparison = {
  metric: string;
  loss: Spread;
  reference: Spread;
  /** Share of the reference's mean; null when that is 0. */
  relative: number | null;
};

export type PairVerdict = {
  loss: string;
  reference: string;
  verdict: Verdict;
  /** What both finished, ascending. */
  seeds: readonly number[];
  unpaired: readonly UnpairedSeed[];
  /** Null without a common seed, like what rests on it. */
  difference: Difference | null;
  /** Reported beside the verdict, which does not rest on it. Null for differences that do not vary. */
  tTest: { t: number; df: number; p: number } | null;
  signFlip: SignFlip | null;
  /** The sign-flip p, corrected by Holm over the family; null with too few pairs to be tested. */
  adjustedP: number | null;
  effect: EffectSize | null;
  /** Seeds to add for a verdict, see `moreSeeds`; 0 where there is one, null where no number of seeds would do. */
  moreSeeds: number | null;
  tuning: Tuning;
  referenceTuning: Tuning;
  /** The trials of the two differ by more than UNEVEN_TRIALS. */
  tunedUnevenly: boolean;
  /** RI over recall and NDCG of the test part, as a share. */
  relativeImprovement: number | null;
  /** Every test metric that both have on all common seeds, by name. */
  metrics: readonly MetricComparison[];
};

/** An arm by itself, over all seeds it finished. */
export type ArmSummary = Pick<Arm, 'loss' | 'configuration' | 'tuning' | 'missing'> & {
  seeds: readonly number[];
  metrics: readonly { metric: string; spread: Spread }[];
  /** Of the cell's metric, one a seed; null where the run has none. */
  values: readonly (number | null)[];
};

/** One data set and model. */
export type Cell = {
  dataset: string;
  model: string;
  /** The test metric of the verdicts. */
  metric: string;
  arms: readonly ArmSummary[];
  pairs: readonly PairVerdict[];
};

export type Comparison = {
  /** The chance of one false verdict or more among all pairs. */
  alpha: number;
  /** Pairs that Holm's correction counts: all of them, those with too few seeds included. */
  family: number;
  /** In the order in which the arms first name them. */
  cells: readonly Cell[];
};
