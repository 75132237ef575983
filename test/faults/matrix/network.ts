/** Networks that are slow, and connections that stand open and carry nothing. */
import { watchSweep } from '../browserState.js';
import type { Fault } from '../fault.js';
import { allEnded, running, submit } from '../sweep.js';
import { pass } from '../until.js';

export const slowNetwork: Fault = {
  name: 'slowNetwork',
  about: 'every connection slow: some tens of milliseconds a packet, some hundred kB/s',
  async run({ random, world: open }) {
    const world = await open({ workers: 2, proxies: ['postgres', 'nats', 'grpc'] });
    watchSweep(world, await submit(world, { trials: 4 }));
    await running(world, 1);
    for (const proxy of world.proxies.values())
      proxy.slow({ latencyMs: random.between(5, 40), bytesPerSecond: random.between(50_000, 300_000) });
    await allEnded(world, 90_000);
  },
};

function halfOpen(name: string, which: 'postgres' | 'nats' | 'grpc', between: string): Fault {
  return {
    name,
    about: `connections between ${between} stand and carry nothing; new ones work`,
    async run({ random, world: open }) {
      const world = await open({ workers: 2, proxies: [which] });
      watchSweep(world, await submit(world, { trials: 6, steps: 60 }));
      await running(world, 1);
      await pass(random.between(0, 1_000));
      world.proxies.get(which)?.freeze();
      await allEnded(world, 120_000);
    },
  };
}

export const halfOpenWorkers = halfOpen('halfOpenWorkers', 'grpc', 'workers and coordinator');
export const halfOpenPostgres = halfOpen('halfOpenPostgres', 'postgres', 'coordinator and Postgres');
export const halfOpenNats = halfOpen('halfOpenNats', 'nats', 'everybody and nats-server');
