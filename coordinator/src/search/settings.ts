/** What a sweep fixes instead of searching: `training:`, the metric, and `overrides:` of both for some strata. */
import { metricName } from '@adt/proto/metric';
import {
  type Hyperparameter,
  MAX_TOPK,
  PARAMETER_OF_LOSS,
  PARAMETER_OF_MODELS,
} from '@adt/proto/trainingConfig';
import { type Parents, readWhen, type Vocabulary } from './conditions.js';
import { ARMS, type Condition, type Override, type Parameter, type Settings } from './document.js';
import { at, type Findings, quote, refuse } from './finding.js';
import { HYPERPARAMETERS } from './parameters.js';
import { boundsOf, readInteger, readList, readMapping, readNumber, refuseRepeats } from './read.js';

const METRIC_KEY = 'metric.name';
const TRAINING_HINTS = {
  seed: 'seeds are given under seeds.search',
  dataset: 'is an arm: give it under parameters',
  model: 'is an arm: give it under parameters',
  loss: 'is an arm: give it under parameters',
};

/** `training:`. A setting that is searched under all conditions cannot also be fixed. */
export function readTraining(value: unknown, parameters: readonly Parameter[], findings: Findings): Settings {
  const path = 'training';
  if (value === undefined) return { values: {}, topk: null, metric: null };
  const settings = readSettings(value, path, ['select'], findings);
  refuseSearched(settings, path, parameters, findings);
  return settings;
}

/** `overrides:` a list of `{when, set}`; later ones win over earlier ones. */
export function readOverrides(params: {
  value: unknown;
  parents: Parents;
  parameters: readonly Parameter[];
  vocabulary: Vocabulary;
  findings: Findings;
}): Override[] {
  const { value, parents, vocabulary, findings } = params;
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    refuse(findings, 'overrides', `must be a list of {when, set} (got ${quote(value)})`);
    return [];
  }
  const arms: Parents = new Map(ARMS.map((arm) => [arm, parents.get(arm) ?? []]));
  return value.flatMap((item, index) => {
    const path = at('overrides', index);
    const entry = readMapping(item, path, ['when', 'set'], findings);
    if (entry === null) return [];
    const when = readWhen({ value: entry.when, path: at(path, 'when'), parents: arms, vocabulary, findings });
    const set = readSettings(entry.set, at(path, 'set'), [METRIC_KEY, 'select'], findings);
    refuseSearched(set, at(path, 'set'), params.parameters, findings);
    refuseMetricPerLoss(when, set, path, findings);
    return [{ path: at(path, 'set'), when, set }];
  });
}

/** A metric that a sweep may rank by: of the validation part, by name; `valid-loss` is the paper's word for valid/loss. */
export function readMetric(value: unknown, path: string, findings: Findings): string | null {
  const name = value === 'valid-loss' ? 'valid/loss' : value;
  const parsed = metricName.safeParse(name);
  if (!parsed.success) {
    refuse(findings, path, `must be like valid/recall@50 or valid/ndcg@20 (got ${quote(value)})`);
    return null;
  }
  if (parsed.data.startsWith('test/')) {
    refuse(findings, path, 'must be a validation metric: the test part is read once, after selection');
    return null;
  }
  if (parsed.data.startsWith('valid/') && !/\/drop/.test(parsed.data)) return parsed.data;
  refuse(findings, path, `must be a validation metric, valid/… (got ${quote(value)})`);
  return null;
}

function readSettings(value: unknown, path: string, metricKeys: string[], findings: Findings): Settings {
  const entry = readMapping(
    value,
    path,
    [...HYPERPARAMETERS, 'topk', ...metricKeys],
    findings,
    TRAINING_HINTS,
  );
  const settings: Settings = { values: {}, topk: null, metric: null };
  if (entry === null) return settings;
  for (const name of HYPERPARAMETERS) {
    if (entry[name] === undefined) continue;
    const number = readNumber(entry[name], at(path, name), boundsOf(name), findings);
    if (number !== null) settings.values[name] = number;
  }
  if (entry.topk !== undefined) settings.topk = readTopk(entry.topk, at(path, 'topk'), findings);
  for (const key of metricKeys) {
    if (entry[key] === undefined) continue;
    const metric = readMetric(entry[key], at(path, key), findings);
    if (metric !== null && settings.metric !== null && metric !== settings.metric)
      refuse(findings, at(path, key), oneMetric(settings.metric, metric));
    settings.metric ??= metric;
  }
  return settings;
}

/** Why `training.select` and `metric.name` cannot differ. */
export function oneMetric(ranks: string, selects: string): string {
  return `a sweep ranks by the metric that picks its checkpoints: ${ranks} and ${selects} cannot both be it`;
}

function readTopk(value: unknown, path: string, findings: Findings): number[] | null {
  const list = readList(Array.isArray(value) ? value : [value], path, findings);
  if (list === null) return null;
  if (list.length > 8) refuse(findings, path, `holds ${list.length} values, the limit is 8`);
  const ks = list
    .map((k, index) => readInteger(k, at(path, index), [1, MAX_TOPK], findings))
    .filter((k) => k !== null);
  refuseRepeats(ks, path, findings);
  return ks.sort((a, b) => a - b);
}

function refuseSearched(
  settings: Settings,
  path: string,
  parameters: readonly Parameter[],
  findings: Findings,
) {
  for (const name of Object.keys(settings.values) as Hyperparameter[]) {
    const searched = parameters.find((parameter) => parameter.name === name);
    if (searched !== undefined && leavesNothingToFix(searched))
      refuse(findings, at(path, name), `is searched as parameters.${name}: it cannot be fixed as well`);
  }
}

/** A parameter that is active wherever anything reads it. */
function leavesNothingToFix({ name, when }: Parameter): boolean {
  const loss = PARAMETER_OF_LOSS[name];
  const owners: Partial<Record<string, readonly string[]>> = {
    loss: loss && [loss],
    model: PARAMETER_OF_MODELS[name],
  };
  return when.every(
    ({ parent, values }) => owners[parent]?.every((owner) => values.includes(owner)) ?? false,
  );
}

/** Losses of one data set are compared with each other, so they need one yardstick. */
function refuseMetricPerLoss(when: readonly Condition[], set: Settings, path: string, findings: Findings) {
  if ((set.metric === null && set.topk === null) || !when.some(({ parent }) => parent === 'loss')) return;
  refuse(
    findings,
    at(path, 'when.loss'),
    'losses are compared by one metric: it cannot be set for some of them',
  );
}
