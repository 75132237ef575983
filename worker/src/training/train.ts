/** One training from its configuration to its test metrics: the loop, top to bottom. */
import { performance } from 'node:perf_hooks';
import { isMaximized } from '@adt/proto/metric';
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import type { Bundle } from '../data/bundle.js';
import {
  type ChunkReport,
  DataUnfitError,
  type Engine,
  type Ranking,
  type Trainer,
} from '../engines/engine.js';
import { addPositives, diagnosticMetrics, epsilonAt, NO_POSITIVES } from './diagnostics.js';
import { NonFiniteError } from './nonFiniteError.js';
import { groupMetrics, userGroups } from './userGroups.js';
import { validationSample } from './validationSample.js';

export type Point = { step: number; metric: string; value: number };

export type TrainParams = {
  bundle: Bundle;
  config: TrainingConfig;
  engine: Engine;
  threads: number;
  /** Aborted: the training stops within one call of the engine and rejects with the signal's reason. */
  signal: AbortSignal;
  /** Called after each validation with every series' point of that step. */
  report(points: Point[], progress: { step: number; totalSteps: number }): void;
};

export type TrainResult = {
  bestStep: number;
  bestValue: number;
  /** Validation metrics at bestStep, by series name. */
  valid: Record<string, number>;
  /**
   * Test metrics of the chosen parameters, read once, after selection; `test/recall@50/g1` to `/g4` are of the users
   * by their training interactions, fewest first, a quarter of the interactions each.
   */
  test: Record<string, number>;
  /** Seconds per phase: sample, train, validate, test. */
  seconds: Record<string, number>;
  /** samples_per_second of sampling and training, peak_memory_bytes of the process; T-CE: epsilon at bestStep. */
  facts: Record<string, number>;
  parametersSha256: string;
};

/** Samples that one call of the engine may train on: a tenth of a second on two cores, which an abort waits for. */
const SAMPLES_PER_CALL = 2 ** 18;

type Metrics = Record<string, number>;

/**
 * Trains for config.epochs, validates every config.evalEvery iterations and after the last one, keeps the
 * parameters that config.select likes best (the earliest of equals) and tests those, once.
 *
 * Every validation ranks config.validUsers users, the chosen parameters all of them. Where config.select is
 * `valid/loss` only the chosen parameters are ranked: on Adressa a ranking takes as long as 400 iterations, and that
 * selection does not read it.
 *
 * @throws DataUnfitError when data set and configuration don't go together
 * @throws NonFiniteError when a loss is NaN or infinite
 * @throws the signal's reason when aborted
 */
