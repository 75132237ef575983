/** kill -9 of the coordinator at the worst moments, and what stands in for its supervisor. */

import { type Barrier, raiseBarrier } from '../barrier.js';
import { watchSweep } from '../browserState.js';
import type { Fault } from '../fault.js';
import { allEnded, running, submit } from '../sweep.js';
import { pass } from '../until.js';
import type { CoordinatorProcess, World } from '../world.js';

export async function killCoordinator(world: World, index = 0): Promise<void> {
  const coordinator = world.coordinators[index];
  if (!coordinator) throw new Error(`no coordinator ${index}`);
  world.processes.expect(coordinator.pid);
  coordinator.kill();
  await coordinator.exited;
}

/** On the same ports, as its supervisor would. */
export function restartCoordinator(world: World, index = 0): Promise<CoordinatorProcess> {
  return world.startCoordinator(index);
}

/** The statement stands at a chosen point; the coordinator dies; what it began is lost, or is committed after its death. */
async function dieAt(world: World, barrier: Barrier, fate: 'rolledBack' | 'committed'): Promise<void> {
  await barrier.reached();
  await killCoordinator(world);
  if (fate === 'rolledBack') await barrier.rollBack();
  else await barrier.letThrough();
  await barrier.lower();
  await restartCoordinator(world);
}

export const coordinatorKilled: Fault = {
  name: 'coordinatorKilled',
  about: 'kill -9 of the coordinator at a random moment, then a restart',
  async run({ random, world: open }) {
    const world = await open({ workers: 2 });
    watchSweep(world, await submit(world, { trials: 6 }));
    await running(world, 1);
    await pass(random.between(0, 1_500));
    await killCoordinator(world);
    await pass(random.between(0, 2_000));
    await restartCoordinator(world);
    await allEnded(world);
  },
};

export const killedBeforeCommit: Fault = {
  name: 'killedBeforeCommit',
  about: 'kill -9 of the coordinator while a batch of points is at its COMMIT, which is rolled back',
  async run({ random, world: open }) {
    const world = await open({ workers: 2 });
    watchSweep(world, await submit(world, { trials: 4 }));
    await running(world, 1);
    await pass(random.between(0, 800));
    await dieAt(world, await raiseBarrier(world, 'points'), 'rolledBack');
    await allEnded(world);
  },
};

export const killedBeforeAck: Fault = {
  name: 'killedBeforeAck',
  about: 'kill -9 of the coordinator between COMMIT and Ack: the batch is sent again and skipped',
  async run({ random, world: open }) {
    const world = await open({ workers: 2 });
    watchSweep(world, await submit(world, { trials: 4 }));
    await running(world, 1);
    await pass(random.between(0, 800));
    await dieAt(world, await raiseBarrier(world, 'points'), 'committed');
    await allEnded(world);
  },
};

export const killedBeforeSent: Fault = {
  name: 'killedBeforeSent',
  about: 'kill -9 of the coordinator between publish and sent_at: the hint is out and is published again',
  async run({ random, world: open }) {
    const world = await open({ workers: 1 });
    const barrier = await raiseBarrier(world, 'sent');
    watchSweep(world, await submit(world, { trials: 6, steps: random.between(20, 60) }));
    await dieAt(world, barrier, 'rolledBack');
    await allEnded(world);
  },
};

export const killedAtComplete: Fault = {
  name: 'killedAtComplete',
  about: 'kill -9 of the coordinator between the COMMIT of an outcome and its answer: Complete is repeated',
  async run({ world: open }) {
    const world = await open({ workers: 2 });
    watchSweep(world, await submit(world, { trials: 4 }));
    await running(world, 1);
    await dieAt(world, await raiseBarrier(world, 'ends'), 'committed');
    await allEnded(world);
  },
};
