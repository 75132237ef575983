/** From a sweep file's text to the trials it stands for, or to everything that is wrong with it. Pure and seeded. */
import type { FieldViolation } from '@adt/proto/gen/adt/v1/common';
import type { StratumPlan } from '@adt/proto/gen/adt/v1/search';
import { isMaximized } from '@adt/proto/metricGoal';
import { didYouMean } from '@adt/proto/nearest';
import type { Hyperparameter, TrainingConfig } from '@adt/proto/trainingConfig';
import { configHash } from './canonical.js';
import type { Method, SweepDocument } from './document.js';
import { type Findings, type Reason, reasonOf, refuse, toViolations } from './finding.js';
import { type Assignment, countConfigurations, expandGrid } from './grid.js';
import { parseSpec, type SpecText } from './parse.js';
import { drawRandom } from './random.js';
import { MAX_RUNS, readDocument } from './schema.js';
import { buildStrata, type DatasetFacts, type Stratum } from './strata.js';
import { warningsOf } from './warnings.js';

export const MAX_CONFIGURATIONS = 10_000;

export type CompiledTrial = {
  config: TrainingConfig;
  /** Same for all seeds of a configuration. */
  configHash: string;
};

export type CompiledSweep = {
  name: string;
  method: Method;
  /** What the sweep is listed by. A trial is ranked by its own `config.select`, which an override may change. */
  metric: string;
  maximize: boolean;
  pool: string;
  /** Failures of a trial that are retried; the next one is final. */
  maxFailures: number;
  datasets: readonly string[];
  models: readonly string[];
  losses: readonly string[];
  strata: readonly StratumPlan[];
  configurations: number;
  runs: number;
  /** In the order to run them. */
  trials: readonly CompiledTrial[];
};

export type Compiled =
  | { ok: true; sweep: CompiledSweep; warnings: FieldViolation[] }
  | { ok: false; reason: Reason; violations: FieldViolation[] };

export type CompileParams = SpecText & {
  /** What is stored. */
  datasets: readonly DatasetFacts[];
  /** Pools that workers have registered for; absent: not checked. */
  pools?: readonly string[];
};

/** Compiles a sweep file. The same input gives the same trials in the same order; the result is frozen. */
export function compileSweep({ spec, format, datasets, pools }: CompileParams): Compiled {
  const parsed = parseSpec({ spec, format });
  if (!parsed.ok) {
    const message = `line ${parsed.line}, column ${parsed.column}: ${parsed.message}`;
    return { ok: false, reason: 'PARSE_ERROR', violations: [{ path: '', message }] };
  }
  const findings: Findings = [];
  const names = datasets.map(({ name }) => name);
  const document = readDocument(parsed.value, names, findings);
  refusePool(document.pool, pools, findings);
  const strata = findings.length === 0 ? buildStrata(document, datasets, findings) : [];
  const budget = findings.length === 0 ? configurationsPerStratum(document, strata, findings) : null;
  if (findings.length > 0)
    return { ok: false, reason: reasonOf(findings), violations: toViolations(findings) };
  const configured = strata.map((stratum) => configure(document, stratum, budget));
  const plans = strata.map((stratum, index) =>
    planOf(stratum, configured[index] ?? [], document.seeds.length),
  );
  const trials = interleave(configured, document.seeds);
  const warnings = warningsOf({
    document,
    strata,
    plans,
    configs: configured.flat().map(({ config }) => config),
    wanted: budget,
    pools: pools ?? null,
  });
  return {
    ok: true,
    sweep: deepFreeze(sweepOf(document, strata, plans, trials)),
    warnings: toViolations(warnings),
  };
}

/** A pool that nobody has ever served is a typing error; the default one may wait for its first worker. */
function refusePool(pool: string, pools: readonly string[] | undefined, findings: Findings): void {
  if (pools === undefined || pool === 'default' || pools.includes(pool)) return;
  const known = [...new Set(['default', ...pools])];
  const message = `no worker serves "${pool}"${didYouMean(pool, known)}: known are ${known.join(', ')}`;
  refuse(findings, 'pool', message, 'UNSATISFIABLE');
}

/**
 * Configurations that each stratum may have: the same for all, so that no loss wins by more tuning; null for a grid,
 * which runs all of them. Refuses what is too large before anything is expanded.
 */
function configurationsPerStratum(document: SweepDocument, strata: readonly Stratum[], findings: Findings) {
  const { method, seeds, maxTrials, maxTrialsPerStratum } = document;
  const perStratum = Math.min(
    Math.floor((maxTrials ?? Number.POSITIVE_INFINITY) / (seeds.length * strata.length)),
    Math.floor((maxTrialsPerStratum ?? Number.POSITIVE_INFINITY) / seeds.length),
  );
  const counts = strata.map(({ parameters }) => countConfigurations(parameters));
  const wanted = counts.map((count) => (method === 'grid' ? count : Math.min(count, perStratum)));
  const configurations = wanted.reduce((sum, count) => sum + count, 0);
  const tooLarge = (what: string, count: number, limit: number, path: string) =>
    refuse(findings, path, `${what} is ${counted(count)}, the limit is ${counted(limit)}`, 'SWEEP_TOO_LARGE');
  if (method === 'random' && perStratum < 1) {
    const needed = `${strata.length} strata × ${seeds.length} seeds`;
    refuse(findings, 'budget', `is too small for one configuration each: ${needed}`);
  } else if (configurations > MAX_CONFIGURATIONS)
    tooLarge('the number of configurations', configurations, MAX_CONFIGURATIONS, 'parameters');
  else if (configurations * seeds.length > MAX_RUNS)
    tooLarge('the number of runs', configurations * seeds.length, MAX_RUNS, 'seeds.search');
  else if (method === 'grid') refuseGridBeyondBudget(document, wanted, tooLarge);
  return method === 'grid' ? null : perStratum;
}

