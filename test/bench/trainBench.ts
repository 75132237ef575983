/** Bench of the training step: ours and PyTorch's, dense and sparse Adam, in turn. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { trainingConfigOf } from '@adt/coordinator/cli/trainConfig';
import { type Model, TRAINING_DEFAULTS, type TrainingConfig } from '@adt/proto/trainingConfig';
import type { Bundle } from '@adt/worker/data/bundle';
import type { Preset } from '@adt/worker/data/synthPresets';
import type { Engine } from '@adt/worker/engines/engine';
import { openEngine } from '@adt/worker/engines/registry';
import { benchBundle, writeTables } from './benchData.js';
import { median } from './median.js';
import { type Absent, type Peer, runTrainingPeer, trainingPeer } from './peers.js';

export type StepBench = {
  model: string;
  data: string;
  threads: number;
  /** Milliseconds a step, sampling included, median of chunks; and sampling not counted, as the peer counts. */
  oursMs: number;
  oursStepMs: number;
  /** Median milliseconds a step, sampling not counted; null: the peer does not run here. */
  adamMs: number | null;
  sparseAdamMs: number | null;
  /** How many times faster we are, our sampling counted. */
  overAdam: number | null;
  overSparseAdam: number | null;
  /** The same work on both sides. */
  stepOverAdam: number | null;
  stepOverSparseAdam: number | null;
};

/** CDAE has no peer: the yardstick does not know it. */
const CASES: { model: Model; data: Preset; peer: boolean; warmSteps: number; peerSteps: number }[] = [
  { model: 'GMF', data: 'amazon-book-like', peer: true, warmSteps: 3000, peerSteps: 60 },
  { model: 'GMF', data: 'adressa-like', peer: true, warmSteps: 3000, peerSteps: 60 },
  { model: 'NeuMF', data: 'amazon-book-like', peer: true, warmSteps: 300, peerSteps: 24 },
  { model: 'CDAE', data: 'amazon-book-like', peer: false, warmSteps: 300, peerSteps: 0 },
];

// Steps that a median is taken over: enough chunks that another process's burst is an outlier, not the result.
const CHUNKS = 15;
const STEPS_PER_CHUNK = 20;

export async function benchTraining(threads: number, log: (line: string) => void): Promise<StepBench[]> {
  const engine = await openEngine();
  const peer = trainingPeer();
  if ('absent' in peer) log(`peer: skipped, ${peer.absent}`);
  const results: StepBench[] = [];
  for (const each of CASES) {
    const { model } = each;
    log(`${model} on ${each.data}`);
    const bundle = benchBundle(each.data);
    const { oursMs, oursStepMs } = await ourStep(engine, bundle, model, threads, each.warmSteps);
    const theirs = await peerSteps(peer, bundle, each, threads);
    results.push({
      model,
      data: each.data,
      threads,
      oursMs,
      oursStepMs,
      ...theirs,
      overAdam: theirs.adamMs && theirs.adamMs / oursMs,
      overSparseAdam: theirs.sparseAdamMs && theirs.sparseAdamMs / oursMs,
      stepOverAdam: theirs.adamMs && theirs.adamMs / oursStepMs,
      stepOverSparseAdam: theirs.sparseAdamMs && theirs.sparseAdamMs / oursStepMs,
    });
  }
  return results;
}

/** Steps far into the training, where rows have rested: the first ones have nothing to catch up with. */
async function ourStep(
  engine: Engine,
  bundle: Bundle,
  model: Model,
  threads: number,
  warmSteps: number,
): Promise<{ oursMs: number; oursStepMs: number }> {
  const trainer = engine.open({ bundle, config: benchConfig(bundle, model), threads });
  try {
    await trainer.run(warmSteps);
    const [withDrawing, alone]: [number[], number[]] = [[], []];
    for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
      const started = performance.now();
      const { trainSeconds, steps } = await trainer.run(STEPS_PER_CHUNK);
      withDrawing.push((performance.now() - started) / STEPS_PER_CHUNK);
      alone.push((1000 * trainSeconds) / steps);
    }
    return { oursMs: median(withDrawing), oursStepMs: median(alone) };
  } finally {
    trainer.close();
  }
}

/** The paper's settings for a model. */
export function benchConfig(bundle: Bundle, model: Model): TrainingConfig {
  const { name: dataset } = bundle.header;
  return trainingConfigOf({ ...FLAGS, dataset, model }, { name: dataset, sha256: bundle.sha256 });
}

const FLAGS = {
  loss: 'CE',
  lr: TRAINING_DEFAULTS.lr,
  factors: TRAINING_DEFAULTS.factors,
  batchSize: TRAINING_DEFAULTS.batch_size,
  negatives: TRAINING_DEFAULTS.negatives,
  epochs: TRAINING_DEFAULTS.epochs,
  evalEvery: TRAINING_DEFAULTS.eval_every,
  seed: 1,
  threads: 1,
};

async function peerSteps(
  peer: Peer | Absent,
  bundle: Bundle,
  { model, peer: hasPeer, peerSteps: steps }: (typeof CASES)[number],
  threads: number,
): Promise<{ adamMs: number | null; sparseAdamMs: number | null }> {
  if ('absent' in peer || !hasPeer) return { adamMs: null, sparseAdamMs: null };
  const folder = await mkdtemp(join(tmpdir(), 'adt-bench-train-'));
  try {
    await writeTables(bundle, folder);
    const run = (optimizer: string) =>
      runTrainingPeer(peer, folder, [
        ...['--model', model, '--optimizer', optimizer, '--max-steps', String(steps), '--no-test'],
        ...['--threads', String(threads)],
        ...['--users', String(bundle.header.users), '--items', String(bundle.header.items)],
      ]).msPerStepMedian;
    return { adamMs: run('adam'), sparseAdamMs: run('sparse-adam') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
