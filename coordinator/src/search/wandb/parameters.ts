/** W&B's `parameters:` as arms, hyper-parameters with their conditions, seeds and topk. */
import {
  type Hyperparameter,
  type Loss,
  MAX_TOPK,
  MODELS,
  type Model,
  PARAMETER_OF_LOSS,
  PARAMETER_OF_MODELS,
} from '@adt/proto/trainingConfig';
import { at, type Findings, quote } from '../finding.js';
import { HYPERPARAMETERS } from '../parameters.js';
import { type Mapping, readInteger } from '../read.js';
import { datasetsOf, type Leaf, listed, lossesOf, modelsOf } from './arms.js';
import { translateDomain } from './domain.js';
import { meaningOf, type PlaceName } from './names.js';
import { type Notes, note, refuseAll } from './note.js';

export type Space = {
  dataset: readonly string[];
  model: readonly Model[];
  loss: readonly Loss[];
  /** Entries of a sweep file's `parameters:`, in the order of the file. */
  parameters: readonly [Hyperparameter, Mapping][];
  seeds: unknown;
  topk: unknown;
};

/** What the authors' scripts take where an argument is not given (their argparse defaults). */
const AUTHORS_DEFAULTS: Partial<Record<Hyperparameter, number>> = { eps_max: 0.2, eps_n: 30_000, beta: 0.2 };

/** Undoes W&B's nesting: `optimizer: {parameters: {lr: …}}` is the parameter lr. */
export function leavesOf(block: Mapping, path: string, notes: Notes): Leaf[] {
  return Object.entries(block).flatMap(([word, entry]) => {
    const where = at(path, word);
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
      note(
        notes,
        'refused',
        where,
        `must be a mapping with value, values, or min and max (got ${quote(entry)})`,
      );
      return [];
    }
    const nested = (entry as Mapping).parameters;
    if (typeof nested !== 'object' || nested === null)
      return [{ path: where, word, entry: entry as Mapping }];
    note(notes, 'translated', where, `is a group: its parameters stand by themselves here`);
    return leavesOf(nested as Mapping, at(where, 'parameters'), notes);
  });
}

/** @param dataset where the file names none */
export function translateSpace(params: {
  leaves: readonly Leaf[];
  isGrid: boolean;
  program: string;
  dataset: string | null;
  notes: Notes;
}): Space {
  const { isGrid, notes } = params;
  const found = new Map<Hyperparameter | PlaceName, Leaf>();
  for (const leaf of params.leaves) sortIn(leaf, found, notes);
  const loss = lossesOf(found, params.program, notes);
  const model = modelsOf(found.get('model'), notes);
  const dataset = datasetsOf(found.get('dataset'), params.dataset, notes);
  const arms = { loss, model };
  const parameters = [...found].flatMap(([name, leaf]): [Hyperparameter, Mapping][] => {
    const own = HYPERPARAMETERS.find((known) => known === name);
    if (own === undefined) return [];
    const when = whenOf(own, arms);
    if (when === null) {
      note(notes, 'dropped', leaf.path, `no run reads ${own}: ${inWords(arms)}`);
      return [];
    }
    const domain = translateDomain({ name: own, entry: leaf.entry, path: leaf.path, isGrid, notes });
    if (domain === null) return [];
    const conditions = Object.keys(when).length === 0 ? {} : { when };
    return [[own, { ...domain, ...conditions }]];
  });
  return {
    dataset,
    ...arms,
    parameters: [...parameters, ...missingOf(found, loss, notes)],
    seeds: seedsOf(found.get('seed'), notes),
    topk: topkOf(found.get('topk'), notes),
  };
}

