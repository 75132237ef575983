/** From a user's files to a bundle: find them, read them, split or take the parts as given, encode. */
import { type Bundle, type BundleIds, type Csr, PARTS, type Part } from './bundle.js';
import { dataFileSize } from './byteSource.js';
import { refuseNearMiss } from './columns.js';
import { buildCsr, countShared, selectTruePositives } from './csr.js';
import { DataError } from './dataError.js';
import { assertDatasetName, SYNTHETIC } from './datasetName.js';
import { decodeBundle } from './decodeBundle.js';
import { encodeBundle } from './encodeBundle.js';
import { type FpRule, formatFpRule, fpColumn, parseFpRule, usualFpRule } from './fpRule.js';
import { GrowableU8 } from './growable.js';
import { IdColumn } from './idColumn.js';
import { MAX_IDS } from './layout.js';
import { type RowRange, type Rows, readHeader, readRows } from './readInteractions.js';
import { findSources, type SourceFile, type Sources } from './sourceFiles.js';
import { splitByUser } from './split.js';

export type ImportOptions = {
  /** A directory with a file for each part, or one file to split. */
  path: string;
  name: string;
  /** How many users and items there are, where not every id occurs; ids must then be integers below. */
  users: number | null;
  items: number | null;
  /** Number the ids in order of first appearance even if they are integers. */
  mapIds: boolean;
  /** rating<N, dwell<N, flag or none; null: what the columns suggest. */
  fp: string | null;
  /** Of the split of one file. */
  seed: number;
  /** Free text about the origin; null: the file names. */
  source: string | null;
  /** Files of a directory that take a part whatever their names are. */
  files: Partial<Record<Part, string>>;
  signal: AbortSignal;
  /** @param fraction of the bytes read, 0 to 1 */
  onProgress?: (fraction: number) => void;
};

