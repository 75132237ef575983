/** `adt sweep submit`: hands a sweep file to the platform, with the data sets that it lacks. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { DataError } from '@adt/worker/data/dataError';
import { SYNTHETIC } from '@adt/worker/data/datasetName';
import { openStore, resolveDataset, type StoredDataset } from '@adt/worker/data/store';
import { ensureSynthetic } from '@adt/worker/data/synthetic';
import { type Connection, Unreachable, withPlatform } from './connect.js';
import type { Context } from './context.js';
import { plannedLine } from './forecastLine.js';
import { print, printJson, printNote } from './output.js';
import { sizeOf } from './planText.js';
import { startProgress } from './progress.js';
import { namedDatasets, type SweepFile } from './sweepFile.js';
import { printWarnings, validPlan } from './sweepPlan.js';
import { readSource, type SourceFlags } from './sweepSource.js';
import { watchSweep } from './sweepWatch.js';
import { uploadDataset } from './upload.js';

/** A lost reply is asked for again under the same idempotency key, so a sweep is never submitted twice. */
const SUBMIT_TRIES = 3;

export type SubmitFlags = SourceFlags & { watch?: boolean; owner?: string; extends?: number };

export async function submitCommand(
  context: Context,
  path: string | undefined,
  { watch, owner, extends: extended, ...source }: SubmitFlags,
): Promise<void> {
  const file = await readSource(path, source);
  await withPlatform(context, async (connection) => {
    await uploadMissing(context, connection, file);
    const plan = await validPlan(context, connection, file);
    const sweep = await submit(connection, file, { owner: owner ?? userName(), extends: extended });
    printWarnings(plan.warnings);
    if (context.json && !watch) return printJson(sweep);
    if (!context.json) {
      print(`sweep ${sweep.sweepId} (${sweep.name}): ${sizeOf(plan)}`);
      if (plan.forecast) print(plannedLine(plan.forecast));
    }
    if (watch) await watchSweep(context, connection, sweep.sweepId);
    else print(`watch it with: adt sweep watch ${sweep.sweepId}`);
  });
}

async function submit(
  { call }: Connection,
  file: SweepFile,
  by: { owner: string; extends?: number },
): Promise<SweepSummary> {
  const request = { ...file, ...by, idempotencyKey: randomUUID() };
  for (let left = SUBMIT_TRIES - 1; ; left--) {
    try {
      return await call('submitSweep', request);
    } catch (error) {
      if (left === 0 || !(error instanceof Unreachable)) throw error;
    }
  }
}

/** Data sets that the file names, this machine has and the platform lacks. What neither has, the plan will name. */
async function uploadMissing(context: Context, connection: Connection, file: SweepFile): Promise<void> {
  const { datasets } = await connection.call('listDatasets', {});
  const there = new Map(datasets.map((dataset) => [dataset.name, dataset]));
  for (const name of namedDatasets(file)) {
    const known = there.get(name);
    const dataset = await localDataset(context, name, known === undefined);
    if (dataset === null || (dataset.sha256 === known?.sha256 && !known.missing)) continue;
    if (known === undefined || dataset.sha256 === known.sha256) await upload(context, connection, dataset);
    else
      printNote(`${name}: the platform has other content under this name than this machine; its own is used`);
  }
}

async function upload(context: Context, { client, token }: Connection, dataset: Local): Promise<void> {
  const progress = startProgress(`uploading ${dataset.name}`);
  try {
    const onProgress = (fraction: number) => progress.update(fraction);
    await uploadDataset({ client, token, dataset, signal: context.signal, onProgress });
  } finally {
    progress.clear();
  }
}

type Local = StoredDataset & { name: string };

/** @param generate make the built-in data set when it is asked for */
async function localDataset(context: Context, name: string, generate: boolean): Promise<Local | null> {
  // A machine without a store of its own stays without one.
  if (!existsSync(join(context.dataDir, 'datasets')) && !(generate && name === SYNTHETIC)) return null;
  const store = await openStore(context.dataDir);
  if (generate && name === SYNTHETIC) return ensureSynthetic(store);
  try {
    return { ...(await resolveDataset(store, name)), name };
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
  }
}

/** Who submits, as the list shows it; a container's user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