function sortIn(leaf: Leaf, found: Map<Hyperparameter | PlaceName, Leaf>, notes: Notes): void {
  const { path, word, entry } = leaf;
  const meaning = meaningOf(word);
  switch (meaning.kind) {
    case 'unknown':
      note(notes, 'refused', path, `is not a parameter here${meaning.guess}`);
      break;
    case 'machinery':
      note(notes, 'dropped', path, 'is up to the workers');
      break;
    case 'fixed': {
      const values = listed(entry);
      if (values?.every((value) => meaning.same.includes(value)))
        note(notes, 'dropped', path, meaning.reason);
      else note(notes, 'refused', path, `cannot be ${quote(values ?? entry)}: ${meaning.reason}`);
      break;
    }
    case 'hyperparameter':
    case 'place': {
      const other = found.get(meaning.name);
      if (other !== undefined)
        note(notes, 'refused', path, `is ${meaning.name} here, and so is ${other.path}`);
      else if (word !== meaning.name) note(notes, 'translated', path, `is called ${meaning.name} here`);
      found.set(meaning.name, other ?? leaf);
      break;
    }
    default:
      meaning satisfies never;
  }
}

/** The conditions that our schema has and W&B lacks; null where nothing in the sweep reads the parameter. */
function whenOf(
  name: Hyperparameter,
  arms: { loss: readonly Loss[]; model: readonly Model[] },
): Mapping | null {
  const loss = PARAMETER_OF_LOSS[name];
  if (loss !== undefined && !arms.loss.includes(loss)) return null;
  const owners = PARAMETER_OF_MODELS[name] ?? MODELS;
  const models = arms.model.filter((model) => owners.includes(model));
  if (models.length === 0) return null;
  return {
    ...(loss === undefined ? {} : { loss }),
    ...(models.length === arms.model.length ? {} : { model: models.length === 1 ? models[0] : models }),
  };
}

/** What a loss cannot do without and the file leaves to the script. */
function missingOf(
  found: ReadonlyMap<string, Leaf>,
  losses: readonly Loss[],
  notes: Notes,
): [Hyperparameter, Mapping][] {
  return HYPERPARAMETERS.flatMap((name): [Hyperparameter, Mapping][] => {
    const loss = PARAMETER_OF_LOSS[name];
    if (loss === undefined || !losses.includes(loss) || found.has(name)) return [];
    const value = AUTHORS_DEFAULTS[name];
    if (value === undefined) {
      note(notes, 'refused', at('parameters', name), `is needed for ${loss} and not in the file`);
      return [];
    }
    note(notes, 'added', at('parameters', name), `${value}, the default of the authors' script`);
    return [[name, { value, when: { loss } }]];
  });
}

/** Seeds are no parameter here: every configuration runs with all of them. */
function seedsOf(leaf: Leaf | undefined, notes: Notes): unknown {
  if (leaf === undefined) return undefined;
  const { path, entry } = leaf;
  note(
    notes,
    'translated',
    path,
    'seeds.search: every configuration runs with each, and is ranked by their mean',
  );
  const { min, max } = entry;
  if (Number.isInteger(min) && Number.isInteger(max))
    return { count: Number(max) - Number(min) + 1, base: min };
  const values = listed(entry);
  if (values === null) note(notes, 'refused', path, 'needs value, values, or whole min and max');
  else refuseNotWhole(values, path, [0, 0xffff_ffff], notes);
  return values ?? undefined;
}

function topkOf(leaf: Leaf | undefined, notes: Notes): unknown {
  if (leaf === undefined) return undefined;
  const { path, entry } = leaf;
  const values = listed(entry);
  if (values?.length !== 1) {
    note(notes, 'refused', path, 'is fixed here: give one value');
    return undefined;
  }
  note(notes, 'translated', path, 'training.topk');
  const ks: unknown[] = Array.isArray(values[0]) ? values[0] : values;
  refuseNotWhole(ks, path, [1, MAX_TOPK], notes);
  return ks;
}

function refuseNotWhole(
  values: readonly unknown[],
  path: string,
  range: readonly [number, number],
  notes: Notes,
): void {
  const findings: Findings = [];
  for (const value of values) readInteger(value, path, range, findings);
  refuseAll(notes, findings);
}

function inWords({ loss, model }: { loss: readonly string[]; model: readonly string[] }): string {
  return `losses ${loss.join(', ')}; models ${model.join(', ')}`;
}
