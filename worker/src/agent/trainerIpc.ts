/** What agent and trainer say to each other over the child's IPC channel (structured clone: NaN survives). */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import type { EngineInfo } from '../engines/engine.js';
import type { Point, TrainResult } from '../training/train.js';

/** The one message to a trainer; it trains once and exits. */
export type TrainerTask = {
  config: TrainingConfig;
  bundlePath: string;
  threads: number;
};

export type FailureKind = 'USER' | 'INFRA' | 'OOM';

export type TrainerMessage =
  | { kind: 'points'; points: Point[]; step: number; totalSteps: number }
  | { kind: 'result'; result: TrainResult; engine: EngineInfo }
  | { kind: 'failed'; failure: FailureKind; reason: string; bundleDamaged: boolean };
