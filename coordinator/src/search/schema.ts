/** A parsed sweep file, checked key by key into a SweepDocument; every finding is collected, not only the first. */

import { isMaximized } from '@adt/proto/metricGoal';
import { LOSSES, MODELS } from '@adt/proto/trainingConfig';
import type { Vocabulary } from './conditions.js';
import { METHODS, type Method, type Settings, type SweepDocument } from './document.js';
import { at, type Findings, quote, refuse } from './finding.js';
import { readParameters } from './parameters.js';
import { type Mapping, readInteger, readList, readMapping, readOneOf, refuseRepeats } from './read.js';
import { oneMetric, readMetric, readOverrides, readTraining } from './settings.js';

const KEYS = [
  'name',
  'method',
  'metric',
  'parameters',
  'training',
  'overrides',
  'seeds',
  'budget',
  'early_terminate',
  'retry',
  'pool',
];

const MAX_SEED = 0xffff_ffff;
const MAX_SEEDS = 100;
export const MAX_RUNS = 50_000;

/** Reads the whole file; the document is only of use when no finding was added. */
export function readDocument(value: unknown, datasets: readonly string[], findings: Findings): SweepDocument {
  const root = withoutEmpty(readMapping(value, '', KEYS, findings) ?? {});
  const method = readMethod(root.method, findings);
  const vocabulary: Vocabulary = { dataset: datasets, model: MODELS, loss: LOSSES };
  const block = root.parameters;
  const { arms, parameters, parents } = readParameters({ value: block, method, vocabulary, findings });
  const training = readTraining(root.training, parameters, findings);
  const overrides = readOverrides({ value: root.overrides, parents, parameters, vocabulary, findings });
  refuseUnbuilt(root, findings);
  return {
    name: readName(root.name, findings),
    method,
    pool: readPool(root.pool, findings),
    maxFailures: readRetry(root.retry, findings),
    arms,
    parameters,
    training: withMetric(root.metric, training, findings),
    overrides,
    ...readSeeds(root.seeds, findings),
    // Asked of the file, not of the fallback: a mistyped method should not also miss a budget.
    ...readBudget(root.budget, root.method === 'random', findings),
  };
}

/** A block whose lines are all commented out reads as null: it is absent. */
function withoutEmpty(root: Mapping): Mapping {
  return Object.fromEntries(Object.entries(root).filter(([, block]) => block !== null));
}

function readName(value: unknown, findings: Findings): string {
  if (typeof value === 'string' && /^[^\p{C}]{1,100}$/u.test(value) && value.trim() === value) return value;
  refuse(findings, 'name', `must be 1 to 100 printable characters (got ${quote(value)})`);
  return '';
}

function readMethod(value: unknown, findings: Findings): Method {
  if (value === 'tpe' || value === 'sobol') {
    refuse(findings, 'method', `not available yet: ${value}; use one of ${METHODS.join(', ')}`);
    return 'random';
  }
  return readOneOf(value, 'method', METHODS, findings) ?? 'random';
}

/** `metric: {name, goal}` joined with `training.select`, which means the same thing. */
function withMetric(value: unknown, training: Settings, findings: Findings): Settings {
  if (value === undefined) return training;
  const entry = readMapping(value, 'metric', ['name', 'goal'], findings) ?? {};
  const named = entry.name === undefined ? null : readMetric(entry.name, 'metric.name', findings);
  const metric = named ?? training.metric;
  if (named !== null && training.metric !== null && named !== training.metric)
    refuse(findings, 'training.select', oneMetric(named, training.metric));
  if (entry.goal !== undefined) {
    const goal = readOneOf(entry.goal, 'metric.goal', ['maximize', 'minimize'], findings);
    const natural = isMaximized(metric ?? '') ? 'maximize' : 'minimize';
    if (goal !== null && goal !== natural)
      refuse(findings, 'metric.goal', `must be ${natural} for ${metric ?? 'recall'}`);
  }
  return { ...training, metric };
}

function readPool(value: unknown, findings: Findings): string {
  if (value === undefined) return 'default';
  if (typeof value === 'string' && /^[a-z0-9-]{1,32}$/.test(value)) return value;
  refuse(findings, 'pool', `must be 1 to 32 of a-z 0-9 - (got ${quote(value)})`);
  return 'default';
}

