/** One training on TensorFlow.js: batches, steps, validation and the parameters worth keeping. */
import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { Csr } from '../../data/bundle.js';
import { TFJS_SYNC_INTERVAL_MS } from '../../tunables.js';
import { type Denoising, takesFalseForNegative } from '../denoising.js';
import type { Batch, ChunkReport, OpenParams, Parameters, Ranking, Trainer } from '../engine.js';
import { distinctUsers, inputsOf } from '../inputs.js';
import {
  type Architecture,
  checkParameters,
  initialValues,
  type ParameterSpec,
  parameterSpecs,
} from '../parameters.js';
import { STREAM } from '../rng.js';
import { Sampler } from '../sampler.js';
import type { TrainerState } from '../trainerState.js';
import { Learner } from './learner.js';
import { PendingSteps } from './pendingSteps.js';
import { PositivesCount } from './positives.js';
import { rank } from './ranking.js';
import { readState, restoreState } from './state.js';

/** Adam as in the paper's runs; only the learning rate is a hyper-parameter. */
const ADAM = { beta1: 0.9, beta2: 0.999, eps: 1e-8 };

export type TrainerParams = Omit<OpenParams, 'config' | 'threads'> & {
  /** What the training learns from. */
  positives: Csr;
  architecture: Architecture;
  denoising: Denoising;
  lr: number;
  seed: number;
  negatives: number;
  batchSize: number;
  stepsPerEpoch: number;
  totalSteps: number;
};

export class TfjsTrainer implements Trainer {
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly #specs: ParameterSpec[];
  readonly #learner: Learner;
  readonly #train: Sampler;
  readonly #valid: Sampler;
  #step = 0;
  #closed = false;

