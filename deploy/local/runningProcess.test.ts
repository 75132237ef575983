import { expect, test } from 'vitest';
import { isAlive } from './otherProcess.js';
import { type ProcessParams, type RunningProcess, StartFailure, startProcess } from './runningProcess.js';

test('a process is started when its ready line has come, and stopped by its signal', async () => {
  const child = await run('echo starting; echo ready 7; sleep 60');
  expect(child.ready).toBe('7');
  expect(child.tail()).toEqual(['starting', 'ready 7']);
  await child.stop();
  expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' });
  await child.stop();
});

test('a process that ends before it is ready is a failure that shows its last lines', async () => {
  const failure = await run('echo looking; echo "no such thing" >&2; exit 3').catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(StartFailure);
  expect(failure).toMatchObject({ message: 'shell ended while starting (exit code 3)', process: 'shell' });
  expect((failure as StartFailure).tail.toSorted()).toEqual(['looking', 'no such thing']);
});

test('a command that does not exist is a failure, not a crash', async () => {
  const start = startProcess({ ...params('', 'stdin'), command: '/nowhere/program', args: [] });
  await expect(start).rejects.toThrow('shell ended while starting (exit code 127)');
});

test('a process that stays silent is ended when its time is up', async () => {
  let pid = 0;
  const onLine = (line: string) => {
    pid = Number(line);
  };
  const start = startProcess({ ...params('echo $$; sleep 60', 'stdin'), onLine, readyWithinMs: 300 });
  await expect(start).rejects.toThrow('shell was not ready after 0.3 s');
  expect(isAlive(pid)).toBe(false);
});

test('an abort ends a start that is under way', async () => {
  const interrupted = new AbortController();
  const onLine = () => interrupted.abort(new Error('enough'));
  const start = startProcess({
    ...params('echo waiting; sleep 60', 'stdin'),
    onLine,
    signal: interrupted.signal,
  });
  await expect(start).rejects.toThrow('enough');
});

test('a process that ignores its signal is killed with its children when its time is up', async () => {
  const script = 'trap "" TERM; sleep 60 & echo ready $!; while :; do sleep 1; done';
  const child = await run(script, { stopWithinMs: 200 });
  await child.stop();
  expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect(isAlive(Number(child.ready))).toBe(false);
});

test('with a watching shell the pid, the output and the exit code are the program itself', async () => {
  const child = await run('echo ready $$; exec sleep 60', { parentWatch: 'shell' });
  expect(Number(child.ready)).toBe(child.pid);
  process.kill(child.pid, 'SIGUSR1');
  expect(await child.exited).toEqual({ code: null, signal: 'SIGUSR1' });
});

function run(script: string, more: Partial<ProcessParams<string>> = {}): Promise<RunningProcess<string>> {
  return startProcess({ ...params(script, 'stdin'), ...more });
}

function params(script: string, parentWatch: 'stdin' | 'shell'): ProcessParams<string> {
  return {
    name: 'shell',
    command: '/bin/sh',
    args: ['-c', script],
    parentWatch,
    stopSignal: 'SIGTERM',
    onLine: () => {},
    isReady: (line) => /^ready (\S+)/.exec(line)?.[1],
  };
}
