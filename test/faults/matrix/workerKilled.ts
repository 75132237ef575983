/** kill -9 of a worker in the middle of a trial; once with the oracle, once with real training. */

import { watchSweep } from '../browserState.js';
import type { Fault } from '../fault.js';
import { LEASE_TTL_MS } from '../profile.js';
import { allEnded, running, submit } from '../sweep.js';
import { Broken, pass } from '../until.js';
import type { WorkerProcess, World } from '../world.js';

/** SIGKILL to the worker and its group, and its end. */
export async function killWorker(world: World, worker: WorkerProcess): Promise<void> {
  world.processes.expect(worker.pid);
  worker.kill();
  await worker.exited;
}

/** One of those that are alive, as the seed says. */
export function aWorker(world: World, at: number): WorkerProcess {
  const worker = world.workers[at % world.workers.length];
  if (!worker) throw new Error('the world has no worker');
  return worker;
}

export const workerKilled: Fault = {
  name: 'workerKilled',
  about: 'kill -9 of a worker mid-epoch, another one takes its place',
  async run({ random, world: open }) {
    const world = await open({ workers: 2, slots: 2 });
    watchSweep(world, await submit(world, { trials: 8 }));
    await running(world, 3);
    await pass(random.between(0, 900));
    await killWorker(world, aWorker(world, random.between(0, 1)));
    await world.startWorker();
    await allEnded(world);
  },
};

/** Epochs of the real training, of 20 to 40 ms each, with as many validations. */
const REAL = { trials: 1, steps: 5, evalEvery: 10 };

type Outcome = { epoch: number; parameters: string; curve: string };

async function outcomeOf(world: World): Promise<Outcome> {
  const { rows } = await world.db.pool.query<Outcome>(
    `SELECT t.epoch, t.result ->> 'parametersSha256' AS parameters,
            (SELECT json_agg(json_build_array(m.name, p.step, p.value) ORDER BY m.name, p.step)::text
             FROM metric_point p JOIN metric m ON m.id = p.metric_id
             JOIN attempt a ON a.trial_id = p.trial_id AND a.epoch = p.epoch
             WHERE p.trial_id = t.id AND p.step > a.resume_step AND p.epoch = (
               SELECT max(n.epoch) FROM attempt n WHERE n.trial_id = t.id AND n.resume_step < p.step)) AS curve
     FROM trial t WHERE t.state = 'SUCCEEDED'`,
  );
  const [outcome] = rows;
  if (!outcome) throw new Broken('the training did not succeed');
  return outcome;
}

export const realTrainingKilled: Fault = {
  name: 'realTrainingKilled',
  about: 'kill -9 of a worker that really trains: parameters and curves are those of an undisturbed run',
  async run({ random, world: open }) {
    const world = await open({ workers: 1, trainer: 'real' });
    watchSweep(world, await submit(world, REAL));
    await running(world);
    await pass(random.between(0, 500));
    await killWorker(world, aWorker(world, 0));
    await world.startWorker();
    await allEnded(world);
    const twin = await open({ workers: 1, trainer: 'real' });
    await submit(twin, REAL);
    await allEnded(twin);
    const [disturbed, undisturbed] = [await outcomeOf(world), await outcomeOf(twin)];
    if (disturbed.epoch < 2) throw new Broken('the kill came too late to disturb anything');
    if (disturbed.parameters !== undisturbed.parameters)
      throw new Broken('its parameters differ from the undisturbed run');
    if (disturbed.curve !== undisturbed.curve) throw new Broken('its curves differ from the undisturbed run');
  },
};

export const workerStopped: Fault = {
  name: 'workerStopped',
  about: 'SIGSTOP of a worker past its lease, then SIGCONT: it wakes up fenced',
  async run({ random, world: open }) {
    const world = await open({ workers: 2 });
    watchSweep(world, await submit(world, { trials: 4, steps: 80 }));
    await running(world, 2);
    await pass(random.between(0, 800));
    const sleeper = aWorker(world, random.between(0, 1));
    process.kill(sleeper.pid, 'SIGSTOP');
    await pass(LEASE_TTL_MS + random.between(500, 2_500));
    process.kill(sleeper.pid, 'SIGCONT');
    await allEnded(world);
  },
};
