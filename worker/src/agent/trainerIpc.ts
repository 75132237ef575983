/** What agent and trainer say to each other over the child's IPC channel (structured clone: NaN survives). */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import type { EngineInfo } from '../engines/engine.js';
import type { Point, TrainResult } from '../training/train.js';

/** The first message to a trainer; it trains once and exits. */
export type TrainerTask = {
  config: TrainingConfig;
  bundlePath: string;
  threads: number;
  /** Where it saves, and goes on from when `current` is there; null: nothing is saved. */
  checkpoints: { folder: string; current: string; everySeconds: number } | null;
};

/** A message to a trainer before SIGTERM: what it has done so far is not wanted, so it need not be saved. */
export type TrainerOrder = { kind: 'discard' };

/** A file of its own, whole, that the trainer will not touch again. */
export type SavedTraining = {
  path: string;
  /** Iteration that it is of. */
  step: number;
  /** Its last validation: every point up to it has been reported, none after it. */
  resumeStep: number;
  /** Milliseconds that training stood still for it. */
  milliseconds: number;
};

export type FailureKind = 'USER' | 'INFRA' | 'OOM';

export type TrainerMessage =
  | { kind: 'points'; points: Point[]; step: number; totalSteps: number }
  | { kind: 'saved'; saved: SavedTraining }
  | { kind: 'unsaved'; reason: string }
  | { kind: 'result'; result: TrainResult; engine: EngineInfo }
  | {
      kind: 'failed';
      failure: FailureKind;
      reason: string;
      bundleDamaged: boolean;
      checkpointRefused: boolean;
    };
