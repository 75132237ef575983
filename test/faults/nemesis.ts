/** A random nemesis: kills, stops and restarts whatever it likes for some minutes, while trials go on and are checked. */
import { watchSweep } from './browserState.js';
import type { Fault } from './fault.js';
import { checkAlways } from './invariants.js';
import { killCoordinator, restartCoordinator } from './matrix/coordinatorKilled.js';
import { aWorker, killWorker } from './matrix/workerKilled.js';
import { LEASE_TTL_MS } from './profile.js';
import type { Random } from './random.js';
import { allEnded, countTrials, submitAgain, upload } from './sweep.js';
import { Broken, pass, until } from './until.js';
import type { World } from './world.js';

const SWEEP = { trials: 20, steps: 50 };

type Blow = { name: string; deal(world: World, random: Random): Promise<void> };

const BLOWS: readonly [Blow, ...Blow[]] = [
  {
    name: 'worker killed',
    async deal(world, random) {
      const worker = aWorker(world, random.between(0, world.workers.length - 1));
      await killWorker(world, worker);
      world.workers.splice(world.workers.indexOf(worker), 1);
      await world.startWorker({ coordinator: random.between(0, 1) });
    },
  },
  {
    name: 'worker stopped',
    async deal(world, random) {
      const worker = aWorker(world, random.between(0, world.workers.length - 1));
      process.kill(worker.pid, 'SIGSTOP');
      await pass(random.between(500, LEASE_TTL_MS + 2_000));
      process.kill(worker.pid, 'SIGCONT');
    },
  },
  {
    name: 'worker drained',
    async deal(world, random) {
      const worker = aWorker(world, random.between(0, world.workers.length - 1));
      world.processes.expect(worker.pid);
      await worker.stop();
      world.workers.splice(world.workers.indexOf(worker), 1);
      await world.startWorker({ coordinator: random.between(0, 1) });
    },
  },
  {
    name: 'coordinator killed',
    async deal(world, random) {
      const index = random.between(0, 1);
      await killCoordinator(world, index);
      await pass(random.between(0, 3_000));
      await restartCoordinator(world, index);
    },
  },
  {
    name: 'coordinator stopped',
    async deal(world, random) {
      const { pid } = world.coordinators[random.between(0, 1)] ?? {};
      if (pid === undefined) return;
      process.kill(pid, 'SIGSTOP');
      await pass(random.between(500, 5_000));
      process.kill(pid, 'SIGCONT');
    },
  },
  {
    name: 'nats-server killed',
    async deal({ hints }, random) {
      await (random.next() < 0.5 ? hints?.kill() : hints?.stop());
      await pass(random.between(0, 4_000));
      await hints?.start();
    },
  },
  {
    name: 'Postgres restarted at once',
    async deal({ postgres }, random) {
      await postgres?.stopImmediately();
      await pass(random.between(0, 2_000));
      await postgres?.start();
    },
  },
  {
    name: 'connections terminated',
    async deal(world) {
      const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                         WHERE datname = current_database() AND pid <> pg_backend_pid()`;
      await until('Postgres answers', () => world.db.pool.query(terminate));
    },
  },
];

export function nemesis(minutes: number): Fault {
  return {
    name: 'soak',
    about: 'a random nemesis over all process-level faults, for --minutes',
    async run({ random, world: open, figure }) {
      const world = await open({ coordinators: 2, workers: 3, postgres: 'own' });
      const dataset = await upload(world);
      const end = performance.now() + minutes * 60_000;
      let blows = 0;
      while (performance.now() < end) {
        const queued = await until('Postgres answers', () => countTrials(world, `state = 'QUEUED'`));
        if (queued < SWEEP.trials / 2)
          watchSweep(world, await submitAgain(world, dataset, SWEEP), { coordinator: random.between(0, 1) });
        const blow = random.pick(BLOWS);
        world.processes.lines('nemesis')(blow.name);
        await blow.deal(world, random);
        blows += 1;
        await pass(random.between(0, 2_500));
        // The last blow may have been to who is asked.
        const found = await until('the invariants can be asked', () => checkAlways(world));
        if (found.length > 0) throw new Broken(`after blow ${blows}, ${blow.name}: ${found.join('; ')}`);
      }
      await allEnded(world, 240_000);
      figure('blows', blows, '');
      figure('trials', await countTrials(world, 'true'), '');
    },
  };
}