function readRetry(value: unknown, findings: Findings): number {
  const entry = value === undefined ? {} : (readMapping(value, 'retry', ['max'], findings) ?? {});
  return entry.max === undefined ? 3 : (readInteger(entry.max, 'retry.max', [0, 20], findings) ?? 3);
}

function readSeeds(value: unknown, findings: Findings): Pick<SweepDocument, 'seeds' | 'samplerSeed'> {
  const path = 'seeds';
  const entry =
    value === undefined ? {} : (readMapping(value, path, ['search', 'sampler', 'confirm'], findings) ?? {});
  const where = at(path, 'search');
  const seeds = entry.search === undefined ? [1] : readSearchSeeds(entry.search, where, findings);
  const sampler =
    entry.sampler === undefined
      ? 1
      : readInteger(entry.sampler, at(path, 'sampler'), [0, MAX_SEED], findings);
  return { seeds, samplerSeed: sampler ?? 1 };
}

/** `[1, 2]`, or `{count: 3, base: 2019}` for 2019, 2020, 2021. */
function readSearchSeeds(value: unknown, path: string, findings: Findings): number[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const entry = readMapping(value, path, ['count', 'base'], findings) ?? {};
    const count = readInteger(entry.count, at(path, 'count'), [1, MAX_SEEDS], findings) ?? 0;
    const last = MAX_SEED - MAX_SEEDS;
    const base =
      entry.base === undefined ? 1 : readInteger(entry.base, at(path, 'base'), [0, last], findings);
    return Array.from({ length: count }, (_, index) => (base ?? 1) + index);
  }
  const list = readList(value, path, findings) ?? [];
  if (list.length > MAX_SEEDS)
    refuse(findings, path, `holds ${list.length} seeds, the limit is ${MAX_SEEDS}`);
  refuseRepeats(list, path, findings);
  return list
    .slice(0, MAX_SEEDS)
    .map((seed, index) => readInteger(seed, at(path, index), [0, MAX_SEED], findings))
    .filter((seed) => seed !== null);
}

function readBudget(
  value: unknown,
  needed: boolean,
  findings: Findings,
): Pick<SweepDocument, 'maxTrials' | 'maxTrialsPerStratum'> {
  const keys = ['max_trials', 'max_trials_per_stratum', 'max_wall', 'max_concurrent'];
  const entry = value === undefined ? {} : (readMapping(value, 'budget', keys, findings) ?? {});
  const limit = (key: string) =>
    entry[key] === undefined ? null : readInteger(entry[key], at('budget', key), [1, MAX_RUNS], findings);
  if (needed && entry.max_trials === undefined && entry.max_trials_per_stratum === undefined)
    refuse(findings, 'budget', 'method random needs max_trials or max_trials_per_stratum');
  return { maxTrials: limit('max_trials'), maxTrialsPerStratum: limit('max_trials_per_stratum') };
}

/** What the plan of the product has and this version does not: said, never ignored. */
function refuseUnbuilt(root: Mapping, findings: Findings): void {
  const unbuilt = (path: string, instead: string) => refuse(findings, path, `not available yet: ${instead}`);
  if (has(root.seeds, 'confirm'))
    unbuilt('seeds.confirm', 'confirmation seeds; list all seeds under seeds.search');
  if (has(root.budget, 'max_wall')) unbuilt('budget.max_wall', 'a limit of time; use max_trials');
  if (has(root.budget, 'max_concurrent'))
    unbuilt('budget.max_concurrent', "the workers' slots are the limit");
  if (root.early_terminate === undefined) return;
  const entry = readMapping(root.early_terminate, 'early_terminate', ['type', 'eta', 'min_steps'], findings);
  const pruners = ['none', 'median', 'asha', 'hyperband'] as const;
  const type = entry === null ? null : readOneOf(entry.type, 'early_terminate.type', pruners, findings);
  if (type !== null && type !== 'none') unbuilt('early_terminate.type', `${type}; only none`);
}

function has(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}
