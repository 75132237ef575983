/**
 * The child that stands in for `worker/src/trainer.ts` where only the platform is on trial: the same messages, signals
 * and exit codes, and metrics that `oracle.ts` knows beforehand. One step is one epoch of the configuration.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TrainerMessage, TrainerOrder, TrainerTask } from '@adt/worker/agent/trainerIpc';
import type { Point } from '@adt/worker/training/train';
import { ORACLE_START, type OracleConfig, oracleLink, oracleSeries, oracleValue } from './oracle.js';

const EXIT_STOPPED = 143;
const STEP_MS = Number(process.env.ADT_ORACLE_STEP_MS ?? 20);
const SERIES = Number(process.env.ADT_ORACLE_SERIES ?? 2);
/** Steps between two waits: a flood takes hundreds. */
const STEPS_AT_ONCE = Number(process.env.ADT_ORACLE_STEPS_AT_ONCE ?? 1);
/** A file that the first trainer to take it away runs out of memory for; empty: none does. */
const OOM_TICKET = process.env.ADT_ORACLE_OOM_TICKET ?? '';

/** All that a training is made of; a checkpoint is this as JSON. */
type State = { step: number; chain: string; bestStep: number; bestValue: number };

const stopping = new AbortController();
let isWanted = true;
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('SIGTERM', () => stopping.abort());
process.once('message', (task: TrainerTask) => {
  process.on('message', ({ kind }: TrainerOrder) => {
    if (kind === 'discard') isWanted = false;
  });
  void run(task);
});

async function run({ config, checkpoints }: TrainerTask): Promise<void> {
  const totalSteps = config.epochs;
  const series = oracleSeries(config.select, SERIES);
  const state = resume(checkpoints);
  const save = saver(checkpoints, state);
  while (state.step < totalSteps) {
    const points: Point[] = [];
    for (let left = STEPS_AT_ONCE; left > 0 && state.step < totalSteps; left -= 1)
      points.push(...oneStep(state, config, series));
    await send({ kind: 'points', points, step: state.step, totalSteps });
    await save(false);
    if (state.step > totalSteps / 2 && isToRunOutOfMemory()) runOutOfMemory();
    await delay(STEP_MS, undefined, { signal: stopping.signal }).catch(() => {});
    if (!stopping.signal.aborted) continue;
    if (isWanted) await save(true);
    process.exit(EXIT_STOPPED);
  }
  const { bestStep, bestValue, chain } = state;
  const valid = { [config.select]: bestValue };
  const result = { bestStep, bestValue, valid, test: {}, seconds: {}, facts: {}, parametersSha256: chain };
  await send({ kind: 'result', result, engine: { name: 'native', version: 'oracle', device: 'cpu' } });
  process.exit(0);
}

function oneStep(state: State, config: OracleConfig, series: readonly string[]): Point[] {
  const step = state.step + 1;
  const value = oracleValue(config, config.select, step);
  Object.assign(state, { step, chain: oracleLink(state.chain, config, step) });
  if (value > state.bestValue) Object.assign(state, { bestStep: step, bestValue: value });
  return series.map((metric) => ({ step, metric, value: oracleValue(config, metric, step) }));
}

function resume(checkpoints: TrainerTask['checkpoints']): State {
  if (checkpoints !== null && existsSync(checkpoints.current))
    return JSON.parse(readFileSync(checkpoints.current, 'utf8')) as State;
  return { step: 0, chain: ORACLE_START, bestStep: 0, bestValue: -1 };
}

/** Each save is a file of its own; it is due as the product's is, by the time since the last. */
function saver(checkpoints: TrainerTask['checkpoints'], state: State): (isForced: boolean) => Promise<void> {
  let saves = 0;
  let last = performance.now();
  return async (isForced) => {
    if (checkpoints === null || (!isForced && performance.now() - last < 1_000 * checkpoints.everySeconds))
      return;
    last = performance.now();
    saves += 1;
    const path = join(checkpoints.folder, `saved-${saves}`);
    writeFileSync(path, JSON.stringify(state));
    await send({ kind: 'saved', saved: { path, step: state.step, resumeStep: state.step, milliseconds: 0 } });
  };
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
