/** Which files an import reads: one file to split, or a directory with a file for each part. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isErrno } from './atomicFile.js';
import { PARTS, type Part } from './bundle.js';
import { DataError } from './dataError.js';

export type SourceFile = {
  /** What messages and the bundle's `source` call it: the last parts of its path, the same on every machine. */
  name: string;
  path: string;
  /** False in the authors' layout: user, item, flag from the first line on. */
  hasHeader: boolean;
};

export type Sources =
  | { kind: 'parts'; files: Record<Part, SourceFile>; ignored: string[] }
  | { kind: 'single'; file: SourceFile };

const DATA_FILE = /^(.+?)\.(tsv|csv|txt|dat)(\.gz)?$/i;
const AUTHORS_FILE = /(^|\.)(train|valid|test)\.(rating|negative)(\.gz)?$/;
const WORDS: Record<Part, string> = {
  train: 'train(?:ing)?',
  valid: 'val(?:id(?:ation)?)?|dev',
  test: 'test',
};

/**
 * @param chosen files inside a directory that take a part whatever their names are
 * @throws DataError BAD_INPUT: nothing there, a part without a file or with several that fit
 */
export async function findSources(path: string, chosen: Partial<Record<Part, string>>): Promise<Sources> {
  if (!(await isDirectory(path))) {
    if (Object.values(chosen).some((file) => file !== undefined)) {
      throw new DataError(
        'BAD_INPUT',
        '--train, --valid and --test choose files of a directory, not of one file',
      );
    }
    return { kind: 'single', file: sourceFile(path, basename(path)) };
  }
  const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort();
  const pick = (part: Part) => pickFile(path, names, part, chosen[part]);
  const files = { train: pick('train'), valid: pick('valid'), test: pick('test') };
  const taken = new Set(PARTS.map((part) => basename(files[part].path)));
  const ignored = names.filter((name) => isDataFile(name) && !taken.has(name));
  return { kind: 'parts', files, ignored };
}

function pickFile(directory: string, names: string[], part: Part, chosen: string | undefined): SourceFile {
  const name = chosen ?? onlyCandidate(directory, names, part);
  if (!names.includes(name)) throw new DataError('BAD_INPUT', `--${part}: no file ${name} in ${directory}`);
  return sourceFile(join(directory, name), `${basename(directory)}/${name}`);
}

function onlyCandidate(directory: string, names: string[], part: Part): string {
  const exact = names.filter((name) => fits(name, `^(?:${WORDS[part]})$`));
  const near = names.filter(
    (name) => fits(name, `(^|[._-])(?:${WORDS[part]})([._-]|$)`) || isAuthors(name, part),
  );
  const candidates = exact.length > 0 ? exact : near;
  const [first] = candidates;
  if (first === undefined) throw missingPart(directory, names, part);
  if (candidates.length > 1) {
    const list = candidates.join(', ');
    throw new DataError(
      'BAD_INPUT',
      `${directory}: several files for ${part} (${list}): choose with --${part} FILE`,
    );
  }
  return first;
}

function missingPart(directory: string, names: string[], part: Part): DataError {
  const others = names.filter(isDataFile);
  const found = others.length === 0 ? 'no data file at all' : `only ${others.slice(0, 8).join(', ')}`;
  const hint = others.length === 1 ? `; to split one file, name it: ${join(directory, others[0] ?? '')}` : '';
  return new DataError(
    'BAD_INPUT',
    `${directory}: no file for ${part} (say ${part}.tsv.gz): there is ${found}${hint}`,
  );
}

function fits(name: string, pattern: string): boolean {
  const stem = name.match(DATA_FILE)?.[1];
  return stem !== undefined && new RegExp(pattern, 'i').test(stem);
}

function isAuthors(name: string, part: Part): boolean {
  return name.match(AUTHORS_FILE)?.[2] === part;
}

function isDataFile(name: string): boolean {
  return DATA_FILE.test(name) || AUTHORS_FILE.test(name);
}

function sourceFile(path: string, name: string): SourceFile {
  return { name, path, hasHeader: !AUTHORS_FILE.test(basename(path)) };
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) {
      throw new DataError('BAD_INPUT', `${path}: no such file or directory`, { cause: error });
    }
    throw error;
  }
}
