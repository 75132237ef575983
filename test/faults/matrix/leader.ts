/** Two coordinators of which one leads: the leader is stopped and continued, or killed. */
import { watchSweep } from '../browserState.js';
import type { Fault } from '../fault.js';
import { allEnded, countTrials, running, submitAgain, upload } from '../sweep.js';
import { Broken, pass, until } from '../until.js';
import type { World } from '../world.js';
import { killCoordinator } from './coordinatorKilled.js';

/** Place of the coordinator that leads now. */
export async function leaderOf(world: World): Promise<number> {
  return until('somebody leads', async () => {
    const { rows } = await world.db.pool.query<{ holder: string }>(
      `SELECT holder FROM leader WHERE expires_at > clock_timestamp()`,
    );
    const at = world.coordinators.findIndex(({ pid }) => rows[0]?.holder.includes(`-${pid}-`));
    return at >= 0 && { at };
  }).then(({ at }) => at);
}

async function termOf(world: World): Promise<number> {
  const { rows } = await world.db.pool.query<{ term: number }>('SELECT term FROM leader');
  return rows[0]?.term ?? 0;
}

export const leaderStopped: Fault = {
  name: 'leaderStopped',
  about: 'two coordinators, the leader is stopped past its term and continued: the other one leads meanwhile',
  async run({ random, world: open }) {
    const world = await open({ coordinators: 2, workers: 0 });
    await Promise.all([world.startWorker({ coordinator: 0 }), world.startWorker({ coordinator: 1 })]);
    const dataset = await upload(world);
    const leader = await leaderOf(world);
    const other = 1 - leader;
    watchSweep(world, await submitAgain(world, dataset, { trials: 4 }, other), { coordinator: other });
    await running(world, 1);
    await pass(random.between(0, 800));
    const term = await termOf(world);
    const { pid = 0 } = world.coordinators[leader] ?? {};
    process.kill(pid, 'SIGSTOP');
    try {
      await until('the other one leads', async () => (await termOf(world)) > term, 15_000);
      watchSweep(world, await submitAgain(world, dataset, { trials: 4 }, other), { coordinator: other });
      await pass(random.between(0, 2_000));
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await allEnded(world);
  },
};

/** Seconds, the goal. */
const DISPATCH_GOAL_S = 20;

export const leaderKilledDefault: Fault = {
  name: 'leaderKilledDefault',
  about: `default timings: the leader is killed, dispatch goes on within ${DISPATCH_GOAL_S} s`,
  slow: true,
  async run({ random, world: open, figure }) {
    const world = await open({ coordinators: 2, workers: 0, profile: 'default' });
    const dataset = await upload(world);
    const leader = await leaderOf(world);
    const other = 1 - leader;
    await world.startWorker({ coordinator: other });
    watchSweep(world, await submitAgain(world, dataset, { trials: 1 }, other), { coordinator: other });
    await allEnded(world);
    await pass(random.between(0, 5_000));
    const died = performance.now();
    await killCoordinator(world, leader);
    watchSweep(world, await submitAgain(world, dataset, { trials: 2 }, other), { coordinator: other });
    await until(
      'a trial is dispatched',
      async () => (await countTrials(world, `id > 1 AND epoch > 0`)) > 0,
      60_000,
    );
    const seconds = (performance.now() - died) / 1_000;
    figure('to dispatch', seconds, 's');
    await allEnded(world);
    if (seconds > DISPATCH_GOAL_S) throw new Broken(`dispatch went on after ${seconds.toFixed(1)} s`);
  },
};
