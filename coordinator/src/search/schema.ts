/** A parsed sweep file, checked key by key into a SweepDocument; every finding is collected, not only the first. */

import { isMaximized } from '@adt/proto/metricGoal';
import { LOSSES, MODELS } from '@adt/proto/trainingConfig';
import { readBudget } from './budget.js';
import type { Vocabulary } from './conditions.js';
import { METHODS, type Method, type Settings, type SweepDocument } from './document.js';
import { type Findings, quote, refuse } from './finding.js';
import { readParameters } from './parameters.js';
import { readEarlyTerminate } from './pruners/earlyTerminate.js';
import { type Mapping, readInteger, readMapping, readOneOf } from './read.js';
import type { Rules } from './rules.js';
import { readSeeds } from './seeds.js';
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
  'priority',
];

/** Shares of slots beyond this are starvation by another name. */
const MAX_PRIORITY = 100;

/** Reads the whole file; the document is only of use when no finding was added. */
export function readDocument(
  value: unknown,
  { datasets, rules }: { datasets: readonly string[]; rules: Rules },
  findings: Findings,
): SweepDocument {
  const root = withoutEmpty(readMapping(value, '', KEYS, findings) ?? {});
  const method = readMethod(root.method, findings);
  const vocabulary: Vocabulary = { dataset: datasets, model: MODELS, loss: LOSSES };
  const block = root.parameters;
  const { arms, parameters, parents } = readParameters({ value: block, method, vocabulary, findings });
  const training = readTraining(root.training, parameters, findings);
  const overrides = readOverrides({ value: root.overrides, parents, parameters, vocabulary, findings });
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
    pruner: readEarlyTerminate(root.early_terminate, rules, findings),
    budget: readBudget(root.budget, root.method, findings),
    priority: readPriority(root.priority, findings),
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

function readPriority(value: unknown, findings: Findings): number {
  return value === undefined ? 1 : (readInteger(value, 'priority', [1, MAX_PRIORITY], findings) ?? 1);
}
