/** From a user's files to a bundle: find them, read them, split or take the parts as given, encode. */
import {
  type Assembled,
  assembleParts,
  assembleSplit,
  type CoreReport,
  type Portion,
  type PortionReport,
} from './assemble.js';
import { type Bundle, PARTS, type Part } from './bundle.js';
import { dataFileSize } from './byteSource.js';
import { refuseNearMiss } from './columns.js';
import { countShared } from './csr.js';
import { DataError } from './dataError.js';
import { assertImportName } from './datasetName.js';
import { decodeBundle } from './decodeBundle.js';
import { encodeBundle } from './encodeBundle.js';
import { type FpRule, formatFpRule, fpColumn, parseFpRule, usualFpRule } from './fpRule.js';
import { GrowableF64, GrowableU8 } from './growable.js';
import { IdColumn, type IdMode } from './idColumn.js';
import { MAX_IDS } from './layout.js';
import { type Rows, readRows } from './readInteractions.js';
import { findSources, type SourceFile, type Sources } from './sourceFiles.js';
import { describeSplit, needsTimes, type Split } from './split.js';

export type ImportOptions = {
  /** A directory with a file for each part, an archive's directory, or one file to split. */
  path: string;
  name: string;
  /** One of FORMATS; null: told by file names and first lines. */
  format: string | null;
  /** How many users and items there are, where not every id occurs; ids must then be integers below. */
  users: number | null;
  items: number | null;
  /** Number the ids in order of first appearance even if they are integers. */
  mapIds: boolean;
  /** rating<N, dwell<N, flag or none; null: what the columns suggest. */
  fp: string | null;
  /** Keep users and items with at least this many interactions among each other; null: all. Not with given parts. */
  kCore: number | null;
  /** How what is not given in parts is split; null: 8:1:1 a user with seed 1. */
  split: Split | null;
  /** Free text about the origin; null: the file names. */
  source: string | null;
  /** Files of a directory that take a part whatever their names are. */
  files: Partial<Record<Part, string>>;
  signal: AbortSignal;
  /** @param fraction of the bytes read, 0 to 1 */
  onProgress?: (fraction: number) => void;
};

export type ImportReport = {
  /** A file each, or one entry for all files that were split together. */
  files: PortionReport[];
  format: string;
  core: CoreReport | null;
  /** False positives that the test part lost. */
  droppedFalsePositives: number;
  /** Pairs that stand in two parts; they stay as given. */
  shared: { trainValid: number; trainTest: number; validTest: number };
  /** Data files of the directory that were not read. */
  ignored: string[];
  /** Whether ids had to be numbered, by kind. */
  numbered: { users: boolean; items: boolean };
};

export type Imported = { file: Uint8Array; bundle: Bundle; report: ImportReport };

type OpenFile = SourceFile & { columns: readonly string[] };

const USUAL_SPLIT: Split = { kind: 'ratio', seed: 1 };

/**
 * Reads and checks everything in memory; storing the result is the caller's.
 * @throws DataError BAD_INPUT with file, line and reason; the signal's reason when aborted
 */
export async function importDataset(options: ImportOptions): Promise<Imported> {
  checkOptions(options);
  const { path, files: chosen, format, signal } = options;
  const sources = await findSources(path, { chosen, format, signal });
  if (sources.kind === 'parts') refuseFilters(options);
  const files = await readColumns(filesOf(sources), signal);
  const rule = chooseRule(files, options.fp);
  const assembled = await readAndAssemble(sources, files, rule, options);
  const file = encodeBundle({
    ...assembled,
    ...assembled.parts,
    name: options.name,
    fpRule: formatFpRule(rule),
    source: options.source ?? describeSource(sources, options),
  });
  return { file, bundle: decodeBundle(file), report: makeReport(sources, assembled) };
}

const MAX_SOURCE = 1_000;

function checkOptions({ name, users, items, mapIds, path, source, kCore, split }: ImportOptions): void {
  assertImportName(name);
  for (const [flag, size] of [
    ['--users', users],
    ['--items', items],
  ] as const) {
    if (size === null) continue;
    if (mapIds) throw new DataError('BAD_INPUT', `${flag} and --map-ids exclude each other`);
    if (kCore !== null) throw new DataError('BAD_INPUT', `${flag} and --k-core exclude each other`);
    requireInteger(flag, size, 1, MAX_IDS);
  }
  if (kCore !== null) requireInteger('--k-core', kCore, 1, MAX_IDS);
  if (split?.kind === 'leave-last-n') requireInteger('--n', split.n, 1, MAX_IDS);
  if (path === '') throw new DataError('BAD_INPUT', 'the path is empty');
  if (source !== null && (source.length > MAX_SOURCE || /\p{Cc}/u.test(source))) {
    throw new DataError('BAD_INPUT', `--source: must be one line of at most ${MAX_SOURCE} characters`);
  }
}

function requireInteger(flag: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new DataError('BAD_INPUT', `${flag}: must be an integer from ${min} to ${max} (got ${value})`);
}

