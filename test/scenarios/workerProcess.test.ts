/** The worker as a process: how it waits, and how it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { newToken } from '@adt/proto/token';
import { describe, expect, it } from 'vitest';
import { atEnd } from '../harness/cleanup.js';
import { stablePort } from '../harness/ports.js';
import { temporaryFolder } from '../harness/temporary.js';

const MAIN = fileURLToPath(new URL('../../worker/dist/main.js', import.meta.url));

/** A worker whose coordinator is not there (yet), as soon as it has noticed. */
async function startWaiting(env: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
  const worker = spawn(process.execPath, [MAIN], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ADT_COORDINATOR: `127.0.0.1:${await stablePort()}`,
      ADT_TOKEN: newToken(),
      ADT_DATA_DIR: temporaryFolder('worker'),
      ...env,
    },
  });
  atEnd(() => void worker.kill('SIGKILL'));
  worker.stdout?.on('data', (line) => expect.unreachable(`not ready, but said ${line}`));
  for await (const line of createInterface({ input: worker.stderr ?? expect.unreachable() })) {
    if (line.includes('waiting for the coordinator')) break;
  }
  worker.stderr?.resume();
  return worker;
}

describe('a worker whose coordinator is away', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('waits, and exits with 0 on %s', async (signal) => {
    const worker = await startWaiting();
    const exited = once(worker, 'exit');
    worker.kill(signal);
    expect(await exited).toEqual([0, null]);
  });

  it('ends when its launcher is gone', async () => {
    const worker = await startWaiting({ ADT_PARENT_WATCH: '1' });
    const exited = once(worker, 'exit');
    worker.stdin?.destroy();
    expect(await exited).toEqual([0, null]);
  });

  it('ends cleanly also when nobody reads its log any more', async () => {
    const worker = await startWaiting({ ADT_PARENT_WATCH: '1' });
    const exited = once(worker, 'exit');
    for (const pipe of [worker.stdout, worker.stderr, worker.stdin]) pipe?.destroy();
    expect(await exited).toEqual([0, null]);
  });
});
