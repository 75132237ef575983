/** What a sweep may do but its owner should know before it runs. */
import type { FieldViolation } from '@adt/proto/gen/adt/v1/common';
import type { StratumPlan } from '@adt/proto/gen/adt/v1/search';
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import type { SweepDocument } from './document.js';
import type { DatasetFacts, Stratum } from './strata.js';

/** Arms whose tuning differs by more than this are not tuned alike (product: tuning effort beside each verdict). */
const UNEQUAL = 1.25;

/** Iterations of a whole training: every positive and its negatives, once an epoch. */
export function totalSteps(config: TrainingConfig, dataset: Pick<DatasetFacts, 'trainInteractions'>): number {
  const samples = dataset.trainInteractions * (1 + config.negatives);
  return Math.ceil(samples / config.batchSize) * config.epochs;
}

export function warningsOf(params: {
  document: SweepDocument;
  strata: readonly Stratum[];
  plans: readonly StratumPlan[];
  configs: readonly TrainingConfig[];
  /** Configurations that the budget allows each stratum; null for a grid. */
  wanted: number | null;
  pools: readonly string[] | null;
}): FieldViolation[] {
  const { document, strata, plans, configs, wanted, pools } = params;
  return [
    ...scheduleWarnings(document, strata, configs),
    ...neverActive(document, strata),
    ...(document.seeds.length < 2
      ? [warn('seeds.search', 'one seed shows no spread: give at least 2, say [1, 2]')]
      : []),
    ...exhausted(plans, wanted),
    ...unequalArms(plans),
    ...(pools !== null && !pools.includes(document.pool)
      ? [warn('pool', `no worker serves ${document.pool} yet: the sweep waits for one`)]
      : []),
  ];
}

/** Schedules that end after the training does: the drop rate never reaches its maximum, or no validation comes in time. */
function scheduleWarnings(
  { parameters }: SweepDocument,
  strata: readonly Stratum[],
  configs: readonly TrainingConfig[],
): FieldViolation[] {
  const block = (name: string) =>
    parameters.some((parameter) => parameter.name === name) ? 'parameters' : 'training';
  const facts = new Map(strata.map(({ dataset }) => [dataset.name, dataset]));
  const largest = new Map<string, FieldViolation & { beyond: number }>();
  for (const config of configs) {
    const dataset = facts.get(config.dataset);
    if (dataset === undefined) continue;
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

function exhausted(plans: readonly StratumPlan[], wanted: number | null): FieldViolation[] {
  if (wanted === null) return [];
  return plans
    .filter(({ configurations }) => configurations < wanted)
    .map(({ dataset, model, loss, configurations }) => {
      const all = configurations === 1 ? 'only 1 configuration' : `only ${configurations} configurations`;
      return warn(
        'budget',
        `${dataset}, ${model}, ${loss} has ${all} of the ${wanted} that the budget allows`,
      );
    });
}

/** Within a data set and model, where the losses are compared. */
function unequalArms(plans: readonly StratumPlan[]): FieldViolation[] {
  const groups = new Set(plans.map(({ dataset, model }) => `${dataset}, ${model}`));
  return [...groups].flatMap((where) => {
    const arms = plans.filter(({ dataset, model }) => `${dataset}, ${model}` === where);
    const counts = arms.map(({ configurations }) => configurations);
    if (Math.max(...counts) <= UNEQUAL * Math.min(...counts)) return [];
    const list = arms.map(({ loss, configurations }) => `${loss} ${configurations}`).join(', ');
    return [warn('parameters', `${where}: the losses are not tuned alike (configurations: ${list})`)];
  });
}

function warn(path: string, message: string): FieldViolation {
  return { path, message };
}
