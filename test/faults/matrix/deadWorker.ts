/** How long a trial waits whose worker was killed, at the product's own timings. */
import type { Fault } from '../fault.js';
import { allEnded, running, submit } from '../sweep.js';
import { Broken, pass, until } from '../until.js';
import { aWorker, killWorker } from './workerKilled.js';

/** Seconds, the goal. */
const GOAL_S = 35;

export const deadWorkerDefault: Fault = {
  name: 'deadWorkerDefault',
  about: `default timings: kill -9 of a worker, its trial runs elsewhere within ${GOAL_S} s`,
  slow: true,
  async run({ random, world: open, figure }) {
    const world = await open({ workers: 1, profile: 'default', workerEnv: { ADT_ORACLE_STEP_MS: '150' } });
    await submit(world, { trials: 1 });
    await running(world, 1);
    await world.startWorker();
    await pass(random.between(0, 2_000));
    const died = performance.now();
    await killWorker(world, aWorker(world, 0));
    const runs = async () =>
      (await world.db.pool.query(`SELECT FROM trial WHERE epoch = 2 AND state = 'RUNNING' AND last_step > 0`))
        .rowCount === 1;
    await until('the trial runs elsewhere', runs, 90_000);
    const seconds = (performance.now() - died) / 1_000;
    figure('to running elsewhere', seconds, 's');
    await allEnded(world);
    if (seconds > GOAL_S) throw new Broken(`it ran elsewhere after ${seconds.toFixed(1)} s`);
  },
};
