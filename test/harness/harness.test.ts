/** The harness's own promises: what tests start is ended, and what is not is found. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { atEnd, endAll } from './cleanup.js';
import { killLeftovers, RUN_VARIABLE } from './leftovers.js';
import { ProcessLog } from './processLog.js';
import { temporaryFolder } from './temporary.js';

test.skipIf(process.platform !== 'linux')(
  'a process that outlives a run is found by its mark and killed',
  async () => {
    const run = randomBytes(8).toString('hex');
    const child = spawn('sleep', ['60'], { env: { ...process.env, [RUN_VARIABLE]: run } });
    await once(child, 'spawn');
    const found = killLeftovers(run);
    expect(found).toEqual([`${child.pid} sleep 60`]);
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    expect(killLeftovers(run)).toEqual([]);
  },
);

test('everything is ended in reverse order, also when one ending fails', async () => {
  const ended: string[] = [];
  const folder = temporaryFolder('harness');
  atEnd(() => void ended.push('first'));
  atEnd(() => Promise.reject(new Error('stuck')));
  atEnd(() => void ended.push('last'));
  await expect(endAll()).rejects.toThrow('could not end');
  expect(ended).toEqual(['last', 'first']);
  expect(existsSync(folder)).toBe(false);
});

test('a log line can be waited for, whether it has come or not', async () => {
  const log = new ProcessLog();
  const write = log.from('worker');
  write('claimed 7');
  expect(await log.line(/claimed/)).toBe('worker: claimed 7');
  const next = log.next(/claimed 8/);
  write('claimed 8');
  expect(await next).toBe('worker: claimed 8');
  await expect(log.next(/never/, 10)).rejects.toThrow('claimed 8');
});
