/** A checkpoint whose bytes have rotted in the object store. */
import { CHECKPOINT_BUCKET } from '@adt/proto/subjects';
import { jetstream } from '@nats-io/jetstream';
import { type ObjectStore, Objm } from '@nats-io/obj';
import { connect } from '@nats-io/transport-node';
import { watchSweep } from '../browserState.js';
import type { Fault } from '../fault.js';
import { allEnded, submit } from '../sweep.js';
import { Broken, pass, until } from '../until.js';
import type { World } from '../world.js';
import { aWorker, killWorker } from './workerKilled.js';

async function openBucket({ hints, atEnd }: World): Promise<ObjectStore> {
  const connection = await connect({ servers: hints?.url ?? '', token: hints?.token ?? '' });
  atEnd(() => connection.close());
  return new Objm(jetstream(connection)).open(CHECKPOINT_BUCKET);
}

async function committed(world: World, least: number): Promise<void> {
  const some = async () => {
    const { rowCount } = await world.db.pool.query('SELECT FROM checkpoint');
    return (rowCount ?? 0) >= least;
  };
  await until(`${least} checkpoints are committed`, some);
}

/** @returns how many objects there were */
async function corruptAll(store: ObjectStore, next: () => number): Promise<number> {
  const objects = await store.list();
  for (const { name } of objects) {
    const bytes = await store.getBlob(name);
    if (bytes === null) continue;
    const at = Math.floor(next() * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    await store.putBlob({ name }, bytes);
  }
  return objects.length;
}

export const checkpointCorrupted: Fault = {
  name: 'checkpointCorrupted',
  about:
    'every checkpoint in the object store is damaged and the worker killed: the trial starts anew, as undisturbed',
  async run({ random, world: open, figure }) {
    const world = await open({ workers: 1 });
    watchSweep(world, await submit(world, { trials: 2, steps: 80 }));
    await committed(world, 1);
    await pass(random.between(0, 600));
    await killWorker(world, aWorker(world, 0));
    const damaged = await corruptAll(await openBucket(world), random.next);
    figure('damaged', damaged, '');
    if (damaged === 0) throw new Broken('there was no checkpoint to damage');
    await world.startWorker();
    await allEnded(world);
  },
};

export const checkpointResumed: Fault = {
  name: 'checkpointResumed',
  about:
    'kill -9 of a worker after a checkpoint: the trial goes on elsewhere from it, with the parameters of an undisturbed run',
  async run({ random, world: open }) {
    const world = await open({ workers: 1 });
    watchSweep(world, await submit(world, { trials: 2, steps: 80 }));
    await committed(world, 1);
    await pass(random.between(0, 600));
    await killWorker(world, aWorker(world, 0));
    await world.startWorker();
    await allEnded(world);
    const { rowCount } = await world.db.pool.query('SELECT FROM attempt WHERE resume_step > 0');
    if (rowCount === 0) throw new Broken('no attempt went on from a checkpoint');
  },
};
