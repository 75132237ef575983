/** The local store's data sets, made known to the platform that runs on this data directory. */
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@adt/coordinator/cli/connect';
import { uploadDataset } from '@adt/coordinator/cli/upload';
import { SYNTHETIC } from '@adt/worker/data/datasetName';
import { bundlePath, listDatasets, openStore, resolveDataset } from '@adt/worker/data/store';
import { ensureSynthetic } from '@adt/worker/data/synthetic';
import { BUNDLE_CHECK_MS } from './tunables.js';

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
  const { datasets } = await connection.call('listDatasets', {});
  const known = new Map(datasets.map((dataset) => [dataset.name, dataset]));
  const { client, token } = connection;
  let sent = 0;
  for (const { name, sha256 } of (await listDatasets(store)).datasets) {
    const there = known.get(name);
    if (there?.sha256 === sha256 && !there.missing) continue;
    const dataset = { name, sha256, path: bundlePath(store, sha256) };
    await uploadDataset({ client, token, dataset, replace: true, signal });
    sent += 1;
  }
  return sent;
}

/**
 * Until the signal aborts: brings back what the platform has lost and the local store holds, say after NATS' store
 * was wiped. Names stay as they are. A platform that does not answer is asked again.
 */
export async function keepUploaded(
  dataDir: string,
  connection: Connection,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await delay(BUNDLE_CHECK_MS, undefined, { signal }).catch(() => {});
    await restoreLost(dataDir, connection, signal).catch(() => {});
  }
}

async function restoreLost(dataDir: string, connection: Connection, signal: AbortSignal): Promise<void> {
  const { client, token } = connection;
  const lost = (await connection.call('listDatasets', {})).datasets.filter(({ missing }) => missing);
  for (const { name, sha256 } of lost) {
    const path = bundlePath(await openStore(dataDir), sha256);
    if (existsSync(path)) await uploadDataset({ client, token, dataset: { name, sha256, path }, signal });
  }
}

export const BUILT_IN = SYNTHETIC;
