/** Which files an import reads: those of one source to split, or a directory with a file for each part. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isErrno } from './atomicFile.js';
import { PARTS, type Part } from './bundle.js';
import { DataError } from './dataError.js';
import type { DataFile, Format } from './formats/format.js';
import { AUTHORS_FILE, formatNamed, recognise } from './formats/recognise.js';

/** `name` is the last parts of the path, the same on every machine: messages and the bundle's `source` use it. */
export type SourceFile = DataFile & { format: Format };

/** `whole`: files that are read one after the other and split together. */
export type Sources = { ignored: string[] } & (
  | { kind: 'parts'; files: Record<Part, SourceFile> }
  | { kind: 'whole'; files: readonly SourceFile[] }
);

export type FindOptions = {
  /** Files inside a directory that take a part whatever their names are. */
  chosen: Partial<Record<Part, string>>;
  /** Format of all files; null: told by their names and first lines. */
  format: string | null;
  signal: AbortSignal;
};

const DATA_FILE = /^(.+?)\.(tsv|csv|txt|dat)(\.gz)?$/i;
/** The file of a published archive that holds the interactions, beside those that describe users and items. */
const INTERACTIONS_FILE =
  /^(u\.data|ratings\.(dat|csv)|ratings_.+\.csv|(yelp_academic_dataset_)?review\.json|reviews_.+\.json)(\.gz)?$/i;
/** Adressa's archives hold a file a day. */
const DAY_FILE = /^\d{8}(\.json)?(\.gz)?$/;
const WORDS: Record<Part, string> = {
  train: 'train(?:ing)?',
  valid: 'val(?:id(?:ation)?)?|dev',
  test: 'test',
};

/** @throws DataError BAD_INPUT: nothing there, a part without a file or with several that fit, an unknown format */
export async function findSources(path: string, { chosen, format, signal }: FindOptions): Promise<Sources> {
  const forced = format === null ? null : formatNamed(format);
  const open = async (file: DataFile): Promise<SourceFile> => {
    return { ...file, format: forced ?? (await recognise(file, signal)) };
  };
  const isChosen = Object.values(chosen).some((file) => file !== undefined);
  if (!(await isDirectory(path))) {
    if (!isChosen) return { kind: 'whole', files: [await open({ name: basename(path), path })], ignored: [] };
    const reason = '--train, --valid and --test choose files of a directory, not of one file';
    throw new DataError('BAD_INPUT', reason);
  }
  const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort();
  const whole = isChosen ? [] : wholeSource(path, names);
  const files = await Promise.all((whole.length > 0 ? whole : pickParts(path, names, chosen)).map(open));
  const taken = new Set(files.map((file) => basename(file.path)));
  const ignored = names.filter((name) => isDataFile(name) && !taken.has(name));
  if (whole.length > 0) return { kind: 'whole', files, ignored };
  const [train, valid, test] = files as [SourceFile, SourceFile, SourceFile];
  return { kind: 'parts', files: { train, valid, test }, ignored };
}

/** The files of an archive as it was published; none where there are files for the parts. */
function wholeSource(path: string, names: string[]): DataFile[] {
  if (PARTS.some((part) => candidatesFor(names, part).length > 0)) return [];
  const single = names.filter((name) => INTERACTIONS_FILE.test(name));
  const days = names.filter((name) => DAY_FILE.test(name));
  const taken = single.length === 1 ? single : single.length === 0 ? days : [];
  return taken.map((name) => inDirectory(path, name));
}

function pickParts(path: string, names: string[], chosen: Partial<Record<Part, string>>): DataFile[] {
  return PARTS.map((part) => {
    const name = chosen[part] ?? onlyCandidate(path, names, part);
    if (!names.includes(name)) throw new DataError('BAD_INPUT', `--${part}: no file ${name} in ${path}`);
    return inDirectory(path, name);
  });
}

function inDirectory(directory: string, name: string): DataFile {
  return { name: `${basename(directory)}/${name}`, path: join(directory, name) };
}

function onlyCandidate(directory: string, names: string[], part: Part): string {
  const candidates = candidatesFor(names, part);
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

function candidatesFor(names: string[], part: Part): string[] {
  const exact = names.filter((name) => fits(name, `^(?:${WORDS[part]})$`));
  if (exact.length > 0) return exact;
  return names.filter((name) => fits(name, `(^|[._-])(?:${WORDS[part]})([._-]|$)`) || isAuthors(name, part));
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
