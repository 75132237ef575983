import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildCsr } from './csr.js';
import { contentAddress, encodeBundle } from './encodeBundle.js';
import {
  type DatasetStore,
  listDatasets,
  loadBundle,
  openStore,
  putBundle,
  removeDataset,
  resolveDataset,
} from './store.js';

let folder: string;
let store: DatasetStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adt-store-'));
  store = await openStore(folder);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function smallBundle(source: string): Uint8Array {
  const rows = { users: Uint32Array.of(0, 1), items: Uint32Array.of(1, 0), flags: null };
  const { csr } = buildCsr(rows, 2, 2);
  const ids = { users: null, items: null };
  return encodeBundle({
    name: 'a',
    users: 2,
    items: 2,
    fpRule: 'none',
    source,
    ids,
    train: csr,
    valid: csr,
    test: csr,
  });
}

const filesIn = async (path: string) => (await readdir(path)).filter((name) => name !== 'names').sort();

describe('the data set store', () => {
  it('finds a data set by its name and by its hash', async () => {
    const file = smallBundle('first');
    const { sha256 } = await putBundle(store, file, { name: 'films' });
    expect(sha256).toBe(contentAddress(file));
    expect(await resolveDataset(store, 'films')).toEqual(
      await resolveDataset(store, sha256).then((it) => ({ ...it, name: 'films' })),
    );
    expect((await loadBundle(await resolveDataset(store, 'films'))).header.source).toBe('first');
  });

  it('refuses other content under a taken name and leaves nothing of it behind', async () => {
    await putBundle(store, smallBundle('first'), { name: 'films' });
    const before = await filesIn(store.root);
    await expect(putBundle(store, smallBundle('second'), { name: 'films' })).rejects.toMatchObject({
      code: 'NAME_TAKEN',
    });
    expect(await filesIn(store.root)).toEqual(before);
  });

  it('replaces a name when asked to, and drops the content that lost its last name', async () => {
    const first = await putBundle(store, smallBundle('first'), { name: 'films' });
    await putBundle(store, smallBundle('first'), { name: 'again' });
    const second = await putBundle(store, smallBundle('second'), { name: 'films', replace: true });
    expect(await filesIn(store.root)).toEqual([`${first.sha256}.adtb`, `${second.sha256}.adtb`].sort());
    await removeDataset(store, 'again');
    expect(await filesIn(store.root)).toEqual([`${second.sha256}.adtb`]);
  });

  it('keeps every data set that many writers store and remove at the same time', async () => {
    const names = Array.from({ length: 12 }, (_, at) => `n${at}`);
    await Promise.all(
      names.map(async (name, at) => {
        await putBundle(store, smallBundle('shared'), { name });
        if (at % 3 === 0) await removeDataset(store, name);
      }),
    );
    const { datasets, damaged } = await listDatasets(store);
    expect(datasets.map(({ name }) => name)).toEqual(names.filter((_, at) => at % 3 !== 0).sort());
    expect(damaged).toEqual([]);
  });

  it('lets one of two different imports under one name win', async () => {
    const outcomes = await Promise.allSettled(
      ['first', 'second'].map((source) => putBundle(store, smallBundle(source), { name: 'films' })),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await filesIn(store.root)).toHaveLength(1);
    expect((await loadBundle(await resolveDataset(store, 'films'))).header.name).toBe('a');
  });

  it('names the near one for an unknown name', async () => {
    await putBundle(store, smallBundle('first'), { name: 'films' });
    await expect(resolveDataset(store, 'flims')).rejects.toThrow(/did you mean "films"/);
    await expect(resolveDataset(store, '../films')).rejects.toMatchObject({ code: 'UNKNOWN_DATASET' });
  });

  it('lists a damaged bundle apart, refuses to load it, and heals it by the next import', async () => {
    const { path } = await putBundle(store, smallBundle('first'), { name: 'films' });
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 1));
    expect((await listDatasets(store)).damaged).toMatchObject([{ name: 'films' }]);
    await expect(resolveDataset(store, 'films').then(loadBundle)).rejects.toMatchObject({
      code: 'BUNDLE_INVALID',
    });
    await putBundle(store, smallBundle('first'), { name: 'films' });
    expect((await loadBundle(await resolveDataset(store, 'films'))).header.source).toBe('first');
  });

  it('clears away the temporary files of a writer that was killed', async () => {
    const stray = join(store.root, '.tmp-999999999-0123456789ab');
    await writeFile(stray, 'half');
    await openStore(folder);
    expect(await filesIn(store.root)).toEqual([]);
  });
});
