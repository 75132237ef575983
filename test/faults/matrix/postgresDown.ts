/** Postgres restarted in immediate mode, and connections that are terminated again and again. */
import { watchSweep } from '../browserState.js';
import type { Fault } from '../fault.js';
import { allEnded, running, submit } from '../sweep.js';
import { pass } from '../until.js';

export const postgresRestarted: Fault = {
  name: 'postgresRestarted',
  about: 'Postgres stopped in immediate mode (no checkpoint, recovery from the WAL), then started',
  async run({ random, world: open }) {
    const world = await open({ workers: 2, postgres: 'own' });
    watchSweep(world, await submit(world, { trials: 6 }));
    await running(world, 1);
    await pass(random.between(0, 1_000));
    await world.postgres?.stopImmediately();
    await pass(random.between(0, 4_000));
    await world.postgres?.start();
    await allEnded(world);
  },
};

const TERMINATIONS = 15;

export const connectionsTerminated: Fault = {
  name: 'connectionsTerminated',
  about: `every connection to the database terminated ${TERMINATIONS} times in a row`,
  async run({ random, world: open }) {
    const world = await open({ workers: 2 });
    watchSweep(world, await submit(world, { trials: 6, steps: 80 }));
    await running(world, 1);
    for (let left = TERMINATIONS; left > 0; left -= 1) {
      await world.db.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      await pass(random.between(20, 300));
    }
    await allEnded(world);
  },
};