/** A grid is run whole or not at all: cutting it would tune some losses less. */
function refuseGridBeyondBudget(
  { seeds, maxTrials, maxTrialsPerStratum }: SweepDocument,
  counts: readonly number[],
  tooLarge: (what: string, count: number, limit: number, path: string) => void,
): void {
  const runs = counts.reduce((sum, count) => sum + count, 0) * seeds.length;
  const largest = Math.max(...counts) * seeds.length;
  if (maxTrials !== null && runs > maxTrials)
    tooLarge('the grid with seeds', runs, maxTrials, 'budget.max_trials');
  if (maxTrialsPerStratum !== null && largest > maxTrialsPerStratum)
    tooLarge('the largest stratum', largest, maxTrialsPerStratum, 'budget.max_trials_per_stratum');
}

function counted(count: number): string {
  return Number.isFinite(count)
    ? count.toLocaleString('en-US', { maximumFractionDigits: 0 })
    : 'beyond counting';
}

function configure(document: SweepDocument, stratum: Stratum, budget: number | null): CompiledTrial[] {
  const { dataset, model, loss, parameters } = stratum;
  const assignments =
    budget === null
      ? [...expandGrid(parameters)]
      : drawRandom(parameters, budget, document.samplerSeed, [dataset.sha256, model, loss]);
  return assignments.map((assignment) => {
    const config = configOf(stratum, assignment);
    return { config, configHash: configHash(config) };
  });
}

/** What is searched and active wins over what is fixed. The seed is set when the trial is laid out. */
function configOf(
  { dataset, model, loss, fixed, topk, metric }: Stratum,
  chosen: Assignment,
): TrainingConfig {
  const values = { ...fixed, ...chosen };
  const needed = (name: Hyperparameter): number => {
    const value = values[name];
    if (value === undefined) throw new Error(`${name} has no value`);
    return value;
  };
  return {
    dataset: dataset.name,
    datasetSha256: dataset.sha256,
    model,
    loss,
    ...(values.eps_max === undefined ? {} : { epsMax: values.eps_max }),
    ...(values.eps_n === undefined ? {} : { epsN: values.eps_n }),
    ...(values.beta === undefined ? {} : { beta: values.beta }),
    ...(values.nr_fp_weight === undefined ? {} : { nrFpWeight: values.nr_fp_weight }),
    ...(values.nr_negative_weight === undefined ? {} : { nrNegativeWeight: values.nr_negative_weight }),
    ...(values.nmtr_click_weight === undefined ? {} : { nmtrClickWeight: values.nmtr_click_weight }),
    ...(values.mlp_layers === undefined ? {} : { mlpLayers: values.mlp_layers }),
    ...(values.dropout === undefined ? {} : { dropout: values.dropout }),
    ...(values.hidden === undefined ? {} : { hidden: values.hidden }),
    ...(values.corruption === undefined ? {} : { corruption: values.corruption }),
    lr: needed('lr'),
    factors: needed('factors'),
    negatives: needed('negatives'),
    batchSize: needed('batch_size'),
    epochs: needed('epochs'),
    evalEvery: needed('eval_every'),
    ...(values.valid_users === undefined ? {} : { validUsers: values.valid_users }),
    topk: [...topk],
    select: metric,
    seed: 0,
  };
}

/**
 * The order to run in: all configurations with the first seed, then with the next; within a seed the strata take
 * turns. So every loss shows a result at once, a half-run sweep has seen the whole space, and the spread comes last.
 */
function interleave(
  configured: readonly (readonly CompiledTrial[])[],
  seeds: readonly number[],
): CompiledTrial[] {
  const longest = Math.max(0, ...configured.map((trials) => trials.length));
  const turns = Array.from({ length: longest }, (_, turn) =>
    configured.flatMap((trials) => trials[turn] ?? []),
  );
  const once = turns.flat();
  return seeds.flatMap((seed) =>
    once.map(({ config, configHash }) => ({ config: { ...config, seed }, configHash })),
  );
}

function planOf(
  { dataset, model, loss }: Stratum,
  trials: readonly CompiledTrial[],
  seeds: number,
): StratumPlan {
  const configurations = trials.length;
  return { dataset: dataset.name, model, loss, configurations, runs: configurations * seeds };
}

function sweepOf(
  document: SweepDocument,
  strata: readonly Stratum[],
  plans: readonly StratumPlan[],
  trials: readonly CompiledTrial[],
): CompiledSweep {
  const metric = document.training.metric ?? strata[0]?.metric ?? '';
  return {
    name: document.name,
    method: document.method,
    metric,
    maximize: isMaximized(metric),
    pool: document.pool,
    maxFailures: document.maxFailures,
    datasets: document.arms.dataset,
    models: document.arms.model,
    losses: document.arms.loss,
    strata: plans,
    configurations: plans.reduce((sum, plan) => sum + plan.configurations, 0),
    runs: trials.length,
    trials,
  };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
