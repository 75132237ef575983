/** A data set of the local store by name, whole; the built-in one is generated when it is missing. */
import type { Bundle } from '@adt/worker/data/bundle';
import { SYNTHETIC } from '@adt/worker/data/datasetName';
import { loadBundle, openStore, resolveDataset } from '@adt/worker/data/store';
import { ensureSynthetic } from '@adt/worker/data/synthetic';
import type { Context } from './context.js';

/** @throws DataError UNKNOWN_DATASET or BUNDLE_INVALID */
export async function openDataset(
  context: Pick<Context, 'dataDir'>,
  nameOrHash: string,
): Promise<{ name: string; bundle: Bundle }> {
  const store = await openStore(context.dataDir);
  const stored =
    nameOrHash === SYNTHETIC ? await ensureSynthetic(store) : await resolveDataset(store, nameOrHash);
  const bundle = await loadBundle(stored);
  return { name: stored.name ?? bundle.header.name, bundle };
}
