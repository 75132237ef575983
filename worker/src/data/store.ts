/** The data sets of one machine: immutable bundles by content address, and names that point to them. */
import { access, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { didYouMean } from '@adt/proto/nearest';
import {
  createFile,
  isErrno,
  removeStrayTemporaries,
  replaceFile,
  syncDirectory,
  temporaryPath,
} from './atomicFile.js';
import type { Bundle, BundleHeader } from './bundle.js';
import { DataError } from './dataError.js';
import { assertDatasetName, isDatasetName, SYNTHETIC } from './datasetName.js';
import { decodeBundle, decodeHeader } from './decodeBundle.js';
import { contentAddress } from './encodeBundle.js';
import { MAX_HEADER_BYTES, PREAMBLE_BYTES } from './layout.js';

/**
 * `<root>/<sha256>.adtb` are the bundles, `<root>/names/<name>` holds the hash that a name points to.
 * Every file appears by rename or link, so readers need no lock.
 */
export type DatasetStore = { root: string; names: string };

/** A bundle in the store and the name it was found under; null when it was asked for by its hash. */
export type StoredDataset = { name: string | null; sha256: string; path: string };

export type ListedDataset = {
  name: string;
  sha256: string;
  bytes: number;
  createdMs: number;
  header: BundleHeader;
};

const HASH = /^[0-9a-f]{64}$/;

/** The store in `<dataDir>/datasets`, made when it is not there. @throws DataError BAD_INPUT: a file is in the way */
export async function openStore(dataDir: string): Promise<DatasetStore> {
  const root = join(dataDir, 'datasets');
  const names = join(root, 'names');
  try {
    await mkdir(names, { recursive: true });
  } catch (error) {
    if (!isErrno(error, 'ENOTDIR') && !isErrno(error, 'EEXIST')) throw error;
    throw new DataError('BAD_INPUT', `${dataDir}: a data dir must be a directory`, { cause: error });
  }
  await Promise.all([removeStrayTemporaries(root), removeStrayTemporaries(names)]);
  return { root, names };
}

/** Where a bundle lies or would lie. */
export function bundlePath(store: DatasetStore, sha256: string): string {
  return join(store.root, `${sha256}.adtb`);
}

/**
 * Stores a bundle under its content address and names it. The same content and name again changes nothing.
 * @param replace let the name point to other content than before
 * @throws DataError NAME_TAKEN (nothing is left behind), BAD_INPUT for the name
 */
export async function putBundle(
  store: DatasetStore,
  file: Uint8Array,
  { name, replace = false }: { name: string; replace?: boolean },
): Promise<StoredDataset> {
  assertDatasetName(name);
  const sha256 = contentAddress(file);
  const path = bundlePath(store, sha256);
  const before = await readName(store, name);
  if (before !== null && before !== sha256 && !replace) throw nameTaken(name, before);
  await writeUnlessWhole(path, file);
  const named = await pointName(store, name, sha256, replace);
  if (named !== sha256) {
    await removeUnnamed(store, sha256);
    throw nameTaken(name, named);
  }
  // A removal that ran at the same time may have taken the bundle before it saw the name.
  await writeUnlessWhole(path, file);
  if (before !== null && before !== sha256) await removeUnnamed(store, before);
  return { name, sha256, path };
}

/**
 * Finds a data set by its name or its full hash.
 * @throws DataError UNKNOWN_DATASET with the names there are
 */
export async function resolveDataset(store: DatasetStore, nameOrHash: string): Promise<StoredDataset> {
  if (HASH.test(nameOrHash) && (await isThere(bundlePath(store, nameOrHash)))) {
    return { name: null, sha256: nameOrHash, path: bundlePath(store, nameOrHash) };
  }
  const sha256 = await readName(store, nameOrHash);
  if (sha256 === null) throw await unknownDataset(store, nameOrHash);
  return { name: nameOrHash, sha256, path: bundlePath(store, sha256) };
}

/**
 * Reads a whole bundle and checks it against its content address.
 * @throws DataError BUNDLE_INVALID when the file is damaged, UNKNOWN_DATASET when it is gone
 */
export async function loadBundle(dataset: StoredDataset): Promise<Bundle> {
  let file: Uint8Array;
  try {
    file = await readFile(dataset.path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    throw new DataError('UNKNOWN_DATASET', `${dataset.path}: the bundle is gone; import the data set again`);
  }
  return decodeBundle(file, dataset.sha256);
}

/** All named data sets by name, and the names whose bundle is damaged or gone. Reads headers, not the arrays. */
export async function listDatasets(
  store: DatasetStore,
): Promise<{ datasets: ListedDataset[]; damaged: { name: string; reason: string }[] }> {
  const datasets: ListedDataset[] = [];
  const damaged: { name: string; reason: string }[] = [];
  for (const name of await namesIn(store)) {
    try {
      datasets.push(await describe(store, name));
    } catch (error) {
      if (isErrno(error, 'ENOENT')) damaged.push({ name, reason: 'the bundle is gone' });
      else if (error instanceof DataError) damaged.push({ name, reason: error.message });
      else throw error;
    }
  }
  return { datasets, damaged };
}

/**
 * Takes a name away, and its bundle when no other name points to it.
 * @throws DataError UNKNOWN_DATASET
 */
export async function removeDataset(store: DatasetStore, name: string): Promise<void> {
  const sha256 = (await resolveDataset(store, name)).sha256;
  if (HASH.test(name)) throw new DataError('BAD_INPUT', 'a data set is removed by its name, not by its hash');
  await rm(join(store.names, name), { force: true });
  await syncDirectory(store.names);
  await removeUnnamed(store, sha256);
}

async function describe(store: DatasetStore, name: string): Promise<ListedDataset> {
  const { sha256, path } = await resolveDataset(store, name);
  const handle = await open(path, 'r');
  try {
    const { size, mtimeMs } = await handle.stat();
    const start = new Uint8Array(Math.min(size, PREAMBLE_BYTES + MAX_HEADER_BYTES));
    await handle.read(start, 0, start.byteLength, 0);
    return { name, sha256, bytes: size, createdMs: mtimeMs, header: decodeHeader(start, size).header };
  } finally {
    await handle.close();
  }
}

/** @returns the hash the name points to afterwards: `sha256`, or another one that was there and stays */
async function pointName(
  store: DatasetStore,
  name: string,
  sha256: string,
  replace: boolean,
): Promise<string> {
  const path = join(store.names, name);
  if (await createFile(path, `${sha256}\n`)) return sha256;
  if (!replace) return (await readName(store, name)) ?? sha256;
  await replaceFile(path, `${sha256}\n`);
  return sha256;
}

/**
 * Deletes a bundle that no name points to. It is set aside before the names are read again: a name that
 * appears in between either is seen here, or its writer sees that the bundle is missing and writes it anew.
 */
async function removeUnnamed(store: DatasetStore, sha256: string): Promise<void> {
  if (await isNamed(store, sha256)) return;
  const path = bundlePath(store, sha256);
  const aside = temporaryPath(store.root);
  try {
    await rename(path, aside);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  if (await isNamed(store, sha256)) await rename(aside, path);
  else await rm(aside, { force: true });
  await syncDirectory(store.root);
}

async function isNamed(store: DatasetStore, sha256: string): Promise<boolean> {
  for (const name of await namesIn(store)) if ((await readName(store, name)) === sha256) return true;
  return false;
}

async function namesIn(store: DatasetStore): Promise<string[]> {
  return (await readdir(store.names)).filter((name) => !name.startsWith('.')).sort();
}

async function readName(store: DatasetStore, name: string): Promise<string | null> {
  if (!isDatasetName(name)) return null;
  const sha256 = (await readIfThere(join(store.names, name)))?.toString('latin1').trim();
  return sha256 !== undefined && HASH.test(sha256) ? sha256 : null;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** A bundle that was damaged on disk is written anew. */
async function writeUnlessWhole(path: string, file: Uint8Array): Promise<void> {
  const present = await readIfThere(path);
  if (present === null || Buffer.compare(present, file) !== 0) await replaceFile(path, file);
}

async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null;
    throw error;
  }
}

function nameTaken(name: string, sha256: string): DataError {
  return new DataError(
    'NAME_TAKEN',
    `${name} names other content already (${sha256.slice(0, 12)}…): choose another name, or pass --replace`,
  );
}

async function unknownDataset(store: DatasetStore, asked: string): Promise<DataError> {
  const names = [...new Set([...(await namesIn(store)), SYNTHETIC])].filter((name) => name !== asked);
  return new DataError(
    'UNKNOWN_DATASET',
    `no data set ${JSON.stringify(asked.slice(0, 80))}${didYouMean(asked, names)}; the store has ${names.join(', ')}`,
  );
}
