/** For the tests of formats: files written to a folder of their own, imported, and told as the source's own ids. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Bundle, PARTS, type Part } from '../bundle.js';
import { decodeIds } from '../decodeBundle.js';
import { type Imported, type ImportOptions, importDataset } from '../importDataset.js';

export type Files = Record<string, string | Uint8Array>;

/** Imports a folder that holds `files`, or `only` one of them; the folder is gone afterwards. */
export async function importFiles(
  files: Files,
  options: Partial<ImportOptions> = {},
  only = '',
): Promise<Imported> {
  const folder = await mkdtemp(join(tmpdir(), 'adt-format-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    return await importDataset({
      path: join(folder, only),
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
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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

/** The rows of all parts, test's false positives apart, which are gone. */
export function allRows(imported: Imported): string[] {
  return PARTS.flatMap((part) => rowsOf(imported, part)).sort();
}

export function sizes(bundle: Bundle): number[] {
  return PARTS.map((part) => bundle[part].items.length);
}
