/** What a training engine must do; each implementation passes one conformance suite. */
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import type { Bundle } from '../data/bundle.js';
import type { TrainerState } from './trainerState.js';

/** Best first. */
export const ENGINE_NAMES = ['native', 'tfjs'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export type EngineInfo = {
  name: EngineName;
  version: string;
  /** Say `cpu (avx512)`. */
  device: string;
};

export type OpenParams = {
  bundle: Bundle;
  config: TrainingConfig;
  threads: number;
  /** Parameters to start from; absent: drawn from the seed. The samples come from the seed either way. */
  initial?: Parameters;
};

export interface Engine {
  readonly info: EngineInfo;
  /**
   * Names the bits that it computes and how it lays a training's state out: a training goes on from another's state,
   * bit for bit, where both engines give the same name.
   */
  readonly arithmetic: string;
  /**
   * Sets a training up from its seed. Memory is taken here, not in the steps.
   * @throws DataUnfitError when the data set can't be trained on as configured
   */
  open(params: OpenParams): Trainer;
  /** Trains from given parameters on given batches: what holds every engine to the same arithmetic. */
  replay(replayCase: ReplayCase): ReplayOutcome;
}

/** A data set and a configuration that don't go together, say a user without any item left to be a negative. */
export class DataUnfitError extends Error {
  readonly code = 'DATA_UNFIT';
}

/** The models that an engine may be built for. */
export type Model = 'GMF' | 'NeuMF' | 'CDAE';

/** Samples of one step; labels are 1 for positives. All (batch). */
export type Batch = {
  users: Uint32Array;
  items: Uint32Array;
  labels: Uint8Array;
  /**
   * 1 for training interactions that are known to be false positives, which NR and NMTR learn from; absent where
   * nothing is known. Their labels are 1, but for NR, which takes them for negatives.
   */
  falsePositive?: Uint8Array;
  /** CDAE: what its users are seen to have. */
  inputs?: Inputs;
};

/**
 * Items that the encoder reads, by user: `users` (n), ascending, each user of the batch once; those of users[k] are
 * items[rowStarts[k]] to items[rowStarts[k + 1]] exclusive, (n + 1).
 */
export type Inputs = { users: Uint32Array; rowStarts: Uint32Array; items: Uint32Array };

/** Parameters by the names of the parity fixtures' `shapes`, row-major. */
export type Parameters = Record<string, Float32Array>;

export type ReplayCase = {
  model: Model;
  loss: TrainingConfig['loss'];
  hyper: {
    epsMax?: number;
    epsN?: number;
    beta?: number;
    nrFpWeight?: number;
    nrNegativeWeight?: number;
    nmtrClickWeight?: number;
  };
  users: number;
  items: number;
  factors: number;
  /** NeuMF */
  mlpLayers?: number;
  /** CDAE */
  hidden?: number;
  /** CDAE: the share of inputs that is dropped; what is kept is scaled by 1 / (1 - corruption). */
  corruption?: number;
  adam: { lr: number; beta1: number; beta2: number; eps: number };
  initial: Parameters;
  batches: Batch[];
};

export type ReplayOutcome = {
  /** (steps): the loss that was back-propagated. */
  loss: Float64Array;
  /** [steps] of (batch): the loss of each sample, its weight included, also of those that T-CE dropped. */
  sampleLoss: Float32Array[];
  /** [steps]: positions in the batch that T-CE dropped, ascending. */
  dropped: Uint32Array[];
  final: Parameters;
};

/** What a run of iterations did. */
export type ChunkReport = {
  /** Iterations done: fewer than asked for at totalSteps and when a loss was not finite. */
  steps: number;
  /** Mean over the chunk of the loss that was back-propagated. */
  meanLoss: number;
  /** T-CE: samples dropped in the chunk. */
  dropped: number;
  /** Samples seen in the chunk. */
  samples: number;
  sampleSeconds: number;
  trainSeconds: number;
  positives: PositivesReport;
  /** The iteration whose loss was NaN or infinite, and the last one that was run; null: none. */
  notFiniteAt: number | null;
};

/** What became of the training interactions in a run of iterations: counts and sums, so that runs add up. */
export type PositivesReport = {
  /** Training interactions in the batches; those that are known to be false positives. */
  seen: number;
  seenFalse: number;
  /** Sum of -ln ŷ over them, no weight, dropped ones included: of the false, and of all others. */
  ceFalse: number;
  ceTrue: number;
  /** T-CE: dropped ones that are known to be false positives. */
  droppedFalse: number;
  /** R-CE: (WEIGHT_BINS) how many had a weight in [n, n + 1) / WEIGHT_BINS, 1 in the last; null for other losses. */
  weights: Uint32Array | null;
};
export const WEIGHT_BINS = 4096;

/** Means over the users that were ranked; `recall[n]` and `ndcg[n]` belong to `topk[n]`. */
export type Ranking = { recall: number[]; ndcg: number[]; users: number; byUser: UserRanking };

/** Who was ranked (n), ascending; of each, recall and NDCG at each K (n, topk). */
export type UserRanking = { users: Uint32Array; recall: Float64Array; ndcg: Float64Array };

/** One training. Calls are sequential: the next may begin when the last one's promise has settled. */
export interface Trainer {
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  /** Iterations done so far. */
  readonly step: number;
  /** The samples of iteration `step`, from 1; the same from every engine (worker/native/src/sampler.h). */
  batch(step: number): Batch;
  /** Runs up to `count` iterations off the main thread; stops at totalSteps, or after a loss that is not finite. */
  run(count: number): Promise<ChunkReport>;
  /**
   * The training's own loss, drop or weight at this iteration included, summed over validation batches of
   * `batchSize`, one uniform negative a positive (the paper's selection criterion).
   */
  validationLoss(): Promise<number>;
  /**
   * Full ranking of users with truth in `part` against all items but their observed positives, false ones included
   * whatever the loss (train for `valid`; train and valid for `test`). Ties go to the smaller item id.
   * @param users whom to rank, ascending; those without truth are passed over. Absent: everyone.
   * @param wants byUser false: the means are enough, and what `byUser` holds of each user may be empty, which saves
   * MBs where users are many. Absent: it is wanted.
   */
  rank(
    part: 'valid' | 'test',
    topk: readonly number[],
    users?: Uint32Array,
    wants?: { byUser: boolean },
  ): Promise<Ranking>;
  /**
   * Remembers the parameters as they are; `restoreBest` brings the last remembered ones back, to be evaluated:
   * the optimiser's state is not kept, so no iteration and no `state` may follow.
   */
  keepBest(): void;
  restoreBest(): void;
  /** All that it takes to go on as if nothing had happened, kept parameters included, read as it is asked for. */
  state(): TrainerState;
  /**
   * Takes over the state of a training with the same data set and configuration, on any number of threads. What
   * follows is that training's, bit for bit. After a failure this training is only good to be closed.
   * @throws StateMismatchError for a state of other blocks, or one that claims what can't be
   */
  restore(state: TrainerState): Promise<void>;
  /** A copy of all parameters, brought up to date. */
  parameters(): Parameters;
  /** SHA-256 over the parameters, brought up to date, in the order of the parity fixtures' `shapes`. */
  parametersSha256(): string;
  /** Frees what `open` took; a second call does nothing. */
  close(): void;
}
