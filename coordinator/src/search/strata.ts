/** The strata of a sweep, (dataset, model, loss): what each fixes, what it searches, and what it lacks. */

import { isMaximized } from '@adt/proto/metricGoal';
import {
  type Hyperparameter,
  type Loss,
  MAX_TOPK,
  type Model,
  PARAMETER_OF_LOSS,
  PARAMETER_OF_MODELS,
  TRAINING_DEFAULTS,
  whyNoFlags,
  whyNotTheseFactors,
  whyNotTogether,
} from '@adt/proto/trainingConfig';
import type { SweepDocument } from './document.js';
import { ARMS, type Arm, type Condition, type Parameter, type Settings } from './document.js';
import { type Findings, refuse } from './finding.js';
import { isActive } from './grid.js';
import { HYPERPARAMETERS } from './parameters.js';

/** What the search must know of a data set. */
export type DatasetFacts = {
  name: string;
  sha256: string;
  users: number;
  items: number;
  trainInteractions: number;
  /** Whether it is known which training interactions are false positives. */
  hasFlags: boolean;
};

export type Stratum = {
  dataset: DatasetFacts;
  model: Model;
  loss: Loss;
  /** Parents first; conditions on the arms are settled, those on other parameters remain. */
  parameters: readonly Parameter[];
  /** Values of what is not searched, or not active. */
  fixed: Readonly<Partial<Record<Hyperparameter, number>>>;
  topk: readonly number[];
  /** Ranks the trials and picks the checkpoint. */
  metric: string;
};

const ADVICE: Partial<Record<Hyperparameter, string>> = {
  eps_max: 'eps_max: {values: [0.05, 0.1, 0.2]}',
  eps_n: 'eps_n: {values: [1000, 10000, 30000]}',
  beta: 'beta: {values: [0.1, 0.25, 0.5]}',
  nr_fp_weight: 'nr_fp_weight: {value: 1}',
  nr_negative_weight: 'nr_negative_weight: {value: 1}',
  nmtr_click_weight: 'nmtr_click_weight: {values: [0.25, 0.5]}',
};

/** Data sets outermost, then models, then losses, each as declared. */
export function buildStrata(
  document: SweepDocument,
  facts: readonly DatasetFacts[],
  findings: Findings,
): Stratum[] {
  const { arms } = document;
  const datasets = arms.dataset.flatMap((name) => facts.find((known) => known.name === name) ?? []);
  refuseSameContent(datasets, findings);
  const strata = datasets.flatMap((dataset) =>
    arms.model.flatMap((model) =>
      arms.loss.map((loss) => buildStratum(document, { dataset, model, loss }, findings)),
    ),
  );
  refuseMixedGoals(strata, findings);
  return strata;
}

type Place = Pick<Stratum, 'dataset' | 'model' | 'loss'>;

function buildStratum(document: SweepDocument, place: Place, findings: Findings): Stratum {
  const words: Record<Arm, string> = {
    dataset: place.dataset.name,
    model: place.model,
    loss: place.loss,
  };
  const holds = ({ parent, values }: Condition) => !isArm(parent) || values.includes(words[parent]);
  const parameters = document.parameters
    .filter(({ when }) => when.every(holds))
    .map((parameter) => ({ ...parameter, when: parameter.when.filter(({ parent }) => !isArm(parent)) }));
  const layers = [
    { path: 'training', set: document.training },
    ...document.overrides.filter(({ when }) => when.every(holds)),
  ];
  refuseUnfit(place, findings);
  const ranking = rankingOf(layers, place.dataset, findings);
  const fixed = fixedOf(layers, place);
  refuseMissing({ ...place, ...ranking, parameters, fixed }, document.parameters, findings);
  refuseWideTowers({ ...place, ...ranking, parameters, fixed }, findings);
  return { ...place, ...ranking, parameters, fixed };
}

type Layer = { path: string; set: Settings };

/** The last layer that speaks wins. A metric's K joins the default topk, and must be in a stated one. */
function rankingOf(
  layers: readonly Layer[],
  dataset: DatasetFacts,
  findings: Findings,
): { topk: readonly number[]; metric: string } {
  const stated = layers.findLast(({ set }) => set.topk !== null && set.topk.length > 0);
  const byDefault = defaultTopk(dataset);
  const chosen = layers.findLast(({ set }) => set.metric !== null);
  const metric = chosen?.set.metric ?? `valid/recall@${(stated?.set.topk ?? byDefault)[0]}`;
  const k = Number(metric.match(/@(\d+)$/)?.[1] ?? byDefault[0]);
  const path = metricPath(chosen);
  if (k > Math.min(dataset.items, MAX_TOPK))
    refuse(
      findings,
      path,
      `K = ${k} is more than ${k > MAX_TOPK ? `the limit ${MAX_TOPK}` : itemsOf(dataset)}`,
    );
  const largest = stated?.set.topk?.at(-1) ?? 0;
  if (largest > dataset.items)
    refuse(findings, `${stated?.path}.topk`, `${largest} is more than ${itemsOf(dataset)}`);
  if (stated?.set.topk?.includes(k) === false && metric.includes('@'))
    refuse(findings, path, `K = ${k} is not in ${stated.path}.topk [${stated.set.topk.join(', ')}]`);
  const topk = stated?.set.topk ?? [...new Set([...byDefault, k])].sort((a, b) => a - b);
  return { topk, metric };
}

