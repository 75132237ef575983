/** What a sweep may do but its owner should know before it runs. */
import type { FieldViolation } from '@adt/proto/gen/adt/v1/common';
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { configOf } from './configuration.js';
import type { SweepDocument } from './document.js';
import type { PlannedStratum, SearchPlan } from './plan.js';
import { type PrunedRun, pruningWarnings } from './pruners/pruningWarnings.js';
import { representatives } from './representatives.js';
import type { DatasetFacts, Stratum } from './strata.js';

/** Arms whose tuning differs by more than this are not tuned alike (product: tuning effort beside each verdict). */
const UNEQUAL = 1.25;

/** Iterations of a whole training: every positive and its negatives, once an epoch. */
export function totalSteps(config: TrainingConfig, dataset: Pick<DatasetFacts, 'trainInteractions'>): number {
  return stepsPerEpoch(config, dataset) * config.epochs;
}

export function stepsPerEpoch(
  config: TrainingConfig,
  dataset: Pick<DatasetFacts, 'trainInteractions'>,
): number {
  const samples = dataset.trainInteractions * (1 + config.negatives);
  return Math.ceil(samples / config.batchSize);
}

export function warningsOf(params: {
  document: SweepDocument;
  plan: SearchPlan;
  /** Configurations that the budget allows each stratum; null for a grid. */
  wanted: number | null;
  pools: readonly string[] | null;
}): FieldViolation[] {
  const { document, plan, wanted, pools } = params;
  const { strata } = plan;
  const runs = runsOf(plan);
  return [
    ...scheduleWarnings(document, runs),
    ...pruningWarnings({ settings: plan.pruner, runs: runs.map(prunedRun) }),
    ...neverActive(document, strata),
    ...seedWarnings(document),
    ...exhausted(strata, wanted),
    ...unequalArms(strata),
    ...(pools !== null && !pools.includes(document.pool)
      ? [warn('pool', `no worker serves ${document.pool} yet: the sweep waits for one`)]
      : []),
  ];
}

/** A configuration on its data set. */
type Run = { config: TrainingConfig; dataset: DatasetFacts };

/** One a configuration; points of the space where they are suggested one by one. */
function runsOf(plan: SearchPlan): Run[] {
  return plan.strata.flatMap((stratum) =>
    representatives(plan, stratum).map((assignment) => ({
      config: configOf(stratum, assignment, plan.seeds[0] ?? 0),
      dataset: stratum.dataset,
    })),
  );
}

function prunedRun({ config, dataset }: Run): PrunedRun {
  const { model, loss, evalEvery, epsN = null } = config;
  return {
    dataset: dataset.name,
    model,
    loss,
    evalEvery,
    epsN,
    totalSteps: totalSteps(config, dataset),
    stepsPerEpoch: stepsPerEpoch(config, dataset),
  };
}

/** Schedules that end after the training does: the drop rate never reaches its maximum, or no validation comes in time. */
function scheduleWarnings({ parameters }: SweepDocument, runs: readonly Run[]): FieldViolation[] {
  const block = (name: string) =>
    parameters.some((parameter) => parameter.name === name) ? 'parameters' : 'training';
  const largest = new Map<string, FieldViolation & { beyond: number }>();
  for (const { config, dataset } of runs) {
    const total = totalSteps(config, dataset);
    const run = `the ${total} iterations of a run on ${dataset.name} (${total / config.epochs} an epoch × ${config.epochs})`;
    for (const { name, value, effect } of schedules(config)) {
      const path = `${block(name)}.${name}`;
      const key = `${path} ${dataset.name}`;
      if (value <= total || value - total <= (largest.get(key)?.beyond ?? 0)) continue;
      largest.set(key, { path, message: `${value} is beyond ${run}: ${effect}`, beyond: value - total });
    }
  }
  return [...largest.values()].map(({ path, message }) => warn(path, message));
}

function schedules({ epsN, epsMax, evalEvery }: TrainingConfig) {
  const evaluation = { name: 'eval_every', value: evalEvery, effect: 'only its end is validated' };
  if (epsN === undefined) return [evaluation];
  return [
    { name: 'eps_n', value: epsN, effect: `the drop rate never reaches eps_max ${epsMax}` },
    evaluation,
  ];
}

function neverActive({ parameters }: SweepDocument, strata: readonly Stratum[]): FieldViolation[] {
  return parameters
    .filter(
      ({ name }) => !strata.some((stratum) => stratum.parameters.some((active) => active.name === name)),
    )
    .map(({ name, when }) => {
      const why = when.map(({ parent, values }) => `${parent} ${values.join(' or ')}`).join(' and ');
      return warn(`parameters.${name}`, `is never used: no run has ${why}`);
    });
}

/** Pairs of seeds that a sign-flip test needs to reach p < 0.05 at all: 2/2⁵ is above it, 2/2⁶ below. */
export const MIN_PAIRS = 6;

function seedWarnings({ seeds, confirm }: SweepDocument): FieldViolation[] {
  if (confirm !== null && confirm.seeds.length < MIN_PAIRS)
    return [
      warn(
        'seeds.confirm',
        `fewer than ${MIN_PAIRS} confirmation seeds allow no verdict: 10 are the default`,
      ),
    ];
  if (confirm !== null || seeds.length > 1) return [];
  return [warn('seeds.search', 'one seed shows no spread: give at least 2, say [1, 2], or seeds.confirm')];
}

function exhausted(strata: readonly PlannedStratum[], wanted: number | null): FieldViolation[] {
  if (wanted === null) return [];
  return strata
    .filter((stratum) => stratum.wanted < wanted)
    .map(({ dataset, model, loss, wanted: count }) => {
      const all = count === 1 ? 'only 1 configuration' : `only ${count} configurations`;
      return warn(
        'budget',
        `${dataset.name}, ${model}, ${loss} has ${all} of the ${wanted} that the budget allows`,
      );
    });
}

/** Within a data set and model, where the losses are compared. */
function unequalArms(strata: readonly PlannedStratum[]): FieldViolation[] {
  const groups = new Set(strata.map(({ dataset, model }) => `${dataset.name}, ${model}`));
  return [...groups].flatMap((where) => {
    const arms = strata.filter(({ dataset, model }) => `${dataset.name}, ${model}` === where);
    const counts = arms.map(({ wanted }) => wanted);
    if (Math.max(...counts) <= UNEQUAL * Math.min(...counts)) return [];
    const list = arms.map(({ loss, wanted }) => `${loss} ${wanted}`).join(', ');
    return [warn('parameters', `${where}: the losses are not tuned alike (configurations: ${list})`)];
  });
}

function warn(path: string, message: string): FieldViolation {
  return { path, message };
}
