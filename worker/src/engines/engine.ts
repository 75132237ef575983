/** What a training engine must do; each implementation passes one conformance suite. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import type { Bundle } from '../data/bundle.js';

export type EngineInfo = {
  name: 'native' | 'tfjs';
  version: string;
  /** Say `cpu (avx512, 2 threads)`. */
  device: string;
};

export interface Engine {
  readonly info: EngineInfo;
  /** Sets a training up from its seed. Memory is taken here, not in the steps. */
  open(params: { bundle: Bundle; config: TrainingConfig; threads: number }): Trainer;
}

/** What a run of iterations did. */
export type ChunkReport = {
  /** Mean over the chunk of the loss that was back-propagated. */
  meanLoss: number;
  /** T-CE: samples dropped in the chunk. */
  dropped: number;
  /** Samples seen in the chunk. */
  samples: number;
  sampleSeconds: number;
  trainSeconds: number;
};

/** Means over the users that have truth in the part; `recall[n]` and `ndcg[n]` belong to `topk[n]`. */
export type Ranking = { recall: number[]; ndcg: number[]; users: number };

/** One training. Calls are sequential: the next may begin when the last one's promise has settled. */
export interface Trainer {
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  /** Iterations done so far. */
  readonly step: number;
  /** Runs up to `count` iterations off the main thread; stops at totalSteps. */
  run(count: number): Promise<ChunkReport>;
  /**
   * The training's own loss, drop or weight at this iteration included, summed over validation batches of
   * `batchSize`, one uniform negative a positive (the paper's selection criterion).
   */
  validationLoss(): Promise<number>;
  /**
   * Full ranking of every user with truth in `part` against all items but his observed positives
   * (train for `valid`; train and valid for `test`). Ties go to the smaller item id.
   */
  rank(part: 'valid' | 'test', topk: readonly number[]): Promise<Ranking>;
  /** Remembers the parameters as they are; `restoreBest` brings the last remembered ones back. */
  keepBest(): void;
  restoreBest(): void;
  /** SHA-256 over the parameters, brought up to date, in the order of the parity fixtures' `shapes`. */
  parametersSha256(): string;
  /** Frees what `open` took; a second call does nothing. */
  close(): void;
}
