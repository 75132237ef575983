/** More than usual of everything: points, queued trials, idle workers, and a browser that can't keep up. */
import { openConnection } from '@adt/coordinator/cli/connect';
import { watchSweep } from '../browserState.js';
import type { Fault } from '../fault.js';
import { cpuSeconds, peakMb, residentMb } from '../processes.js';
import { startProxy } from '../proxy.js';
import { type SimulatedWorker, simulatedWorker } from '../simulated.js';
import { allEnded, countTrials, running, submit } from '../sweep.js';
import { Broken, pass, until } from '../until.js';
import type { World } from '../world.js';
import { killCoordinator, restartCoordinator } from './coordinatorKilled.js';

/** 250 steps of 4 series every 20 ms: 50,000 points/s are asked for, whatever the machine then does. */
const FLOOD = { ADT_ORACLE_STEP_MS: '20', ADT_ORACLE_STEPS_AT_ONCE: '250', ADT_ORACLE_SERIES: '4' };

export const metricFlood: Fault = {
  name: 'metricFlood',
  about: 'one worker, 50,000 points a second asked for: held back through the spool, none lost',
  async run({ world: open, figure }) {
    const world = await open({ workers: 1, workerEnv: FLOOD });
    const began = performance.now();
    watchSweep(world, await submit(world, { trials: 2, steps: 10_000 }));
    await allEnded(world, 120_000);
    figure('points/s', 80_000 / ((performance.now() - began) / 1_000), '');
    figure('coordinator peak', peakMb(world.coordinators[0]?.pid ?? 0), 'MB');
  },
};

async function cancel(world: World, sweepId: number): Promise<void> {
  const { ready } = world.coordinators[0] ?? {};
  const connection = openConnection({
    grpc: ready?.grpc ?? '',
    token: world.token,
    signal: new AbortController().signal,
  });
  try {
    await until(
      'the sweep is cancelled',
      async () => (await connection.call('cancelSweep', { sweepId })) && true,
    );
  } finally {
    connection.close();
  }
}

const QUEUED = 10_000;
const CLAIMS = 200;

export const tenThousandQueued: Fault = {
  name: 'tenThousandQueued',
  about: `${QUEUED} queued trials: claims are timed, the coordinator is killed, then all is cancelled`,
  async run({ random, world: open, figure }) {
    const world = await open({ workers: 2 });
    const began = performance.now();
    const sweepId = await submit(world, { trials: QUEUED });
    figure('submit', (performance.now() - began) / 1_000, 's');
    await running(world, 2);
    const simulated = await simulatedWorker({
      grpc: world.coordinators[0]?.ready.grpc ?? '',
      token: world.token,
      id: 'simulated-1',
    });
    world.atEnd(() => simulated.close());
    const took: number[] = [];
    for (let left = CLAIMS; left > 0; left -= 1) {
      const asked = performance.now();
      const { trial } = await simulated.claimNext();
      took.push(performance.now() - asked);
      if (!trial) throw new Broken('ClaimNext had nothing of ten thousand');
      await simulated.release(trial.trialId, trial.epoch);
    }
    took.sort((a, b) => a - b);
    figure('claim p95', took[Math.floor(0.95 * CLAIMS)] ?? 0, 'ms');
    await killCoordinator(world);
    await pass(random.between(0, 1_000));
    await restartCoordinator(world);
    const ended = await countTrials(world, `state = 'SUCCEEDED'`);
    await until('trials go on', async () => (await countTrials(world, `state = 'SUCCEEDED'`)) > ended + 2);
    await cancel(world, sweepId);
    await allEnded(world);
  },
};

const IDLE = 200;
const IDLE_MS = 15_000;
const BEAT_MS = 5_000;

/** Beats as often as the default says, spread over the interval. */
function beat(workers: readonly SimulatedWorker[], onError: (error: Error) => void): () => void {
  const timers = workers.map((worker, at) => {
    const send = () => void worker.heartbeat().catch(onError);
    let every: NodeJS.Timeout | undefined;
    const first = setTimeout(() => (every = setInterval(send, BEAT_MS)), (BEAT_MS * at) / workers.length);
    return () => {
      clearTimeout(first);
      clearInterval(every);
    };
  });
  return () => timers.map((stop) => stop());
}

export const idleWorkers: Fault = {
  name: 'idleWorkers',
  about: `${IDLE} idle workers (simulated) for ${IDLE_MS / 1_000} s at default timings: processor and memory of the coordinator`,
  slow: true,
  async run({ world: open, figure }) {
    const world = await open({ workers: 0, profile: 'default' });
    const { pid = 0, ready } = world.coordinators[0] ?? {};
    const workers = await Promise.all(
      Array.from({ length: IDLE }, (_, at) =>
        simulatedWorker({ grpc: ready?.grpc ?? '', token: world.token, id: `simulated-${at + 1}` }),
      ),
    );
    world.atEnd(() => workers.forEach((worker) => void worker.close()));
    let failed = 0;
    const stop = beat(workers, () => {
      failed += 1;
    });
    await pass(BEAT_MS);
    const before = { cpu: cpuSeconds(pid), mb: residentMb(pid) };
    await pass(IDLE_MS);
    stop();
    const cpu = (100 * (cpuSeconds(pid) - before.cpu)) / (IDLE_MS / 1_000);
    figure('coordinator cpu', cpu, '%');
    figure('memory grew', residentMb(pid) - before.mb, 'MB');
    if (failed > 0) throw new Broken(`${failed} heartbeats failed`);
    if (cpu >= 5) throw new Broken(`the coordinator took ${cpu.toFixed(1)} % of a core`);
  },
};

export const slowBrowser: Fault = {
  name: 'slowBrowser',
  about:
    'a browser that reads 2 kB/s beside one that keeps up, under a flood: bounded memory, and it catches up',
  async run({ world: open, figure }) {
    const world = await open({ workers: 1, workerEnv: FLOOD });
    const live = world.coordinators[0]?.ready.live ?? '';
    const proxy = await startProxy(Number(live.split(':')[1]));
    world.atEnd(() => proxy.close());
    const sweepId = await submit(world, { trials: 2, steps: 10_000 });
    proxy.slow({ latencyMs: 20, bytesPerSecond: 2_000 });
    watchSweep(world, sweepId, { live: `127.0.0.1:${proxy.port}` });
    watchSweep(world, sweepId);
    await allEnded(world, 120_000);
    figure('coordinator peak', peakMb(world.coordinators[0]?.pid ?? 0), 'MB');
    proxy.slow(null);
    proxy.cut();
  },
};
