/** The `parameters:` block: the arms that span the strata, and the hyper-parameters searched in each. */
import { didYouMean } from '@adt/proto/nearest';
import {
  type Hyperparameter,
  hyperparameterSchemas,
  LOSSES,
  MODELS,
  PARAMETER_OF_LOSS,
  PARAMETER_OF_MODELS,
  TRAINING_DEFAULTS,
} from '@adt/proto/trainingConfig';
import { type Parents, parentsFirst, readWhen, type Vocabulary } from './conditions.js';
import type { SweepDocument } from './document.js';
import {
  ARMS,
  type Arm,
  type Condition,
  type Domain,
  type Method,
  type Parameter,
  type Scalar,
} from './document.js';
import { DOMAIN_HINTS, DOMAIN_KEYS, readDomain } from './domain.js';
import { at, type Findings, quote, refuse } from './finding.js';
import { type Mapping, readList, readMapping, readOneOf, refuseRepeats } from './read.js';

export const HYPERPARAMETERS = Object.keys(hyperparameterSchemas) as Hyperparameter[];

const PATH = 'parameters';

const HINTS = {
  seed: 'is not searched: a lucky seed is no better configuration; list seeds under seeds.search',
  topk: 'is fixed: give it under training',
  select: 'is fixed: give it under metric.name',
};

const ARM_HINTS = {
  when: 'dataset, model and loss span the strata and are always active',
  probabilities: 'every stratum gets the same budget',
};

type Arms = SweepDocument['arms'];
type Declared = { name: Hyperparameter; domain: Domain; when: unknown };

export function readParameters(params: {
  value: unknown;
  method: Method;
  vocabulary: Vocabulary;
  findings: Findings;
}): { arms: Arms; parameters: Parameter[]; parents: Parents } {
  const { method, vocabulary, findings } = params;
  const block = readMapping(params.value, PATH, [...ARMS, ...HYPERPARAMETERS], findings, HINTS) ?? {};
  const arms = readArms(block, vocabulary.dataset, findings);
  const declared = Object.keys(block).flatMap((key) => {
    const name = HYPERPARAMETERS.find((known) => known === key);
    return name === undefined ? [] : readDeclared(name, block[key], method, findings);
  });
  const parents = parentsOf(arms, declared);
  const parameters = declared.map(({ name, domain, when }) => {
    const path = at(at(PATH, name), 'when');
    const conditions =
      when === undefined ? [] : readWhen({ value: when, path, parents, vocabulary, findings });
    return { name, domain, when: withOwners(name, conditions, findings) };
  });
  return { arms, parameters: parentsFirst(parameters, findings), parents };
}

function readDeclared(name: Hyperparameter, value: unknown, method: Method, findings: Findings): Declared[] {
  const path = at(PATH, name);
  if (typeof value === 'number') {
    refuse(findings, path, `must be a mapping: write {value: ${quote(value)}}`);
    return [];
  }
  const entry = readMapping(value, path, [...DOMAIN_KEYS, 'when'], findings, DOMAIN_HINTS);
  if (entry === null) return [];
  const domain = readDomain({ name, entry, path, method, findings });
  return domain === null ? [] : [{ name, domain, when: entry.when }];
}

function readArms(block: Mapping, datasets: readonly string[], findings: Findings): Arms {
  if (block.dataset === undefined)
    refuse(findings, at(PATH, 'dataset'), 'is required: name at least one data set');
  const readDataset = (value: unknown, path: string) => knownDataset(value, path, datasets, findings);
  return {
    dataset: readArm('dataset', block, readDataset, findings) ?? [],
    model: readArm('model', block, (value, path) => readOneOf(value, path, MODELS, findings), findings) ?? [
      TRAINING_DEFAULTS.model,
    ],
    loss: readArm('loss', block, (value, path) => readOneOf(value, path, LOSSES, findings), findings) ?? [
      TRAINING_DEFAULTS.loss,
    ],
  };
}

/** null when the block does not speak of the arm. */
function readArm<Word extends string>(
  arm: Arm,
  block: Mapping,
  readWord: (value: unknown, path: string) => Word | null,
  findings: Findings,
): Word[] | null {
  if (block[arm] === undefined) return null;
  const path = at(PATH, arm);
  const entry = readMapping(block[arm], path, ['value', 'values'], findings, ARM_HINTS);
  if (entry === null) return [];
  if ('value' in entry === 'values' in entry) {
    refuse(findings, path, 'needs either value or values');
    return [];
  }
  const listPath = at(path, 'values');
  const list = 'value' in entry ? [entry.value] : readList(entry.values, listPath, findings);
  if (list === null) return [];
  refuseRepeats(list, listPath, findings);
  const where = (index: number) => ('value' in entry ? at(path, 'value') : at(listPath, index));
  return list.map((value, index) => readWord(value, where(index))).filter((word) => word !== null);
}

function knownDataset(value: unknown, path: string, datasets: readonly string[], findings: Findings) {
  const name = datasets.find((known) => known === value);
  if (name !== undefined) return name;
  const guess = typeof value === 'string' ? didYouMean(value, datasets) : '';
  const known =
    datasets.length === 0 ? 'none is stored yet' : `stored are ${datasets.slice(0, 8).join(', ')}`;
  const more = datasets.length > 8 ? ` and ${datasets.length - 8} more` : '';
  refuse(
    findings,
    path,
    `${quote(value)} is not a stored data set${guess}: ${known}${more}`,
    'UNKNOWN_DATASET',
  );
  return null;
}

function parentsOf(arms: Arms, declared: readonly Declared[]): Parents {
  return new Map<string, readonly Scalar[] | null>([
    ...ARMS.map((arm) => [arm, arms[arm]] as const),
    ...declared.map(({ name, domain }) => [name, domain.kind === 'choice' ? domain.values : null] as const),
  ]);
}

/**
 * ε_max, ε_N, β and the baselines' weights belong to one loss each, the sizes of a tower or an autoencoder to one
 * model, said or not; a condition that shuts the owner out is a mistake.
 */
function withOwners(name: Hyperparameter, when: readonly Condition[], findings: Findings): Condition[] {
  const loss = PARAMETER_OF_LOSS[name];
  const byLoss = withOwner({ name, arm: 'loss', owners: loss && [loss], when, findings });
  return withOwner({ name, arm: 'model', owners: PARAMETER_OF_MODELS[name], when: byLoss, findings });
}

function withOwner({
  name,
  arm,
  owners,
  when,
  findings,
}: {
  name: Hyperparameter;
  arm: Arm;
  owners: readonly string[] | undefined;
  when: readonly Condition[];
  findings: Findings;
}): Condition[] {
  if (owners === undefined) return [...when];
  const stated = when.find(({ parent }) => parent === arm);
  const values = stated === undefined ? owners : owners.filter((owner) => stated.values.includes(owner));
  if (values.length === 0)
    refuse(
      findings,
      `parameters.${name}.when.${arm}`,
      `${name} belongs to ${owners.join(' and ')}: no other ${arm} reads it`,
    );
  return [{ parent: arm, values: [...values] }, ...when.filter(({ parent }) => parent !== arm)];
}