  constructor(private readonly params: TrainerParams) {
    const { bundle, architecture, seed, initial, denoising, lr } = params;
    this.stepsPerEpoch = params.stepsPerEpoch;
    this.totalSteps = params.totalSteps;
    this.#specs = parameterSpecs(architecture, bundle.header);
    if (initial) checkParameters(initial, this.#specs);
    const falseIsNegative = takesFalseForNegative(denoising);
    const common = { train: bundle.train, items: bundle.header.items, seed, falseIsNegative };
    const { trainOrder, trainNegative, validOrder, validNegative } = STREAM;
    this.#train = new Sampler({
      ...common,
      part: params.positives,
      negatives: params.negatives,
      order: trainOrder,
      negative: trainNegative,
    });
    this.#valid = new Sampler({
      ...common,
      part: bundle.valid,
      negatives: 1,
      order: validOrder,
      negative: validNegative,
    });
    this.#learner = new Learner({
      architecture,
      specs: this.#specs,
      initial: (spec) => initial?.[spec.name] ?? initialValues(spec, seed),
      adam: { lr, ...ADAM },
      denoising,
      seed,
    });
  }

  get step(): number {
    return this.#step;
  }

  batch(step: number): Batch {
    this.#checkOpen();
    if (!Number.isInteger(step) || step < 1 || step > this.totalSteps) {
      throw new RangeError(`step ${step} is not in 1..${this.totalSteps}`);
    }
    const { batchSize, architecture, seed } = this.params;
    const epoch = Math.floor((step - 1) / this.stepsPerEpoch);
    const from = ((step - 1) % this.stepsPerEpoch) * batchSize;
    const count = Math.min(batchSize, this.#train.samplesPerRound - from);
    const batch = this.#train.batch(epoch, from, count);
    if (architecture.model !== 'CDAE') return batch;
    const corruption = { share: architecture.corruption, seed, step };
    return { ...batch, inputs: inputsOf(this.params.positives, distinctUsers(batch.users), corruption) };
  }

  async run(count: number): Promise<ChunkReport> {
    this.#checkOpen();
    const start = this.#step;
    const end = Math.min(start + count, this.totalSteps);
    const report = { steps: 0, dropped: 0, samples: 0, sampleSeconds: 0, trainSeconds: 0 };
    const positives = new PositivesCount(this.params.denoising);
    const pending = new PendingSteps();
    let lossSum = 0;
    let notFiniteAt: number | null = null;
    while (start + report.steps < end && notFiniteAt === null) {
      const syncAt = performance.now() + TFJS_SYNC_INTERVAL_MS;
      do {
        const t = start + report.steps + pending.length + 1;
        const sampling = performance.now();
        const batch = this.batch(t);
        const training = performance.now();
        pending.add(batch, this.#learner.step(batch));
        report.sampleSeconds += (training - sampling) / 1000;
        report.trainSeconds += (performance.now() - training) / 1000;
      } while (performance.now() < syncAt && start + report.steps + pending.length < end);
      const reading = performance.now();
      const outcomes = await pending.read();
      // What ran after a loss that is not finite trained on nothing that counts.
      const broken = outcomes.findIndex(({ loss }) => !Number.isFinite(loss));
      const counted = broken < 0 ? outcomes : outcomes.slice(0, broken + 1);
      for (const outcome of counted) {
        lossSum += outcome.loss;
        report.samples += outcome.batch.labels.length;
        report.dropped += outcome.dropped.length;
        positives.add(outcome);
      }
      report.steps += counted.length;
      report.trainSeconds += (performance.now() - reading) / 1000;
      if (broken >= 0) notFiniteAt = start + report.steps;
      await setImmediate();
      this.#checkOpen();
    }
    this.#step = start + report.steps;
    return { ...report, meanLoss: lossSum / report.steps, positives: positives.report(), notFiniteAt };
  }

  async validationLoss(): Promise<number> {
    this.#checkOpen();
    const samples = this.#valid.samplesPerRound;
    const { batchSize, architecture } = this.params;
    let total = 0;
    let pending: tf.Scalar[] = [];
    let syncAt = performance.now() + TFJS_SYNC_INTERVAL_MS;
    for (let from = 0; from < samples; from += batchSize) {
      const batch = this.#valid.batch(this.#step, from, Math.min(batchSize, samples - from));
      // Nothing is hidden from an evaluation.
      const inputs =
        architecture.model === 'CDAE'
          ? inputsOf(this.params.positives, distinctUsers(batch.users))
          : undefined;
      pending.push(this.#learner.loss({ ...batch, inputs }, this.#step));
      if (performance.now() < syncAt && from + batchSize < samples) continue;
      for (const loss of await readScalars(pending)) total += loss;
      pending = [];
      await setImmediate();
      syncAt = performance.now() + TFJS_SYNC_INTERVAL_MS;
    }
    return total;
  }

  async rank(part: 'valid' | 'test', topk: readonly number[], users?: Uint32Array): Promise<Ranking> {
    this.#checkOpen();
    const { bundle } = this.params;
    const { items } = bundle.header;
    const side = this.#learner.model.prepareRanking(this.#learner.weights(), this.params.positives);
    try {
      const masks = part === 'valid' ? [bundle.train] : [bundle.train, bundle.valid];
      const usersPerBlock = this.#learner.model.usersPerBlock(items);
      return await rank({ side, usersPerBlock, truth: bundle[part], masks, items, topk, users });
    } finally {
      side.dispose();
    }
  }

  keepBest(): void {
    this.#checkOpen();
    this.#learner.keepBest();
  }

  restoreBest(): void {
    this.#checkOpen();
    this.#learner.restoreBest();
  }

  state(): TrainerState {
    this.#checkOpen();
    return readState(this.#learner);
  }

  async restore(state: TrainerState): Promise<void> {
    this.#checkOpen();
    await restoreState(this.#learner, state, this.totalSteps);
    this.#step = state.step;
  }

  parameters(): Parameters {
    this.#checkOpen();
    return this.#learner.parameters();
  }

  parametersSha256(): string {
    const parameters = this.parameters();
    const hash = createHash('sha256');
    for (const { name } of this.#specs) hash.update(parameters[name] as Float32Array);
    return hash.digest('hex');
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#learner.dispose();
  }

  #checkOpen(): void {
    if (this.#closed) throw new Error('this training is closed');
  }
}

/** Reads them in one transfer and disposes of them. */
async function readScalars(scalars: tf.Scalar[]): Promise<Float32Array> {
  const stacked = tf.stack(scalars);
  tf.dispose(scalars);
  const values = (await stacked.data()) as Float32Array;
  stacked.dispose();
  return values;
}