export async function train({
  bundle,
  config,
  engine,
  threads,
  signal,
  report,
}: TrainParams): Promise<TrainResult> {
  for (const part of ['valid', 'test'] as const) {
    if (bundle[part].items.length === 0) throw new DataUnfitError(`the data set has no ${part} interaction`);
  }
  signal.throwIfAborted();
  const trainer = engine.open({ bundle, config, threads });
  try {
    const seconds = { sample: 0, train: 0, validate: 0, test: 0 };
    const ranksEachTime = config.select !== 'valid/loss';
    const sample = validationSample(bundle.valid, config.validUsers ?? 0);
    const hasFlags = bundle.train.truePositive !== null;
    let samples = 0;
    let best: { step: number; value: number; valid: Metrics } | undefined;

    while (trainer.step < trainer.totalSteps) {
      const trained = await runToNextEvaluation(trainer, config, signal);
      seconds.sample += trained.sampleSeconds;
      seconds.train += trained.trainSeconds;
      samples += trained.samples;

      const started = performance.now();
      const valid: Metrics = { 'valid/loss': await trainer.validationLoss() };
      if (ranksEachTime) {
        const ranking = await rank(trainer, { part: 'valid', users: sample }, config, signal);
        Object.assign(valid, rankingMetrics('valid', ranking, config));
      }
      const value = valid[config.select] as number;
      if (!Number.isFinite(value)) throw new NonFiniteError(config.select, value, trainer.step);
      if (best === undefined || (isMaximized(config.select) ? value > best.value : value < best.value)) {
        trainer.keepBest();
        best = { step: trainer.step, value, valid };
      }
      seconds.validate += secondsSince(started);

      const points = {
        ...trainMetrics(trained, config),
        ...diagnosticMetrics(trained, { config, step: trainer.step, hasFlags }),
        ...valid,
      };
      report(
        Object.entries(points).map(([metric, value]) => ({ step: trainer.step, metric, value })),
        { step: trainer.step, totalSteps: trainer.totalSteps },
      );
    }

    if (best === undefined) throw new Error('a training has at least one iteration');
    trainer.restoreBest();
    const started = performance.now();
    if (!ranksEachTime || sample !== undefined) {
      const ranking = await rank(trainer, { part: 'valid' }, config, signal);
      Object.assign(best.valid, rankingMetrics('valid', ranking, config));
    }
    seconds.validate += secondsSince(started);

    const testStarted = performance.now();
    const ranking = await rank(trainer, { part: 'test' }, config, signal);
    const test = {
      ...rankingMetrics('test', ranking, config),
      ...groupMetrics(ranking.byUser, userGroups(bundle.train), { part: 'test', topk: config.topk }),
    };
    seconds.test += secondsSince(testStarted);
    const epsilon = epsilonAt(config, best.step);
    return {
      bestStep: best.step,
      bestValue: best.valid[config.select] as number,
      valid: best.valid,
      test,
      seconds,
      facts: {
        samples_per_second: samples / (seconds.sample + seconds.train),
        peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
        ...(epsilon !== undefined && { epsilon }),
      },
      parametersSha256: trainer.parametersSha256(),
    };
  } finally {
    trainer.close();
  }
}

/** Runs to the next multiple of evalEvery or to the end, in calls short enough to be aborted between. */
async function runToNextEvaluation(
  trainer: Trainer,
  config: TrainingConfig,
  signal: AbortSignal,
): Promise<ChunkReport> {
  const end = Math.min(
    trainer.step + config.evalEvery - (trainer.step % config.evalEvery),
    trainer.totalSteps,
  );
  const stepsPerCall = Math.max(1, Math.floor(SAMPLES_PER_CALL / config.batchSize));
  const sum = { steps: 0, meanLoss: 0, dropped: 0, samples: 0, sampleSeconds: 0, trainSeconds: 0 };
  let positives = NO_POSITIVES;
  while (trainer.step < end) {
    signal.throwIfAborted();
    const chunk = await trainer.run(Math.min(stepsPerCall, end - trainer.step));
    if (chunk.notFiniteAt !== null) throw new NonFiniteError('train/loss', Number.NaN, chunk.notFiniteAt);
    sum.meanLoss = (sum.meanLoss * sum.steps + chunk.meanLoss * chunk.steps) / (sum.steps + chunk.steps);
    positives = addPositives(positives, chunk.positives);
    for (const key of ['steps', 'dropped', 'samples', 'sampleSeconds', 'trainSeconds'] as const) {
      sum[key] += chunk[key];
    }
  }
  signal.throwIfAborted();
  return { ...sum, positives, notFiniteAt: null };
}

function trainMetrics({ meanLoss, dropped, samples }: ChunkReport, { loss }: TrainingConfig): Metrics {
  return { 'train/loss': meanLoss, ...(loss === 'T-CE' && { 'train/drop_rate': dropped / samples }) };
}

function rank(
  trainer: Trainer,
  { part, users }: { part: 'valid' | 'test'; users?: Uint32Array },
  { topk }: TrainingConfig,
  signal: AbortSignal,
): Promise<Ranking> {
  signal.throwIfAborted();
  return trainer.rank(part, topk, users);
}

function rankingMetrics(part: 'valid' | 'test', ranking: Ranking, { topk }: TrainingConfig): Metrics {
  return Object.fromEntries(
    (['recall', 'ndcg'] as const).flatMap((measure) =>
      topk.map((k, at) => [`${part}/${measure}@${k}`, ranking[measure][at] as number]),
    ),
  );
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
