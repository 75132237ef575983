/**
 * The child that stands in for `worker/src/trainer.ts` where only the platform is on trial: the same messages, signals
 * and exit codes, and metrics that `oracle.ts` knows beforehand. One step is one epoch of the configuration.
 */
import { renameSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { TrainerMessage, TrainerTask } from '@adt/worker/agent/trainerIpc';
import { ORACLE_START, oracleLink, oracleSeries, oracleValue } from './oracle.js';

const EXIT_STOPPED = 143;
const STEP_MS = Number(process.env.ADT_ORACLE_STEP_MS ?? 20);
const SERIES = Number(process.env.ADT_ORACLE_SERIES ?? 2);
/** Steps between two waits: a flood takes hundreds. */
const STEPS_AT_ONCE = Number(process.env.ADT_ORACLE_STEPS_AT_ONCE ?? 1);
/** A file that the first trainer to take it away runs out of memory for; empty: none does. */
const OOM_TICKET = process.env.ADT_ORACLE_OOM_TICKET ?? '';

const stopping = new AbortController();
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('SIGTERM', () => stopping.abort());
process.once('message', (task: TrainerTask) => void run(task));

async function run({ config }: TrainerTask): Promise<void> {
  const totalSteps = config.epochs;
  const series = oracleSeries(config.select, SERIES);
  const best = { step: 0, value: Number.NEGATIVE_INFINITY };
  let chain = ORACLE_START;
  for (let step = 1; step <= totalSteps; ) {
    const points: { step: number; metric: string; value: number }[] = [];
    for (let left = STEPS_AT_ONCE; left > 0 && step <= totalSteps; left -= 1, step += 1) {
      chain = oracleLink(chain, config, step);
      for (const metric of series) points.push({ step, metric, value: oracleValue(config, metric, step) });
      const value = oracleValue(config, config.select, step);
      if (value > best.value) Object.assign(best, { step, value });
    }
    await send({ kind: 'points', points, step: step - 1, totalSteps });
    if (step > totalSteps / 2 && isToRunOutOfMemory()) runOutOfMemory();
    await delay(STEP_MS, undefined, { signal: stopping.signal }).catch(() => process.exit(EXIT_STOPPED));
  }
  await send({
    kind: 'result',
    result: {
      bestStep: best.step,
      bestValue: best.value,
      valid: { [config.select]: best.value },
      test: {},
      seconds: {},
      facts: {},
      parametersSha256: chain,
    },
    engine: { name: 'native', version: 'oracle', device: 'cpu' },
  });
  process.exit(0);
}

/** Resolves when the message is with the kernel: a trainer that is faster than its agent waits for it. */
function send(message: TrainerMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}

function isToRunOutOfMemory(): boolean {
  if (OOM_TICKET === '') return false;
  try {
    renameSync(OOM_TICKET, `${OOM_TICKET}.taken`);
    return true;
  } catch {
    return false;
  }
}

/** For real: V8 gives up at its heap's limit, which the preload made small, as it would with a training too big. */
function runOutOfMemory(): never {
  const kept: number[][] = [];
  for (;;) kept.push(Array.from({ length: 100_000 }, (_, at) => at + kept.length));
}
