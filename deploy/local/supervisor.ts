/** Keeps a process running: starts it again with growing waits when it dies, gives up when it can't start. */
import { setTimeout as delay } from 'node:timers/promises';
import { describeExit, type Exit, StartFailure } from './runningProcess.js';
import { RESTART_FIRST_MS, RESTART_FORGET_MS, RESTART_LAST_MS, RESTART_TRIES } from './tunables.js';

/** What can be kept running: a child process, or a server made of one. */
export type Keepable = { exited: Promise<Exit>; stop(): Promise<void>; kill(): void };

export type Kept<T> = {
  /** The one that runs now, or ran last. */
  current(): T;
  /** Rejects when the process can't be started again; stays open otherwise. */
  lost: Promise<never>;
  /** Ends it for good; safe to call twice. */
  stop(): Promise<void>;
  kill(): void;
};

export type KeepParams<T> = {
  name: string;
  start(signal: AbortSignal): Promise<T>;
  /** One line for the user whenever something happened. */
  say(line: string): void;
  signal: AbortSignal;
  /** Passes the time between two starts; tests watch it instead of waiting. */
  wait?(ms: number, signal: AbortSignal): Promise<void>;
};

/** @throws what the first start throws: a process that never ran is not started again */
export async function keepRunning<T extends Keepable>(params: KeepParams<T>): Promise<Kept<T>> {
  const ended = new AbortController();
  const signal = AbortSignal.any([params.signal, ended.signal]);
  let current = await params.start(params.signal);
  /** The latest successor of one that died; null when it did not come up, and nothing of it is left. */
  let successor: Promise<T | null> = Promise.resolve(null);
  const start = () => {
    const started = params.start(signal);
    successor = started.catch(() => null);
    return started;
  };
  const watch = async (): Promise<never> => {
    for (let failures = 0; ; ) {
      const startedMs = performance.now();
      const exit = await current.exited;
      if (signal.aborted) return new Promise(() => {});
      // Frees what the dead one held, so that its successor can have it.
      await current.stop();
      if (performance.now() - startedMs > RESTART_FORGET_MS) failures = 0;
      params.say(`${params.name} ended (${describeExit(exit)}); starting it again`);
      current = await startAgain({ ...params, start }, signal, failures);
      failures += 1;
      params.say(`${params.name} is back`);
    }
  };
  const lost = watch();
  lost.catch(() => {});
  return {
    current: () => current,
    lost,
    async stop() {
      ended.abort();
      await (await successor)?.stop();
      await current.stop();
    },
    kill() {
      ended.abort();
      current.kill();
    },
  };
}

/** @throws StartFailure after the last try */
async function startAgain<T>(params: KeepParams<T>, signal: AbortSignal, failures: number): Promise<T> {
  const wait = params.wait ?? ((ms, until) => delay(ms, undefined, { signal: until }));
  for (let attempt = failures; ; attempt += 1) {
    try {
      await wait(Math.min(RESTART_FIRST_MS * 2 ** attempt, RESTART_LAST_MS), signal);
      return await params.start(signal);
    } catch (error) {
      // Never settles: the launcher is stopping and waits for the stop alone.
      if (signal.aborted) return new Promise(() => {});
      if (!(error instanceof StartFailure) || attempt + 1 >= RESTART_TRIES) throw error;
      params.say(`${params.name} did not start: ${error.message}`);
    }
  }
}
