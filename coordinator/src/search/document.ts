/** A sweep file once it is read: strict and complete, every key checked, conditions resolved. */
import type { Hyperparameter, Loss, Model } from '@adt/proto/trainingConfig';
import type { PrunerSettings } from './pruners/earlyTerminate.js';

/** grid, random and sobol know every configuration beforehand; tpe learns from those that have ended. */
export const METHODS = ['grid', 'random', 'sobol', 'tpe'] as const;
export type Method = (typeof METHODS)[number];

/** What spans the strata: always active, never sampled. */
export const ARMS = ['dataset', 'model', 'loss'] as const;
export type Arm = (typeof ARMS)[number];

export type ParameterName = Arm | Hyperparameter;
export type Scalar = string | number;

export type Choice = {
  kind: 'choice';
  values: readonly number[];
  /** Of a random draw, in the order of `values`; null: all alike. */
  probabilities: readonly number[] | null;
};

export type Range = {
  kind: 'range';
  scale: 'linear' | 'log';
  low: number;
  /** Included. */
  high: number;
  /** null: continuous, or every whole number when `integer`. */
  step: number | null;
  integer: boolean;
};

export type Domain = Choice | Range;

/** Holds when the parent is active and has one of the values. */
export type Condition = { parent: ParameterName; values: readonly Scalar[] };

export type Parameter = {
  name: Hyperparameter;
  domain: Domain;
  /** All must hold. */
  when: readonly Condition[];
};

/** What is fixed rather than searched. */
export type Settings = {
  values: Partial<Record<Hyperparameter, number>>;
  topk: readonly number[] | null;
  /** Series that ranks trials and picks the checkpoint. */
  metric: string | null;
};

/** Settings for a part of the strata; `path` is where it stands in the file. */
export type Override = { path: string; when: readonly Condition[]; set: Settings };

/** Fresh seeds, common to all arms, for the best configurations of each: what verdicts rest on. */
export type Confirmation = {
  seeds: readonly number[];
  /** Configurations of each stratum that are confirmed, best first. */
  topK: number;
};

/** What bounds a sweep as a whole; null: no limit. */
export type Budget = {
  /** Trainings of the search, search seeds counted; confirmation comes on top. */
  maxTrials: number | null;
  maxTrialsPerStratum: number | null;
  /** From the submission on; what has not ended by then is cancelled. */
  maxWallSeconds: number | null;
  /** Trials that run at once. */
  maxConcurrent: number | null;
  /** Share of the ended search trials that may fail before the search gives up, [0, 1]. */
  maxFailedFraction: number | null;
};

export type SweepDocument = {
  name: string;
  method: Method;
  pool: string;
  /** Failures of a trial that are retried; the next one is final. */
  maxFailures: number;
  arms: { dataset: readonly string[]; model: readonly Model[]; loss: readonly Loss[] };
  /** Parents before their children, else as declared. */
  parameters: readonly Parameter[];
  training: Settings;
  overrides: readonly Override[];
  seeds: readonly number[];
  /** Seed of the random draws, not of any training. */
  samplerSeed: number;
  confirm: Confirmation | null;
  pruner: PrunerSettings;
  budget: Budget;
  /** Weight beside other sweeps of the pool: one of 2 gets twice the slots of one of 1. */
  priority: number;
};