function metricPath(layer: Layer | undefined): string {
  return layer === undefined || layer.path === 'training' ? 'metric.name' : `${layer.path}.metric.name`;
}

function itemsOf({ name, items }: DatasetFacts): string {
  return `the ${items} items of ${name}`;
}

/** K of Recall and NDCG where the sweep is silent: 3 and 20 on Adressa as in the paper, else 50 and 100. */
export function defaultTopk({ name, items }: Pick<DatasetFacts, 'name' | 'items'>): number[] {
  const ks = name === 'adressa' ? [3, 20] : TRAINING_DEFAULTS.topk;
  return [...new Set(ks.map((k) => Math.min(k, items)))];
}

/** What a model or loss does not read is left out, or has its default where a configuration always names it. */
function fixedOf(layers: readonly Layer[], place: Place): Stratum['fixed'] {
  const defaults: Partial<Record<Hyperparameter, number>> = {};
  for (const name of HYPERPARAMETERS) {
    if (name in TRAINING_DEFAULTS) defaults[name] = TRAINING_DEFAULTS[name as keyof Defaults];
  }
  const all = Object.assign({ ...defaults }, ...layers.map(({ set }) => set.values));
  const own = Object.entries(all).filter(([name]) => appliesTo(name as Hyperparameter, place));
  return { factors: defaults.factors, ...Object.fromEntries(own) };
}
type Defaults = Pick<typeof TRAINING_DEFAULTS, Hyperparameter & keyof typeof TRAINING_DEFAULTS>;

function appliesTo(name: Hyperparameter, { model, loss }: Place): boolean {
  return (PARAMETER_OF_LOSS[name] ?? loss) === loss && (PARAMETER_OF_MODELS[name]?.includes(model) ?? true);
}

/** A loss that its data set or its model can't have. */
function refuseUnfit({ dataset, model, loss }: Place, findings: Findings): void {
  for (const reason of [whyNoFlags(loss, dataset), whyNotTogether(model, loss)]) {
    if (reason !== null) refuse(findings, 'parameters.loss', reason);
  }
}

/** Each parameter of the loss must have a value in every configuration. */
function refuseMissing(stratum: Stratum, declared: readonly Parameter[], findings: Findings): void {
  for (const name of HYPERPARAMETERS) {
    if (PARAMETER_OF_LOSS[name] !== stratum.loss || stratum.fixed[name] !== undefined) continue;
    if (stratum.parameters.some((parameter) => parameter.name === name && parameter.when.length === 0))
      continue;
    const partly = declared.some((parameter) => parameter.name === name);
    refuse(
      findings,
      `parameters.${name}${partly ? '.when' : ''}`,
      partly
        ? `leaves ${stratum.loss} without ${name} in some configurations of ${stratum.dataset.name}: give training.${name} too`
        : `is required, for ${stratum.loss} is in the space: add ${ADVICE[name]}`,
    );
  }
}

/** Factors and layers bound each other: the widest tower of the space must be one that can be trained. */
function refuseWideTowers({ model, parameters, fixed }: Stratum, findings: Findings): void {
  const layers = parameters.find(({ name }) => name === 'mlp_layers');
  const factors = parameters.find(({ name }) => name === 'factors');
  for (const mlpLayers of layers ? largestOf(layers) : [fixed.mlp_layers]) {
    const chosen = mlpLayers === undefined ? {} : { mlp_layers: mlpLayers };
    const searched = factors !== undefined && isActive(factors, chosen);
    const widest = searched ? Math.max(...largestOf(factors)) : fixed.factors;
    const wrong = whyNotTheseFactors({ model, factors: widest ?? 0, mlpLayers });
    if (model !== 'NeuMF' || wrong === null) continue;
    const where = searched ? 'parameters.factors' : layers ? 'parameters.mlp_layers' : 'training.factors';
    refuse(findings, where, wrong);
    return;
  }
}

function largestOf({ domain }: Parameter): readonly number[] {
  return domain.kind === 'choice' ? domain.values : [domain.high];
}

function refuseSameContent(datasets: readonly DatasetFacts[], findings: Findings): void {
  const names = new Map<string, string>();
  datasets.forEach(({ name, sha256 }, index) => {
    const first = names.get(sha256);
    if (first !== undefined)
      refuse(
        findings,
        `parameters.dataset.values[${index}]`,
        `${name} is ${first} under another name (same SHA-256)`,
      );
    names.set(sha256, name);
  });
}

/** One sweep has one direction; and a loss value compares trainings of one loss only. */
function refuseMixedGoals(strata: readonly Stratum[], findings: Findings): void {
  const minimized = strata.filter(({ metric }) => !isMaximized(metric));
  if (minimized.length === 0) return;
  if (minimized.length < strata.length)
    refuse(findings, 'metric.name', 'must be a loss for all strata or for none');
  if (new Set(strata.map(({ loss }) => loss)).size > 1)
    refuse(
      findings,
      'metric.name',
      'losses have different scales: rank by valid/recall@K or valid/ndcg@K, or sweep one loss',
    );
}

function isArm(name: string): name is Arm {
  return (ARMS as readonly string[]).includes(name);
}
