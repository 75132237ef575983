/** The child that trains once: a task comes in by IPC, points and a result go out, and its end is the agent's too. */
import { linkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { trainerFailure } from './agent/trainerFailure.js';
import type { TrainerMessage, TrainerOrder, TrainerTask } from './agent/trainerIpc.js';
import { DataError } from './data/dataError.js';
import { loadBundle } from './data/store.js';
import { openEngine } from './engines/registry.js';
import { messageOf } from './log.js';
import type { CheckpointParams } from './training/checkpoint.js';
import { CheckpointError } from './training/checkpointFile.js';
import { type Point, train } from './training/train.js';

const EXIT_STOPPED = 143;
const EXIT_FAILED = 1;

const stopping = new AbortController();
let isWanted = true;
/** Resolves when all that was said is with the kernel: an exit would lose the rest. */
let lastSent = Promise.resolve();

// Whatever became of the agent, kill -9 included: its trials are lost, and nobody listens any more. Not
// process.exit(), which would wait for iterations that run on other threads.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('SIGTERM', () => stopping.abort(new Error('told to stop')));
process.once('message', (task: TrainerTask) => {
  process.on('message', ({ kind }: TrainerOrder) => {
    if (kind === 'discard') isWanted = false;
  });
  void run(task);
});

async function run(task: TrainerTask): Promise<void> {
  try {
    const engine = await openEngine();
    const { dataset, model, loss, seed } = task.config;
    say(
      `${model} with ${loss} on ${dataset}, seed ${seed}: ${engine.info.name} ${engine.info.version}, ${engine.info.device}`,
    );
    const bundle = await loadBundle({ name: null, sha256: task.config.datasetSha256, path: task.bundlePath });
    const result = await train({
      bundle,
      config: task.config,
      engine,
      threads: task.threads,
      signal: stopping.signal,
      checkpoint: task.checkpoints === null ? undefined : checkpointIn(task.checkpoints),
      report: (points, { step, totalSteps }) => {
        say(progressLine(points, { step, totalSteps, objective: task.config.select }));
        send({ kind: 'points', points, step, totalSteps });
      },
    });
    say(`done: the best checkpoint is that of iteration ${result.bestStep}`);
    leave(0, { kind: 'result', result, engine: engine.info });
  } catch (error) {
    if (stopping.signal.aborted) return void lastSent.then(() => process.exit(EXIT_STOPPED));
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    const bundleDamaged = error instanceof DataError && error.code === 'BUNDLE_INVALID';
    const checkpointRefused = error instanceof CheckpointError;
    leave(EXIT_FAILED, { kind: 'failed', ...trainerFailure(error), bundleDamaged, checkpointRefused });
  }
}

/**
 * A line of the log: its last lines go with the outcome. By seconds, and past the stream: the first date that is written
 * out takes 1 MB of ICU's tables, which a trainer has not got.
 */
function say(line: string): void {
  writeSync(2, `${(performance.now() / 1_000).toFixed(1)} s: ${line}\n`);
}

/** What a reader of the log looks for: how far, and the metric that counts. */
function progressLine(
  points: readonly Point[],
  { step, totalSteps, objective }: { step: number; totalSteps: number; objective: string },
): string {
  const value = points.find(({ metric }) => metric === objective)?.value;
  const reached = value === undefined ? '' : `: ${objective} ${value.toPrecision(6)}`;
  return `iteration ${step} of ${totalSteps}${reached}`;
}

/** Every save gets a second name, which stays as it is when the next one takes the first. */
function checkpointIn({
  folder,
  current,
  everySeconds,
}: NonNullable<TrainerTask['checkpoints']>): CheckpointParams {
  let saves = 0;
  return {
    path: current,
    everySeconds,
    savesLast: false,
    savesOnAbort: () => isWanted,
    onSave({ step, validatedAt, milliseconds }) {
      if (step === 0) return;
      const path = join(folder, `saved-${++saves}`);
      linkSync(current, path);
      send({ kind: 'saved', saved: { path, step, resumeStep: validatedAt, milliseconds } });
    },
    onFailure: (error) => send({ kind: 'unsaved', reason: messageOf(error) }),
  };
}

function send(message: TrainerMessage): void {
  lastSent = new Promise((resolve) => process.send?.(message, () => resolve()));
}

/** Exits once the last message is with the kernel. */
function leave(exitCode: number, last: TrainerMessage): void {
  process.send?.(last, () => process.exit(exitCode));
}
