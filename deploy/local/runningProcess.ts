/** A child process with a life of its own: ready line, stop, and an end that follows ours even after kill -9. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { CHILD_STOP_MS, READY_WITHIN_MS, TAIL_LINES } from './tunables.js';

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

/** An OS user that a child runs as, other than ours. */
export type OsUser = { name: string; uid: number; gid: number };

export type RunningProcess<Ready> = {
  pid: number;
  /** What the ready line said. */
  ready: Ready;
  /** Settles when the process has ended, whoever ended it. */
  exited: Promise<Exit>;
  /** Last lines of its output, oldest first. */
  tail(): string[];
  /** Asks it to stop, kills its process group when it does not; safe to call twice. */
  stop(): Promise<void>;
  /** SIGKILL to its process group, now. */
  kill(): void;
};

export type ProcessParams<Ready> = {
  /** For messages: `Postgres`, `worker`. */
  name: string;
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  user?: OsUser | null;
  /**
   * How the child ends when we are killed. `shell`: a waiting shell signals it, for programs that know nothing of
   * us. `stdin`: it watches its standard input itself (ADT_PARENT_WATCH).
   */
  parentWatch: 'shell' | 'stdin';
  stopSignal: 'SIGTERM' | 'SIGINT';
  stopWithinMs?: number;
  readyWithinMs?: number;
  onLine(line: string): void;
  /** Called with each line until it returns something: the process is ready then. */
  isReady(line: string): Ready | undefined;
  /** Aborted while the process starts: it is stopped and the start rejects with the reason. */
  signal?: AbortSignal;
};

/** A process that ended, or stayed silent, before it was ready. */
export class StartFailure extends Error {
  constructor(
    message: string,
    /** Who: the `name` it was started with. */
    readonly process: string,
    /** Its last lines. */
    readonly tail: string[],
  ) {
    super(message);
  }
}

/**
 * The shell keeps the read end of our pipe in a background `cat` and becomes the program itself, so that the
 * child's pid and exit code are the program's. The pipe closes when we end, however we end.
 */
const WATCH = `exec 3<&0; s=$1; shift
{ cat <&3; kill -s "$s" $$; } >/dev/null 2>&1 </dev/null &
exec "$@" 3<&- </dev/null`;

/**
 * Starts a process and waits for its ready line.
 * @throws StartFailure when it ends or stays silent first; then nothing of it runs any more
 */
export async function startProcess<Ready>(params: ProcessParams<Ready>): Promise<RunningProcess<Ready>> {
  params.signal?.throwIfAborted();
  const child = launch(params);
  const exited = exitOf(child);
  const tail: string[] = [];
  const ready = readLines(child, tail, params);
  const kill = () => signalGroup(child, 'SIGKILL');
  const stop = () => stopChild(child, exited, params);
  try {
    const answer = await firstOf(ready, exited, params, tail);
    return { pid: child.pid ?? -1, ready: answer, exited, tail: () => [...tail], stop, kill };
  } catch (error) {
    await stop();
    throw error;
  }
}

function launch<Ready>(params: ProcessParams<Ready>): ChildProcess {
  const [command, args] =
    params.parentWatch === 'shell'
      ? ['/bin/sh', ['-c', WATCH, 'sh', params.stopSignal.slice(3), params.command, ...params.args]]
      : [params.command, params.args];
  return spawn(command, args, {
    cwd: params.cwd,
    env: params.env ?? process.env,
    // A session of its own: Ctrl-C in the terminal reaches us alone, and we stop the others in order.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(params.user ? { uid: params.user.uid, gid: params.user.gid } : {}),
  });
}

/** Passes every line on and resolves with the first answer of `isReady`. */
function readLines<Ready>(child: ChildProcess, tail: string[], params: ProcessParams<Ready>): Promise<Ready> {
  return new Promise((resolve) => {
    let isReady = false;
    const onLine = (line: string) => {
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      params.onLine(line);
      const answer = isReady ? undefined : params.isReady(line);
      if (answer === undefined) return;
      isReady = true;
      resolve(answer);
    };
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', onLine);
    }
  });
}

/** Resolves on `close`, so that every line of output has been seen by then. */
function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    // 127 is what a shell says when it finds no such program.
    child.on('error', () => {
      if (child.pid === undefined) resolve({ code: 127, signal: null });
    });
    // What the process left in its group, the watching shell first of all, ends with it.
    child.on('exit', () => signalGroup(child, 'SIGKILL'));
    child.on('close', (code, signal) => resolve({ code, signal }));
    child.stdin?.on('error', () => {});
  });
}

async function firstOf<Ready>(
  ready: Promise<Ready>,
  exited: Promise<Exit>,
  params: ProcessParams<Ready>,
  tail: string[],
): Promise<Ready> {
  const withinMs = params.readyWithinMs ?? READY_WITHIN_MS;
  const done = new AbortController();
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => {
      reject(new StartFailure(`${params.name} was not ready after ${withinMs / 1000} s`, params.name, tail));
    }, withinMs);
    done.signal.addEventListener('abort', () => clearTimeout(timer));
    const onAbort = () => reject(params.signal?.reason);
    params.signal?.addEventListener('abort', onAbort, { once: true, signal: done.signal });
  });
  const ended = exited.then((exit) => {
    throw new StartFailure(`${params.name} ended while starting (${describeExit(exit)})`, params.name, tail);
  });
  try {
    return await Promise.race([ready, ended, late]);
  } finally {
    done.abort();
    ended.catch(() => {});
  }
}

async function stopChild<Ready>(
  child: ChildProcess,
  exited: Promise<Exit>,
  params: ProcessParams<Ready>,
): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(params.stopSignal);
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), params.stopWithinMs ?? CHILD_STOP_MS);
  await exited;
  clearTimeout(timer);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nothing is left in the group.
  }
}

/** `exit code 1`, `killed by SIGKILL`. */
export function describeExit(exit: Exit): string {
  return exit.signal === null ? `exit code ${exit.code}` : `killed by ${exit.signal}`;
}
