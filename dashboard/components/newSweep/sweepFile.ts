/**
 * A sweep file's text as the form sees it, and the form's edits as changes of that text. The text is the only state:
 * what the form does not know stays in it untouched. Pure.
 */
import { Document, isMap, LineCounter, parseDocument, visit } from 'yaml';

export type Path = readonly (string | number)[];
/** A value to be set; undefined takes the key out. */
export type Change = readonly [Path, unknown];

/** One parameter's domain; entries are as typed, numbers where they are numbers. */
export type Domain =
  | { form: 'values'; values: Entry[] }
  | { form: 'range'; min: Entry | null; max: Entry | null; step: Entry | null; log: boolean };
export type Entry = number | string;

export type Opened =
  | { ok: true; root: Record<string, unknown> }
  | { ok: false; message: string; line: number | null };

const LAYOUT = { lineWidth: 110, flowCollectionPadding: false } as const;

/** Reads the text; a blank one is an empty file. */
export function openFile(text: string): Opened {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { prettyErrors: true, lineCounter });
  const error = document.errors[0];
  if (error) {
    return { ok: false, message: error.message.split('\n')[0] ?? '', line: error.linePos?.[0].line ?? null };
  }
  const alias = firstAlias(document);
  if (alias !== null) {
    return { ok: false, message: 'Aliases (*name) are not allowed.', line: lineCounter.linePos(alias).line };
  }
  const root: unknown = document.toJS({ maxAliasCount: 0 }) ?? {};
  if (typeof root !== 'object' || Array.isArray(root)) {
    return { ok: false, message: 'The file must be a mapping: name, parameters and so on.', line: 1 };
  }
  return { ok: true, root: root as Record<string, unknown> };
}

/** Where the first `*name` stands. The coordinator refuses them; resolving one throws. */
function firstAlias(document: Document): number | null {
  let start: number | null = null;
  visit(document, {
    Alias: (_, alias) => {
      start = alias.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return start;
}

/** The text with one value set; undefined takes the key out. Text that cannot be read is returned as it is. */
export function withValue(text: string, path: Path, value: unknown): string {
  return withValues(text, [[path, value]]);
}

export function withValues(text: string, changes: readonly Change[]): string {
  if (!openFile(text).ok) return text;
  const parsed = parseDocument(text);
  const document: Document = isMap(parsed.contents) ? parsed : new Document({});
  for (const [path, value] of changes) change(document, path, value);
  return document.toString(LAYOUT);
}

function change(document: Document, path: Path, value: unknown): void {
  if (value === undefined) {
    takeOut(document, path);
    return;
  }
  // A scalar in the way, say `seeds: 1`, gives way to what the form means.
  for (let depth = path.length - 1; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    if (node !== undefined && !isMap(node)) document.deleteIn(path.slice(0, depth));
  }
  const flow = typeof value === 'object' && value !== null;
  document.setIn(path, document.createNode(value, { flow }));
}

/** Takes a key out, and the blocks that are empty without it. */
function takeOut(document: Document, path: Path): void {
  if (!document.hasIn(path)) return;
  document.deleteIn(path);
  const block = path.slice(0, -1);
  const left = block.length > 0 ? document.getIn(block, true) : undefined;
  if (isMap(left) && left.items.length === 0) takeOut(document, block);
}

export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (node, key) =>
      typeof node === 'object' && node !== null ? (node as Record<string, unknown>)[key] : undefined,
    root,
  );
}

export function textAt(root: unknown, path: Path): string {
  const value = valueAt(root, path);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** A list as the form shows it, whether it is given as one value or several. */
export function entriesOf(value: unknown): Entry[] {
  if (Array.isArray(value)) return value.filter(isEntry);
  return isEntry(value) ? [value] : [];
}

/** The words of an arm: `{value: x}` or `{values: [x, y]}`. */
export function armOf(root: unknown, arm: 'dataset' | 'model' | 'loss'): string[] {
  return entriesOf(
    valueAt(root, ['parameters', arm, 'values']) ?? valueAt(root, ['parameters', arm, 'value']),
  ).map(String);
}

/** The domain under `parameters`, or what is fixed under `training`. */
export function domainOf(root: unknown, name: string): Domain {
  const entry = valueAt(root, ['parameters', name]) as Record<string, unknown> | undefined;
  const min = entry?.min;
  const max = entry?.max;
  if (min !== undefined || max !== undefined) {
    const log = entry?.distribution === 'log_uniform_values';
    const [low, high, step] = [min, max, entry?.step].map((end) => (isEntry(end) ? end : null));
    return { form: 'range', min: low ?? null, max: high ?? null, step: step ?? null, log };
  }
  const values = entry?.values ?? entry?.value ?? valueAt(root, ['training', name]);
  return { form: 'values', values: entriesOf(values) };
}

/** The changes that give a parameter this domain; its `when` stays. */
export function domainChanges(root: unknown, name: string, domain: Domain): Change[] {
  const when = valueAt(root, ['parameters', name, 'when']);
  const kept = when === undefined ? {} : { when };
  const written = writtenDomain(domain);
  return [
    [['parameters', name], written && { ...written, ...kept }],
    ...(valueAt(root, ['training', name]) === undefined ? [] : [[['training', name], undefined] as const]),
  ];
}

function writtenDomain(domain: Domain): Record<string, unknown> | undefined {
  if (domain.form === 'values') {
    const [only, ...more] = domain.values;
    if (only === undefined) return undefined;
    return more.length === 0 ? { value: only } : { values: domain.values };
  }
  const { min, max, step, log } = domain;
  return {
    ...(log && { distribution: 'log_uniform_values' }),
    ...(min !== null && { min }),
    ...(max !== null && { max }),
    // A log range has none: its values would have to be listed.
    ...(step !== null && !log && { step }),
  };
}

/** "0.1, 0.2" as entries: numbers where they are numbers, else the words, for the checker to speak about. */
export function parseEntries(text: string): Entry[] {
  return text
    .split(/[,\s]+/)
    .filter((token) => token !== '')
    .map(parseEntry);
}

export function parseEntry(token: string): Entry {
  const number = Number(token);
  return token.trim() !== '' && Number.isFinite(number) ? number : token;
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'string' || typeof value === 'number';
}
