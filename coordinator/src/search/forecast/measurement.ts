/** A stored result as a measurement that forecasts rest on. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { type DatasetSize, engineOf, iterationsOf, type Measurement } from './training.js';

const PHASES = ['sample', 'train', 'validate', 'test'] as const;

/**
 * null where the result lacks a phase, or the training had nothing left to do: no pace can be told from it.
 * @param resumeStep iteration that the last attempt began at; its seconds speak of what came after
 * @param attemptSeconds from the last attempt's claim to its completion; null where it is not known
 */
export function measurementOf(params: {
  config: TrainingConfig;
  dataset: DatasetSize;
  result: { engine: string; seconds: Readonly<Record<string, number | null>> };
  threads: number | null;
  resumeStep: number;
  attemptSeconds: number | null;
}): Measurement | null {
  const { config, dataset, result, threads, attemptSeconds } = params;
  const phases = PHASES.map((phase) => result.seconds[phase] ?? null);
  const iterations = iterationsOf(config, dataset) - params.resumeStep;
  if (phases.some((seconds) => seconds === null || seconds < 0) || iterations <= 0) return null;
  const [sample = 0, train = 0, validate = 0, test = 0] = phases.filter((seconds) => seconds !== null);
  const busy = sample + train + validate + test;
  return {
    config,
    dataset,
    place: { engine: engineOf(result.engine), threads },
    iterations,
    seconds: { sample, train, validate, test },
    // Two clocks: the worker's phases may come to a little more than the coordinator saw.
    startSeconds: attemptSeconds === null ? null : Math.max(0, attemptSeconds - busy),
  };
}
