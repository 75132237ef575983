/** One training from its configuration to its test metrics: the loop, top to bottom. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import type { Bundle } from '../data/bundle.js';
import type { Engine } from '../engines/engine.js';

export type Point = { step: number; metric: string; value: number };

export type TrainParams = {
  bundle: Bundle;
  config: TrainingConfig;
  engine: Engine;
  threads: number;
  /** Aborted: the training stops within one chunk of iterations and rejects with the signal's reason. */
  signal: AbortSignal;
  /** Called after each validation with every series' point of that step. */
  report(points: Point[], progress: { step: number; totalSteps: number }): void;
};

export type TrainResult = {
  bestStep: number;
  bestValue: number;
  /** Validation metrics at bestStep, by series name. */
  valid: Record<string, number>;
  /** Test metrics of the chosen parameters, read once, after selection. */
  test: Record<string, number>;
  /** Seconds per phase: sample, train, validate, test. */
  seconds: Record<string, number>;
  parametersSha256: string;
};

export declare function train(params: TrainParams): Promise<TrainResult>;
