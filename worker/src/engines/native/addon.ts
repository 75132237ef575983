/** The add-on as TypeScript sees it, and its loading; worker/native/src/binding.cpp is the other side. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Csr } from '../../data/bundle.js';
import type { Batch, Model, Parameters, PositivesReport, ReplayOutcome } from '../engine.js';
import { nativeAddonPath } from '../engineEnv.js';
import type { StateBlock } from '../trainerState.js';

export const SIMD_LEVELS = ['avx512', 'avx2', 'baseline'] as const;
export type SimdLevel = (typeof SIMD_LEVELS)[number];

export type NativeAdam = { lr: number; beta1: number; beta2: number; eps: number };
/** Numbers that the loss does not read are 0. */
export type NativeLoss = {
  kind: 'CE' | 'T-CE' | 'R-CE' | 'NR' | 'NMTR';
  epsMax: number;
  epsN: number;
  beta: number;
  /** NR */
  falseWeight: number;
  negativeWeight: number;
  /** NMTR */
  clickWeight: number;
};

/** Sizes that the model does not read are 0. */
export type NativeModel = {
  /** NMTR is a model of its own: GMF with an output layer a task. */
  name: Model | 'NMTR';
  factors: number;
  mlpLayers: number;
  dropout: number;
  hidden: number;
  corruption: number;
};
export type NativeShape = { name: string; rows: number; columns: number };

export type NativeTrainerOptions = {
  /** `positives`: what is learnt from; `train`: what a user has, so that it is no negative of his. */
  data: { users: number; items: number; train: Csr; valid: Csr; test: Csr; positives: Csr };
  model: NativeModel;
  negatives: number;
  batchSize: number;
  seed: number;
  totalSteps: number;
  adam: NativeAdam;
  loss: NativeLoss;
  threads: number;
  simd: SimdLevel;
  /** Where a file without a name may hold the kept parameters; empty: memory does. */
  scratchFolder: string;
};

export type NativeChunk = {
  steps: number;
  lossSum: number;
  dropped: number;
  samples: number;
  sampleSeconds: number;
  trainSeconds: number;
  positives: PositivesReport;
  /** 0: none. */
  notFiniteAt: number;
};

export type NativeRanking = {
  /** (topk) */
  recall: Float64Array;
  ndcg: Float64Array;
  /** Who was ranked. */
  users: Uint32Array;
  /** (users, topk) */
  userRecall: Float64Array;
  userNdcg: Float64Array;
};

export interface NativeTrainer {
  run(count: number): Promise<NativeChunk>;
  validationLoss(): Promise<number>;
  /** @param users null: everyone */
  /** @param byUser false: userRecall and userNdcg come back empty */
  rank(
    part: 'valid' | 'test',
    topk: Uint32Array,
    users: Uint32Array | null,
    byUser: boolean,
  ): Promise<NativeRanking>;
  keepBest(): void;
  restoreBest(): void;
  /** All parameters, in the order of the parity fixtures' `shapes`. */
  shapes(): NativeShape[];
  /** Rows of the n-th of them: (count, columns). */
  readRows(parameter: number, from: number, count: number): Float32Array;
  /** Into memory that has place for them. */
  readRowsInto(parameter: number, from: number, count: number, to: Float32Array): void;
  /** Replaces all parameters, before the first iteration. */
  load(parameters: Parameters): void;
  /** What a checkpoint holds; the last are the kept parameters, whether there are any or not. */
  stateBlocks(): StateBlock[];
  hasKept(): boolean;
  /** Both copy as many bytes as the array has, from there on in the block. */
  readState(block: number, from: number, to: Uint8Array): void;
  writeState(block: number, from: number, bytes: Uint8Array): void;
  /** After the last writeState. @throws Error when a row claims to have been updated after `step` */
  resumeAt(step: number): void;
  batch(step: number): Batch;
  close(): void;
}

export interface NativeAddon {
  /** What this CPU can run, widest first. */
  simdLevels(): SimdLevel[];
  Trainer: new (options: NativeTrainerOptions) => NativeTrainer;
  replay(options: {
    users: number;
    items: number;
    model: NativeModel;
    largestBatch: number;
    adam: NativeAdam;
    loss: NativeLoss;
    initial: Parameters;
    batches: Batch[];
    threads: number;
    simd: SimdLevel;
  }): ReplayOutcome;
  /** p after step `end` of a row (p, m, v) whose last gradient came at step `start`. All (columns). */
  restUntil(options: {
    adam: NativeAdam;
    totalSteps: number;
    start: number;
    end: number;
    p: Float32Array;
    m: Float32Array;
    v: Float32Array;
    simd: SimdLevel;
  }): Float32Array;
}

export type LoadedAddon = { ok: true; addon: NativeAddon } | { ok: false; reason: string };

const BUILD = new URL('../../../native/build/', import.meta.url);

/** Where the add-on is, or would be. */
export function addonFile(): string {
  return nativeAddonPath() ?? fileURLToPath(new URL('Release/adt_native.node', BUILD));
}

/** Loads the add-on, or says why it can't be and what to do. */
export function loadAddon(): LoadedAddon {
  const path = addonFile();
  const missing = new URL('missing.txt', BUILD);
  if (!existsSync(path)) {
    const reason = existsSync(missing) ? ` (${readFileSync(missing, 'utf8').trim()})` : '';
    return { ok: false, reason: `not built${reason}; install a C++ compiler, then: npm run build` };
  }
  try {
    return { ok: true, addon: createRequire(import.meta.url)(path) as NativeAddon };
  } catch (error) {
    const cause = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { ok: false, reason: `does not load (${cause}); remove worker/native/build, then: npm run build` };
  }
}
