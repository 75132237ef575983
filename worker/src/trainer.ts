/** The child that trains once: a task comes in by IPC, points and a result go out, and its end is the agent's too. */
import { trainerFailure } from './agent/trainerFailure.js';
import type { TrainerMessage, TrainerTask } from './agent/trainerIpc.js';
import { DataError } from './data/dataError.js';
import { loadBundle } from './data/store.js';
import { releaseProgramPages } from './engines/native/programPages.js';
import { openEngine } from './engines/registry.js';
import { train } from './training/train.js';

const EXIT_STOPPED = 143;
const EXIT_FAILED = 1;

const stopping = new AbortController();

// Whatever became of the agent, kill -9 included: its trials are lost, and nobody listens any more. Not
// process.exit(), which would wait for iterations that run on other threads.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('SIGTERM', () => stopping.abort(new Error('told to stop')));
process.once('message', (task: TrainerTask) => void run(task));

async function run(task: TrainerTask): Promise<void> {
  try {
    const engine = await openEngine();
    const bundle = await loadBundle({ name: null, sha256: task.config.datasetSha256, path: task.bundlePath });
    releaseProgramPages();
    const result = await train({
      bundle,
      config: task.config,
      engine,
      threads: task.threads,
      signal: stopping.signal,
      report: (points, { step, totalSteps }) => send({ kind: 'points', points, step, totalSteps }),
    });
    leave(0, { kind: 'result', result, engine: engine.info });
  } catch (error) {
    if (stopping.signal.aborted) process.exit(EXIT_STOPPED);
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    const bundleDamaged = error instanceof DataError && error.code === 'BUNDLE_INVALID';
    leave(EXIT_FAILED, { kind: 'failed', ...trainerFailure(error), bundleDamaged });
  }
}

function send(message: TrainerMessage): void {
  process.send?.(message);
}

/** Exits once the last message is with the kernel. */
function leave(exitCode: number, last: TrainerMessage): void {
  process.send?.(last, () => process.exit(exitCode));
}
