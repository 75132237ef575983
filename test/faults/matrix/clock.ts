/** Wall clocks that are an hour off: only Postgres' decides. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../fault.js';
import { allEnded, running, submit } from '../sweep.js';
import { pass } from '../until.js';
import { aWorker, killWorker } from './workerKilled.js';

/** Where Debian, Fedora and Homebrew put it. */
const ROOTS = ['/usr/lib', '/usr/lib64', '/usr/local/lib', '/opt/homebrew/lib'];

function faketime(): string | null {
  for (const root of ROOTS) {
    const folders = existsSync(root) ? [root, ...readdirSync(root).map((name) => join(root, name))] : [];
    for (const folder of folders) {
      const path = join(folder, 'faketime', 'libfaketime.so.1');
      if (existsSync(path)) return path;
    }
  }
  return null;
}

/** Monotonic clocks stay right, as they do when somebody sets the date. */
function offBy(hours: number): NodeJS.ProcessEnv {
  const offset = `${hours > 0 ? '+' : ''}${hours}h`;
  return {
    LD_PRELOAD: faketime() ?? '',
    FAKETIME: offset,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  };
}

export const clockOff: Fault = {
  name: 'clockOff',
  about:
    'a worker an hour ahead, one an hour behind, the coordinator an hour off either way, and a worker killed',
  skip: () => (faketime() === null ? 'libfaketime is not installed' : null),
  async run({ random, world: open }) {
    const world = await open({ workers: 0, coordinatorEnv: offBy(random.pick([1, -1])) });
    await Promise.all([world.startWorker({ env: offBy(1) }), world.startWorker({ env: offBy(-1) })]);
    await submit(world, { trials: 6 });
    await running(world, 2);
    await pass(random.between(0, 800));
    await killWorker(world, aWorker(world, random.between(0, 1)));
    await world.startWorker({ env: offBy(random.pick([1, -1])) });
    await allEnded(world);
  },
};