/** Parts that are given stay what their owner made them. */
function refuseFilters({ kCore, split, path }: ImportOptions): void {
  const flag = kCore !== null ? '--k-core' : split !== null ? '--split and --seed' : null;
  if (flag === null) return;
  throw new DataError('BAD_INPUT', `${flag}: ${path} gives its parts, there is nothing to filter or split`);
}

function filesOf(sources: Sources): readonly SourceFile[] {
  return sources.kind === 'whole' ? sources.files : PARTS.map((part) => sources.files[part]);
}

async function readColumns(files: readonly SourceFile[], signal: AbortSignal): Promise<OpenFile[]> {
  const open: OpenFile[] = [];
  for (const file of files) open.push({ ...file, columns: await file.format.columns(file, signal) });
  return open;
}

function chooseRule(files: readonly OpenFile[], fp: string | null): FpRule {
  const all = files.flatMap(({ columns }) => columns);
  const rule = fp === null ? usualFpRule(all) : parseFpRule(fp);
  if (fp === 'none') return rule;
  const needed = fpColumn(rule);
  for (const { name, columns } of files) {
    if (needed === null || !columns.includes(needed)) refuseNearMiss(name, columns);
  }
  if (needed !== null && !all.includes(needed)) {
    const there = [...new Set(all)].slice(0, 8).join(', ');
    throw new DataError('BAD_INPUT', `--fp ${fp}: no file has a column ${needed} (there are ${there})`);
  }
  return rule;
}

/** The rows as they were read are this function's alone, so that their memory is free when the bundle is made. */
async function readAndAssemble(
  sources: Sources,
  files: readonly OpenFile[],
  rule: FpRule,
  options: ImportOptions,
): Promise<Assembled> {
  const split = options.split ?? USUAL_SPLIT;
  const rows = openRows(files, options, sources.kind === 'whole' && needsTimes(split));
  const portions = await readAll(files, rule, rows, options);
  const sizes = { users: rows.users.finish(options.users), items: rows.items.finish(options.items) };
  if (sources.kind === 'parts') return assembleParts(portions, rows, sizes);
  return assembleSplit(joined(sources, portions), rows, sizes, { split, k: options.kCore });
}

function openRows(
  files: readonly SourceFile[],
  { users, items, mapIds }: ImportOptions,
  timed: boolean,
): Rows {
  const has = (ids: 'strict' | 'numbered') => files.some(({ format }) => format.ids === ids);
  const mode = (size: number | null): IdMode => {
    if (mapIds) return 'number';
    if (size !== null || has('strict')) return 'integers';
    return has('numbered') ? 'number' : 'auto';
  };
  return {
    users: new IdColumn('user', mode(users), users),
    items: new IdColumn('item', mode(items), items),
    flags: new GrowableU8(),
    times: timed ? new GrowableF64() : null,
  };
}

async function readAll(
  files: readonly OpenFile[],
  rule: FpRule,
  rows: Rows,
  { signal, onProgress }: ImportOptions,
): Promise<Portion[]> {
  let total = 0;
  for (const file of files) total += await dataFileSize(file.path, file.name);
  let done = 0;
  const onRead = (bytes: number) => {
    done += bytes;
    onProgress?.(done / total);
  };
  const portions: Portion[] = [];
  for (const file of files) {
    const range = await readRows(file, file.columns, rule, rows, { signal, onRead });
    portions.push({ name: file.name, ...range });
  }
  return portions;
}

/** All files of one source as one portion. */
function joined(sources: Sources, portions: readonly Portion[]): Portion {
  return {
    name: wholeName(sources),
    from: 0,
    to: portions.at(-1)?.to ?? 0,
    hasFlags: portions.every(({ hasFlags }) => hasFlags),
    skipped: portions.reduce((sum, { skipped }) => sum + skipped, 0),
  };
}

function wholeName(sources: Sources): string {
  const names = filesOf(sources).map(({ name }) => name);
  return names.length === 1 ? (names[0] as string) : `${names.length} files, ${names[0]} to ${names.at(-1)}`;
}

function describeSource(sources: Sources, { split, kCore }: ImportOptions): string {
  if (sources.kind === 'parts') return PARTS.map((part) => sources.files[part].name).join(', ');
  const core = kCore === null ? '' : `${kCore}-core, `;
  return `${wholeName(sources)}, ${core}${describeSplit(split ?? USUAL_SPLIT)}`;
}

function makeReport(sources: Sources, assembled: Assembled): ImportReport {
  const { parts, files, droppedFalsePositives, ids, core } = assembled;
  return {
    files,
    format: [...new Set(filesOf(sources).map(({ format }) => format.id))].join(', '),
    core,
    droppedFalsePositives,
    shared: {
      trainValid: countShared(parts.train, parts.valid),
      trainTest: countShared(parts.train, parts.test),
      validTest: countShared(parts.valid, parts.test),
    },
    ignored: sources.ignored,
    numbered: { users: ids.users !== null, items: ids.items !== null },
  };
}