export type ImportReport = {
  /** Rows in each file, and how many of them repeated a pair. */
  files: { file: string; rows: number; duplicates: number; hasFlags: boolean }[];
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

type Parts = Record<Part, Csr>;
type Assembled = { parts: Parts; files: ImportReport['files']; droppedFalsePositives: number };

/**
 * Reads and checks everything in memory; storing the result is the caller's.
 * @throws DataError BAD_INPUT with file, line and reason; the signal's reason when aborted
 */
export async function importDataset(options: ImportOptions): Promise<Imported> {
  checkOptions(options);
  const sources = await findSources(options.path, options.files);
  const files = sources.kind === 'single' ? [sources.file] : PARTS.map((part) => sources.files[part]);
  const rule = await chooseRule(files, options);
  const rows = openRows(files, options);
  const ranges = await readAll(files, rule, rows, options);
  const users = rows.users.finish(options.users);
  const items = rows.items.finish(options.items);
  const assembled = assemble(sources, ranges, rows, users.count, items.count, options.seed);
  checkParts(assembled);
  const ids = { users: users.names, items: items.names };
  const file = encodeBundle({
    name: options.name,
    users: users.count,
    items: items.count,
    fpRule: formatFpRule(rule),
    source: options.source ?? describeSource(sources, options.seed),
    ids,
    ...assembled.parts,
  });
  return { file, bundle: decodeBundle(file), report: makeReport(sources, assembled, ids) };
}

const MAX_SOURCE = 1_000;

function checkOptions({ name, users, items, mapIds, path, source }: ImportOptions): void {
  assertDatasetName(name);
  if (name === SYNTHETIC)
    throw new DataError('BAD_INPUT', `name ${SYNTHETIC} belongs to the built-in data set`);
  for (const [flag, size] of [
    ['--users', users],
    ['--items', items],
  ] as const) {
    if (size === null) continue;
    if (mapIds) throw new DataError('BAD_INPUT', `${flag} and --map-ids exclude each other`);
    if (!Number.isInteger(size) || size < 1 || size > MAX_IDS) {
      throw new DataError('BAD_INPUT', `${flag}: must be an integer from 1 to ${MAX_IDS} (got ${size})`);
    }
  }
  if (path === '') throw new DataError('BAD_INPUT', 'the path is empty');
  if (source !== null && (source.length > MAX_SOURCE || /\p{Cc}/u.test(source))) {
    throw new DataError('BAD_INPUT', `--source: must be one line of at most ${MAX_SOURCE} characters`);
  }
}

async function chooseRule(files: readonly SourceFile[], { fp, signal }: ImportOptions): Promise<FpRule> {
  const headers: { name: string; columns: readonly string[] }[] = [];
  for (const file of files) headers.push({ name: file.name, columns: await readHeader(file, signal) });
  const all = headers.flatMap(({ columns }) => columns);
  const rule = fp === null ? usualFpRule(all) : parseFpRule(fp);
  if (fp === 'none') return rule;
  const needed = fpColumn(rule);
  for (const { name, columns } of headers) {
    if (needed === null || !columns.includes(needed)) refuseNearMiss(name, columns);
  }
  if (needed !== null && !all.includes(needed)) {
    const there = [...new Set(all)].slice(0, 8).join(', ');
    throw new DataError('BAD_INPUT', `--fp ${fp}: no file has a column ${needed} (there are ${there})`);
  }
  return rule;
}

function openRows(files: readonly SourceFile[], { users, items, mapIds }: ImportOptions): Rows {
  const strict = files.some((file) => !file.hasHeader);
  const mode = (size: number | null) => (mapIds ? 'number' : size !== null || strict ? 'integers' : 'auto');
  return {
    users: new IdColumn('user', mode(users), users),
    items: new IdColumn('item', mode(items), items),
    flags: new GrowableU8(),
  };
}

async function readAll(
  files: readonly SourceFile[],
  rule: FpRule,
  rows: Rows,
  { signal, onProgress }: ImportOptions,
): Promise<(RowRange & { file: string })[]> {
  let total = 0;
  for (const file of files) total += await dataFileSize(file.path, file.name);
  let done = 0;
  const onRead = (bytes: number) => {
    done += bytes;
    onProgress?.(done / total);
  };
  const ranges: (RowRange & { file: string })[] = [];
  for (const file of files) {
    ranges.push({ file: file.name, ...(await readRows(file, rule, rows, { signal, onRead })) });
  }
  return ranges;
}

function assemble(
  sources: Sources,
  ranges: readonly (RowRange & { file: string })[],
  rows: Rows,
  users: number,
  items: number,
  seed: number,
): Assembled {
  const built = ranges.map(({ file, from, to, hasFlags }) => {
    const flags = hasFlags ? rows.flags.view(from, to) : null;
    const raw = { users: rows.users.view(from, to), items: rows.items.view(from, to), flags };
    return { file, rows: to - from, hasFlags, ...buildCsr(raw, users, items) };
  });
  const files = built.map(({ file, rows, duplicates, hasFlags }) => ({ file, rows, duplicates, hasFlags }));
  const [first, second, third] = built.map(({ csr }) => csr);
  if (sources.kind === 'single') {
    const { droppedFalsePositives, ...parts } = splitByUser(first as Csr, seed);
    return { parts, files, droppedFalsePositives };
  }
  const [train, valid, given] = [first as Csr, second as Csr, third as Csr];
  const test = selectTruePositives(given);
  return {
    parts: { train, valid, test },
    files,
    droppedFalsePositives: given.items.length - test.items.length,
  };
}

function checkParts({ parts, droppedFalsePositives }: Assembled): void {
  if (parts.test.items.length === 0) {
    const why =
      droppedFalsePositives > 0
        ? `all of its ${droppedFalsePositives} interactions are false positives`
        : 'no user has the five interactions it takes to split';
    throw new DataError('BAD_INPUT', `the test set is empty: ${why}`);
  }
  for (const part of ['train', 'valid'] as const) {
    if (parts[part].items.length === 0) throw new DataError('BAD_INPUT', `the ${part} set is empty`);
  }
}

function describeSource(sources: Sources, seed: number): string {
  if (sources.kind === 'single') return `${sources.file.name}, split 8:1:1 a user with seed ${seed}`;
  return PARTS.map((part) => sources.files[part].name).join(', ');
}

function makeReport(
  sources: Sources,
  { parts, files, droppedFalsePositives }: Assembled,
  ids: BundleIds,
): ImportReport {
  return {
    files,
    droppedFalsePositives,
    shared: {
      trainValid: countShared(parts.train, parts.valid),
      trainTest: countShared(parts.train, parts.test),
      validTest: countShared(parts.valid, parts.test),
    },
    ignored: sources.kind === 'single' ? [] : sources.ignored,
    numbered: { users: ids.users !== null, items: ids.items !== null },
  };
}
