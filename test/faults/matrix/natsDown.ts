/** nats-server ended gently, killed, and killed with its store lost: speed may suffer, nothing else. */
import { watchSweep } from '../browserState.js';
import type { Fault } from '../fault.js';
import type { Hints } from '../hints.js';
import { allEnded, running, submit } from '../sweep.js';
import { pass } from '../until.js';

function natsFault(name: string, about: string, end: (hints: Hints) => Promise<void>): Fault {
  return {
    name,
    about,
    async run({ random, world: open }) {
      const world = await open({ workers: 2 });
      watchSweep(world, await submit(world, { trials: 10 }));
      await running(world, 1);
      await pass(random.between(0, 1_000));
      if (!world.hints) throw new Error('the world has no NATS');
      await end(world.hints);
      await pass(random.between(0, 3_000));
      await world.hints.start();
      await allEnded(world);
    },
  };
}

export const natsTerminated = natsFault('natsTerminated', 'SIGTERM of nats-server, then a restart', (hints) =>
  hints.stop(),
);

export const natsKilled = natsFault('natsKilled', 'SIGKILL of nats-server, then a restart', (hints) =>
  hints.kill(),
);

export const natsWiped = natsFault(
  'natsWiped',
  'SIGKILL of nats-server and its store lost, then a restart',
  async (hints) => {
    await hints.kill();
    hints.wipe();
  },
);

export const browserWithoutNats: Fault = {
  name: 'browserWithoutNats',
  about:
    'two coordinators, NATS away while trials end at one: a browser at the other one shows it all the same',
  async run({ random, world: open }) {
    const world = await open({ coordinators: 2, workers: 2 });
    watchSweep(world, await submit(world, { trials: 6 }), { coordinator: 1 });
    await running(world, 1);
    await pass(random.between(0, 500));
    await world.hints?.kill();
    await allEnded(world);
    await world.hints?.start();
  },
};
