/** A fault's trials: the data set, submission until it is answered, how far they are, their end. */
import { randomUUID } from 'node:crypto';
import { openConnection } from '@adt/coordinator/cli/connect';
import { uploadDataset } from '@adt/coordinator/cli/upload';
import { SpecFormat } from '@adt/proto/gen/adt/v1/search';
import { openStore } from '@adt/worker/data/store';
import { ensureSynthetic } from '@adt/worker/data/synthetic';
import { Broken, until } from './until.js';
import type { World } from './world.js';

export type SweepSettings = {
  trials: number;
  /** Steps of a trial; one takes ADT_ORACLE_STEP_MS, default 20 ms; default 40. */
  steps?: number;
  evalEvery?: number;
  /** Failures that a trial may have before it is given up; the platform's default is 3. */
  retries?: number;
};

const NOT_ENDED = `state IN ('QUEUED', 'RUNNING')`;

/** Learning rates times seeds: at most 250 of each, so that no list of a sweep file is long. */
function spec(name: string, dataset: string, settings: SweepSettings): string {
  const { trials, steps = 40, evalEvery = 1, retries = 20 } = settings;
  const rates = trials > 100 ? Math.ceil(trials / 100) : 1;
  if (trials % rates !== 0) throw new Error(`${trials} trials are not a whole number of rates and seeds`);
  const lr = Array.from({ length: rates }, (_, at) => ((at + 1) / 1_000).toString());
  const seeds = Array.from({ length: trials / rates }, (_, at) => at + 1);
  return `
name: ${name}
method: grid
parameters:
  dataset: {value: ${dataset}}
  model: {value: GMF}
  loss: {value: CE}
  lr: {values: [${lr.join(', ')}]}
training: {epochs: ${steps}, eval_every: ${evalEvery}, factors: 8, topk: [10]}
seeds: {search: [${seeds.join(', ')}]}
retry: {max: ${retries}}
`;
}

/** Uploads the built-in data set; once for a world. */
export async function upload(world: World): Promise<string> {
  const dataset = await ensureSynthetic(await openStore(world.dataDir));
  const connection = openConnection({
    grpc: address(world, 0),
    token: world.token,
    signal: new AbortController().signal,
  });
  try {
    await uploadDataset({ client: connection.client, token: world.token, dataset });
  } finally {
    connection.close();
  }
  return dataset.name;
}

/** Submits with an idempotency key until it is answered, as a user's retry would. @returns the sweep */
export async function submit(world: World, settings: SweepSettings, coordinator = 0): Promise<number> {
  const dataset = await upload(world);
  return submitAgain(world, dataset, settings, coordinator);
}

/** On a data set that is there already. */
export async function submitAgain(
  world: World,
  dataset: string,
  settings: SweepSettings,
  coordinator = 0,
): Promise<number> {
  const text = spec(`fault-${world.submitted.length + 1}`, dataset, settings);
  const request = { spec: text, format: SpecFormat.YAML, idempotencyKey: randomUUID(), owner: '' };
  const connection = openConnection({
    grpc: address(world, coordinator),
    token: world.token,
    signal: new AbortController().signal,
  });
  try {
    const { sweepId } = await until('a sweep is submitted', () => connection.call('submitSweep', request));
    world.submitted.push({ sweepId, trials: settings.trials });
    return sweepId;
  } finally {
    connection.close();
  }
}

function address(world: World, coordinator: number): string {
  return world.coordinators[coordinator]?.ready.grpc ?? '';
}

/** How many rows a condition on `trial` has. */
export async function countTrials(world: World, where: string): Promise<number> {
  const { rows } = await world.db.pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM trial WHERE ${where}`,
  );
  return rows[0]?.n ?? 0;
}

/** Resolves when that many trials run and have told of a step. */
export async function running(world: World, least = 1, withinMs = 30_000): Promise<void> {
  const are = async () => (await countTrials(world, `state = 'RUNNING' AND last_step > 0`)) >= least;
  await until(`${least} trials run`, are, withinMs);
}

/** Resolves when every trial submitted has ended. @throws Broken naming those that have not (I5) */
export async function allEnded(world: World, withinMs = 60_000): Promise<void> {
  try {
    await until('every trial ends', async () => (await countTrials(world, NOT_ENDED)) === 0, withinMs);
  } catch (error) {
    const open = await countTrials(world, NOT_ENDED).catch(() => 'unknown');
    throw new Broken(`I5: ${open} trials have not ended within ${withinMs / 1_000} s`, { cause: error });
  }
}
