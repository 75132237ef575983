/** For tests of imports: files written to a folder of their own, imported, and what came of them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Bundle, PARTS, type Part } from '../bundle.js';
import { decodeIds } from '../decodeBundle.js';
import { type Imported, type ImportOptions, importDataset } from '../importDataset.js';

export type Files = Record<string, string | Uint8Array>;

export const VALID = 'user\titem\n0\t1\n';
export const TEST = 'user\titem\n0\t2\n';

/** A directory of three parts, of which the test says what is in the first. */
export function withTrain(train: string | Uint8Array, name = 'train.tsv'): Files {
  return { [name]: train, 'valid.tsv': VALID, 'test.tsv': TEST };
}

/** Calls `use` with the path of a folder that holds `files`; the folder is gone afterwards. */
export async function inFolder<T>(files: Files, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'adt-import-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Imports a folder that holds `files`, or `only` one of them. */
export function importFiles(
  files: Files,
  options: Partial<ImportOptions> = {},
  only = '',
): Promise<Imported> {
  return inFolder(files, (folder) => importFrom(join(folder, only), options));
}

export function importFrom(path: string, options: Partial<ImportOptions> = {}): Promise<Imported> {
  return importDataset({
    path,
    name: 'films',
    format: null,
    users: null,
    items: null,
    mapIds: false,
    fp: null,
    kCore: null,
    split: null,
    source: null,
    files: {},
    signal: new AbortController().signal,
    ...options,
  });
}

/** `user item flag` of one part, by the source's own ids, in alphabetical order. */
export function rowsOf({ bundle, file }: Imported, part: Part): string[] {
  const { users, items } = decodeIds(file);
  const { rowStarts, items: row, truePositive } = bundle[part];
  const rows: string[] = [];
  for (let user = 0; user + 1 < rowStarts.length; user++) {
    for (let at = rowStarts[user] as number; at < (rowStarts[user + 1] as number); at++) {
      const item = row[at] as number;
      rows.push(`${users?.[user] ?? user} ${items?.[item] ?? item} ${truePositive?.[at] ?? '?'}`);
    }
  }
  return rows.sort();
}

/** `[user, item, flag]` of one part, by number, in the order of the bundle. */
export function numberedRowsOf(bundle: Bundle, part: Part): (number | null)[][] {
  const { rowStarts, items, truePositive } = bundle[part];
  return Array.from(items, (item, at) => {
    const user = rowStarts.findIndex((start, row) => row > 0 && at < start) - 1;
    return [user, item, truePositive === null ? null : (truePositive[at] ?? null)];
  });
}

/** The rows of all parts, test's false positives apart, which are gone. */
export function allRows(imported: Imported): string[] {
  return PARTS.flatMap((part) => rowsOf(imported, part)).sort();
}

export function sizes(bundle: Bundle): number[] {
  return PARTS.map((part) => bundle[part].items.length);
}
