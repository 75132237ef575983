/** A worker in a network namespace of its own, whose cable is pulled and put back. */
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { startProcess } from '@adt/deploy/local/runningProcess';
import { watchSweep } from '../browserState.js';
import type { Fault } from '../fault.js';
import { LEASE_TTL_MS } from '../profile.js';
import { startProxy } from '../proxy.js';
import { allEnded, running, submit } from '../sweep.js';
import { pass } from '../until.js';
import { oracleEnv, type World } from '../world.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}

function unavailable(): string | null {
  if (process.platform !== 'linux') return 'network namespaces are Linux only';
  const name = `adtprobe${process.pid}`;
  try {
    ip('netns', 'add', name);
    ip('link', 'add', `${name.slice(-8)}a`, 'type', 'veth', 'peer', 'name', `${name.slice(-8)}b`);
    ip('link', 'del', `${name.slice(-8)}a`);
    return null;
  } catch (error) {
    const words = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error);
    return `no network namespace with a veth to be had: ${words}`;
  } finally {
    try {
      ip('netns', 'del', name);
    } catch {
      // It was never made.
    }
  }
}

type Cable = { host: string; namespace: string; pull(): void; plug(): void };

/** A namespace that reaches us at `host` and nothing else; gone with the world. */
function layCable(world: World): Cable {
  // Of 10.213.0.0/16, a network of four addresses, so that worlds side by side don't meet.
  const [high, low] = [randomInt(0, 256), 4 * randomInt(0, 63)];
  const at = (last: number) => `10.213.${high}.${low + last}`;
  const namespace = `adt-${high}-${low}`;
  const [ours, theirs] = [`adt${high}x${low}a`, `adt${high}x${low}b`];
  ip('netns', 'add', namespace);
  world.atEnd(() => ip('netns', 'del', namespace));
  ip('link', 'add', ours, 'type', 'veth', 'peer', 'name', theirs);
  ip('link', 'set', theirs, 'netns', namespace);
  ip('addr', 'add', `${at(1)}/30`, 'dev', ours);
  ip('link', 'set', ours, 'up');
  ip('-n', namespace, 'addr', 'add', `${at(2)}/30`, 'dev', theirs);
  ip('-n', namespace, 'link', 'set', theirs, 'up');
  ip('-n', namespace, 'link', 'set', 'lo', 'up');
  return {
    host: at(1),
    namespace,
    pull: () => ip('link', 'set', ours, 'down'),
    plug: () => ip('link', 'set', ours, 'up'),
  };
}

async function startWorkerBehind(world: World, cable: Cable, coordinator: string): Promise<void> {
  const name = 'worker-behind-cable';
  const { DATABASE_URL, NATS_URL, ADT_NATS_TOKEN, ...env } = process.env;
  const child = await startProcess<true>({
    name,
    command: 'ip',
    args: ['netns', 'exec', cable.namespace, process.execPath, 'worker/dist/main.js'],
    cwd: ROOT,
    env: {
      ...env,
      ...oracleEnv(world),
      ADT_PARENT_WATCH: '1',
      ADT_TOKEN: world.token,
      ADT_COORDINATOR: coordinator,
      ADT_DATA_DIR: world.dataDir,
      ADT_SLOTS: '1',
      ADT_THREADS_PER_SLOT: '1',
    },
    parentWatch: 'stdin',
    stopSignal: 'SIGTERM',
    onLine: world.processes.lines(name),
    isReady: (line) => line.startsWith('{"ready":true') || undefined,
  });
  world.processes.watch(name, child);
  world.atEnd(async () => {
    child.kill();
    await child.exited;
  });
}

export const partition: Fault = {
  name: 'partition',
  about: 'a worker behind a veth (network namespace) whose link is down for longer than its lease, then up',
  skip: unavailable,
  async run({ random, world: open }) {
    // The coordinator tells workers where NATS is: by an address of the cable, so its proxy is there first.
    const world = await open({ workers: 1 });
    const cable = layCable(world);
    const grpc = world.coordinators[0]?.ready.grpc ?? '';
    const proxy = await startProxy(Number(grpc.split(':')[1]), cable.host);
    world.atEnd(() => proxy.close());
    // NATS stays out of reach behind the cable, so that worker polls; its bundle is in the cache that both share.
    watchSweep(world, await submit(world, { trials: 8, steps: 60 }));
    await running(world, 1);
    await startWorkerBehind(world, cable, `${cable.host}:${proxy.port}`);
    await running(world, 2);
    await pass(random.between(0, 1_000));
    cable.pull();
    await pass(LEASE_TTL_MS + random.between(0, 3_000));
    cable.plug();
    await allEnded(world, 90_000);
  },
};
