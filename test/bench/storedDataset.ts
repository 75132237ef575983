/** Data sets of the local store, for benches that need a real one. */
import { join } from 'node:path';
import type { Bundle } from '@adt/worker/data/bundle';
import { loadBundle, openStore, resolveDataset } from '@adt/worker/data/store';
import { ROOT } from './peers.js';

/**
 * @param dataDir where the store is; absent: ADT_DATA_DIR, or .adt beside package.json
 * @throws DataError UNKNOWN_DATASET with the names that are there
 */
export async function openStoredDataset(name: string, dataDir: string | undefined): Promise<Bundle> {
  const store = await openStore(dataDir ?? process.env.ADT_DATA_DIR ?? join(ROOT, '.adt'));
  return loadBundle(await resolveDataset(store, name));
}
