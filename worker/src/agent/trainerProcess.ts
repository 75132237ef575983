/** One trainer child from its start to its last byte: process group, IPC, stderr tail, the way to stop it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Point } from '../training/train.js';
import { STDERR_TAIL_BYTES, TRAINER_GRACE_MS } from '../tunables.js';
import { frugality } from './frugality.js';
import type { SavedTraining, TrainerMessage, TrainerOrder, TrainerTask } from './trainerIpc.js';

/** The compiled child; the agent may run from sources in a test, the child never does. */
const TRAINER = fileURLToPath(new URL('../../dist/trainer.js', import.meta.url));

export type TrainerEnd = {
  /** What the trainer said last of how it went; null when it died without a word. */
  last: Extract<TrainerMessage, { kind: 'result' | 'failed' }> | null;
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** At most 8 KiB. */
  stderrTail: string;
};

export type TrainerParams = {
  task: TrainerTask;
  /** Aborted: SIGTERM to the group, SIGKILL after the grace time. */
  stop: AbortSignal;
  /** Asked when `stop` aborts; default TRAINER_GRACE_MS. */
  graceMs?: () => number;
  /** Asked when `stop` aborts: whether the trainer is to save what it has; default no. */
  saves?: () => boolean;
  /** Aborted: SIGKILL to the group. */
  kill: AbortSignal;
  onPoints(points: Point[], totalSteps: number): void;
  onSaved?(saved: SavedTraining): void;
  /** A save failed; training goes on. */
  onUnsaved?(reason: string): void;
};

/** Runs a trainer to its end, whatever the end is. Nothing of its process group is left then. */
export async function runTrainer(params: TrainerParams): Promise<TrainerEnd> {
  const child = startTrainer();
  const tail = keepTail(child);
  const withdraw = obeySignals(child, params);
  let last: TrainerEnd['last'] = null;
  child.on('message', (message: TrainerMessage) => {
    switch (message.kind) {
      case 'points':
        return params.onPoints(message.points, message.totalSteps);
      case 'saved':
        return params.onSaved?.(message.saved);
      case 'unsaved':
        return params.onUnsaved?.(message.reason);
      default:
        last = message;
    }
  });
  try {
    return await new Promise<TrainerEnd>((resolve, reject) => {
      child.once('error', reject);
      // What the trainer left running would hold its pipes open, and `close` would never come.
      child.once('exit', () => signalGroup(child, 'SIGKILL'));
      child.once('close', (exitCode, signal) => resolve({ last, exitCode, signal, stderrTail: tail() }));
      child.send(params.task, () => {});
    });
  } finally {
    withdraw();
  }
}

function startTrainer(): ChildProcess {
  const frugal = frugality();
  return spawn(process.execPath, [...frugal.flags, TRAINER], {
    // A group of its own: one signal reaches it with all it started, and Ctrl-C in a terminal does not.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    env: { ...withoutSecrets(process.env), ...frugal.env },
  });
}

function obeySignals(child: ChildProcess, { stop, kill, graceMs, saves }: TrainerParams): () => void {
  let graceTimer: NodeJS.Timeout | undefined;
  const onStop = (): void => {
    if (!saves?.() && child.connected) child.send({ kind: 'discard' } satisfies TrainerOrder, () => {});
    signalGroup(child, 'SIGTERM');
    graceTimer ??= setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs?.() ?? TRAINER_GRACE_MS);
  };
  const onKill = (): void => signalGroup(child, 'SIGKILL');
  if (stop.aborted) onStop();
  if (kill.aborted) onKill();
  stop.addEventListener('abort', onStop);
  kill.addEventListener('abort', onKill);
  return () => {
    clearTimeout(graceTimer);
    stop.removeEventListener('abort', onStop);
    kill.removeEventListener('abort', onKill);
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function keepTail(child: ChildProcess): () => string {
  let tail = Buffer.alloc(0);
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-STDERR_TAIL_BYTES);
  });
  return () => tail.toString('utf8');
}

/** A trainer needs no token: it talks to nobody but its agent. */
function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { ADT_TOKEN: _token, ADT_TOKEN_FILE: _file, ...rest } = env;
  return rest;
}
