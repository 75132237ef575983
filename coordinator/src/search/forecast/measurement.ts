/** A stored result as a measurement that forecasts rest on. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { type DatasetSize, engineOf, iterationsOf, type Measurement } from './training.js';

const PHASES = ['sample', 'train', 'validate', 'test'] as const;

/**
 * null where the result lacks a phase: no pace can be told from it. A resumed training's seconds are of all of it, since
 * its checkpoint brings them along; only how long a start takes, its last attempt can't say.
 * @param resumeStep iteration that the last attempt began at
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
  const { config, dataset, result, threads, resumeStep } = params;
  const attemptSeconds = resumeStep === 0 ? params.attemptSeconds : null;
  const phases = PHASES.map((phase) => result.seconds[phase] ?? null);
  const iterations = iterationsOf(config, dataset);
  if (phases.some((seconds) => seconds === null || seconds < 0)) return null;
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
