/** The local store's data sets, made known to the platform that runs on this data directory. */
import type { Connection } from '@adt/coordinator/cli/connect';
import { uploadDataset } from '@adt/coordinator/cli/upload';
import { SYNTHETIC } from '@adt/worker/data/datasetName';
import { bundlePath, listDatasets, openStore, resolveDataset } from '@adt/worker/data/store';
import { ensureSynthetic } from '@adt/worker/data/synthetic';

/** @throws DataError UNKNOWN_DATASET; the built-in data set is made when it is missing */
export async function requireDataset(dataDir: string, name: string): Promise<void> {
  const store = await openStore(dataDir);
  await ensureSynthetic(store);
  await resolveDataset(store, name);
}

/**
 * Uploads what the platform lacks. On one machine the local store decides what a name means.
 * @returns how many were sent
 */
export async function uploadStore(
  dataDir: string,
  connection: Connection,
  signal: AbortSignal,
): Promise<number> {
  const store = await openStore(dataDir);
  const known = new Map(
    (await connection.call('listDatasets', {})).datasets.map((dataset) => [dataset.name, dataset.sha256]),
  );
  const { client, token } = connection;
  let sent = 0;
  for (const { name, sha256 } of (await listDatasets(store)).datasets) {
    if (known.get(name) === sha256) continue;
    const dataset = { name, sha256, path: bundlePath(store, sha256) };
    await uploadDataset({ client, token, dataset, replace: true, signal });
    sent += 1;
  }
  return sent;
}

export const BUILT_IN = SYNTHETIC;
