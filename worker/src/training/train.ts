/** One training from its configuration to its test metrics: the loop, top to bottom. */
import { performance } from 'node:perf_hooks';
import { isMaximized } from '@adt/proto/metricGoal';
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import type { Bundle } from '../data/bundle.js';
import { DataUnfitError, type Engine, type Ranking, type Trainer } from '../engines/engine.js';
import { type CheckpointParams, resume, type Saver } from './checkpoint.js';
import { diagnosticMetrics, epsilonAt } from './diagnostics.js';
import { addChunk, endInterval, type LoopState, type Metrics, type Sums } from './loopState.js';
import { NonFiniteError } from './nonFiniteError.js';
import { peakMemoryBytes } from './peakMemory.js';
import { groupMetrics, userGroups } from './userGroups.js';
import { validationSample } from './validationSample.js';

export type Point = { step: number; metric: string; value: number };

export type TrainParams = {
  bundle: Bundle;
  config: TrainingConfig;
  engine: Engine;
  threads: number;
  /** Aborted: the training stops within one call of the engine, is saved, and rejects with the signal's reason. */
  signal: AbortSignal;
  /** Called after each validation with every series' point of that step. */
  report(points: Point[], progress: { step: number; totalSteps: number }): void;
  /**
   * Where the training is saved, at validations and when it is aborted, and gone on from when there is a checkpoint
   * already: then nothing is reported that was before it, and all that follows is as if it had never been broken off.
   */
  checkpoint?: CheckpointParams;
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

/**
 * Samples that one call of the engine may train on, which an abort waits for: some tenths of a second on two cores.
 * Sums are taken a call at a time, so the last bit of `train/loss` hangs on it.
 */
const SAMPLES_PER_CALL = { native: 2 ** 18, tfjs: 2 ** 14 } as const;

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
 * @throws CheckpointError when the checkpoint is damaged or another training's, or can't be written
 * @throws the signal's reason when aborted
 */
export async function train({
  bundle,
  config,
  engine,
  threads,
  signal,
  report,
  checkpoint,
}: TrainParams): Promise<TrainResult> {
  for (const part of ['valid', 'test'] as const) {
    if (bundle[part].items.length === 0) throw new DataUnfitError(`the data set has no ${part} interaction`);
  }
  signal.throwIfAborted();
  const trainer = engine.open({ bundle, config, threads });
  let saver: Saver | undefined;
  try {
    const resumed = await resume({ trainer, engine, config, checkpoint });
    saver = resumed.saver;
    const { loop } = resumed;
    const { seconds } = loop;
    const ranksEachTime = config.select !== 'valid/loss';
    const sample = validationSample(bundle.valid, config.validUsers ?? 0);
    const hasFlags = bundle.train.truePositive !== null;

    while (loop.validatedAt < trainer.totalSteps) {
      const trained = await runToNextEvaluation(trainer, loop, { config, engine, signal });

      const started = performance.now();
      const valid: Metrics = { 'valid/loss': await trainer.validationLoss() };
      if (ranksEachTime) {
        const ranking = await rank(trainer, { part: 'valid', users: sample }, config, signal);
        Object.assign(valid, rankingMetrics('valid', ranking, config));
      }
      const value = valid[config.select] as number;
      if (!Number.isFinite(value)) throw new NonFiniteError(config.select, value, trainer.step);
      if (loop.best === null || isBetter(config.select, value, loop.best.value)) {
        trainer.keepBest();
        loop.best = { step: trainer.step, value, valid };
      }
      seconds.validate += secondsSince(started);
      endInterval(loop, trainer.step);

      const points = {
        ...trainMetrics(trained, config),
        ...diagnosticMetrics(trained, { config, step: trainer.step, hasFlags }),
        ...valid,
      };
      report(
        Object.entries(points).map(([metric, value]) => ({ step: trainer.step, metric, value })),
        { step: trainer.step, totalSteps: trainer.totalSteps },
      );
      await saver.atValidation(trainer.step === trainer.totalSteps);
    }

    const { best, samples } = loop;
    if (best === null) throw new Error('a training has at least one iteration');
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
        peak_memory_bytes: peakMemoryBytes(),
        ...(epsilon !== undefined && { epsilon }),
      },
      parametersSha256: trainer.parametersSha256(),
    };
  } catch (error) {
    if (signal.aborted && error === signal.reason) await saver?.atAbort();
    throw error;
  } finally {
    trainer.close();
  }
}

/** Runs to the next multiple of evalEvery or to the end, in calls short enough to be aborted between. */
async function runToNextEvaluation(
  trainer: Trainer,
  loop: LoopState,
  { config, engine, signal }: Pick<TrainParams, 'config' | 'engine' | 'signal'>,
): Promise<Sums> {
  const { validatedAt } = loop;
  const end = Math.min(validatedAt + config.evalEvery - (validatedAt % config.evalEvery), trainer.totalSteps);
  const stepsPerCall = Math.max(1, Math.floor(SAMPLES_PER_CALL[engine.info.name] / config.batchSize));
  while (trainer.step < end) {
    signal.throwIfAborted();
    const chunk = await trainer.run(Math.min(stepsPerCall, end - trainer.step));
    if (chunk.notFiniteAt !== null) throw new NonFiniteError('train/loss', Number.NaN, chunk.notFiniteAt);
    addChunk(loop, chunk);
  }
  signal.throwIfAborted();
  return loop.since as Sums;
}

function trainMetrics({ meanLoss, dropped, samples }: Sums, { loss }: TrainingConfig): Metrics {
  return { 'train/loss': meanLoss, ...(loss === 'T-CE' && { 'train/drop_rate': dropped / samples }) };
}

function isBetter(metric: string, value: number, best: number): boolean {
  return isMaximized(metric) ? value > best : value < best;
}

function rank(
  trainer: Trainer,
  { part, users }: { part: 'valid' | 'test'; users?: Uint32Array },
  { topk }: TrainingConfig,
  signal: AbortSignal,
): Promise<Ranking> {
  signal.throwIfAborted();
  // Groups of users are told apart on the test part alone.
  return trainer.rank(part, topk, users, { byUser: part === 'test' });
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
