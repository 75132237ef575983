/**
 * A W&B sweep file as a sweep file of ours, with an account of every key. W&B has no condition on a parameter; those of
 * a loss or a model get theirs from our schema. Keys and their meaning: docs.wandb.ai, "Sweep configuration options".
 */
import { didYouMean } from '@adt/proto/nearest';
import { Document, isMap, visit } from 'yaml';
import { quote } from '../finding.js';
import { parseSpec, type SpecText } from '../parse.js';
import type { Mapping } from '../read.js';
import { type Note, type Notes, note } from './note.js';
import { leavesOf, type Space, translateSpace } from './parameters.js';
import {
  commandLeaves,
  evalEveryOf,
  translateBudget,
  translateEarlyTerminate,
  translateMethod,
  translateMetric,
} from './settings.js';

export type WandbImport =
  | { ok: true; spec: string; notes: readonly Note[] }
  /** Some key was refused: half a search is not imported. */
  | { ok: false; notes: readonly Note[] };

const READ = ['name', 'method', 'metric', 'parameters', 'early_terminate', 'run_cap', 'command'];

/** Keys that say where W&B runs or shows a sweep. */
const DROPPED: Readonly<Record<string, string>> = {
  program: 'the workers train by themselves; no script is called',
  entity: 'is an account of W&B',
  project: 'is a place in W&B',
  description: 'has no place in a sweep file; it stands in a comment',
  controller: 'the coordinator plans',
  job: 'is a place in W&B',
  image_uri: 'the workers train by themselves; no image is run',
  queue: 'the pool is the queue',
};

/** @param dataset name of a stored data set, for a file that names none; null: such a file is refused */
export function importWandbSweep(params: SpecText & { dataset: string | null }): WandbImport {
  const notes: Notes = [];
  const parsed = parseSpec(params);
  if (!parsed.ok) {
    note(notes, 'refused', '', `line ${parsed.line}, column ${parsed.column}: ${parsed.message}`);
    return { ok: false, notes };
  }
  const root = mappingOf(parsed.value);
  if (root === null || mappingOf(root.parameters) === null) {
    note(
      notes,
      'refused',
      root === null ? '' : 'parameters',
      'must be a mapping, as a W&B sweep file has it',
    );
    return { ok: false, notes };
  }
  const sweep = translate(root, params.dataset, notes);
  if (notes.some(({ kind }) => kind === 'refused')) return { ok: false, notes };
  return { ok: true, spec: textOf(sweep, root.description, notes), notes };
}

function translate(root: Mapping, dataset: string | null, notes: Notes): Mapping {
  for (const key of ['metric', 'early_terminate'])
    if (root[key] !== undefined && root[key] !== null && mappingOf(root[key]) === null) {
      note(notes, 'refused', key, `must be a mapping (got ${quote(root[key])})`);
      root = { ...root, [key]: undefined };
    }
  for (const key of Object.keys(root)) dropOrRefuse(key, notes);
  const method = translateMethod(root.method, notes);
  const isGrid = method === 'grid';
  const named = leavesOf(mappingOf(root.parameters) ?? {}, 'parameters', notes);
  const leaves = [...named, ...commandLeaves(root.command, named, notes)];
  const program = typeof root.program === 'string' ? root.program : '';
  const space = translateSpace({ leaves, isGrid, program, dataset, notes });
  const evalEvery = evalEveryOf(Object.fromEntries(space.parameters).eval_every);
  return withoutAbsent({
    name: nameOf(root, notes),
    method,
    metric: translateMetric(root.metric, space.loss, notes),
    parameters: parametersOf(space),
    training: space.topk === undefined ? undefined : { topk: space.topk },
    seeds: space.seeds === undefined ? undefined : { search: space.seeds },
    budget: translateBudget(root.run_cap, isGrid, notes),
    early_terminate: translateEarlyTerminate(root.early_terminate, evalEvery, notes),
  });
}

function dropOrRefuse(key: string, notes: Notes): void {
  if (READ.includes(key)) return;
  const reason = Object.hasOwn(DROPPED, key) ? DROPPED[key] : undefined;
  const guess = didYouMean(key, [...READ, ...Object.keys(DROPPED)]);
  if (reason !== undefined) note(notes, 'dropped', key, reason);
  else note(notes, 'refused', key, `is not a key of a W&B sweep file${guess}`);
}

function nameOf({ name, project }: Mapping, notes: Notes): string {
  const given = [name, project].find((word) => typeof word === 'string' && word.trim() !== '');
  const text = String(given ?? 'wandb-import')
    .replace(/\p{C}/gu, ' ')
    .trim()
    .slice(0, 100)
    .trim();
  if (text === name) note(notes, 'kept', 'name', text);
  else note(notes, name === undefined ? 'added' : 'translated', 'name', text);
  return text;
}

function parametersOf({ dataset, model, loss, parameters }: Space): Mapping {
  const arm = (words: readonly string[]) => (words.length === 1 ? { value: words[0] } : { values: words });
  return { dataset: arm(dataset), model: arm(model), loss: arm(loss), ...Object.fromEntries(parameters) };
}

/** YAML with a line a parameter, headed by what a reader of the file should know. */
function textOf(sweep: Mapping, description: unknown, notes: Notes): string {
  const document = new Document(sweep);
  visit(document, {
    Collection(_, node, path) {
      // 0 the document, 1 its mapping, 2 a pair: blocks. Below parameters one level more is.
      const depth = path.filter(isMap).length;
      if (depth >= 1) node.flow = depth >= 2 || !isParameters(path.at(-1));
      return undefined;
    },
  });
  const told = notes.filter(({ kind }) => kind === 'added' || kind === 'dropped');
  const lines = [
    'Imported from a W&B sweep.',
    ...(description === undefined ? [] : [`Description: ${quote(description)}`]),
    ...told.map(({ kind, path, message }) => `${kind} ${path}: ${message}`),
  ];
  document.commentBefore = lines.map((line) => ` ${line.replace(/\p{Cc}/gu, ' ')}`).join('\n');
  return document.toString({ lineWidth: 0 });
}

function isParameters(pair: unknown): boolean {
  const key = (pair as { key?: { value?: unknown } } | undefined)?.key;
  return key?.value === 'parameters';
}

function mappingOf(value: unknown): Mapping | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : null;
}

function withoutAbsent(mapping: Mapping): Mapping {
  return Object.fromEntries(Object.entries(mapping).filter(([, value]) => value !== undefined));
}
