/** The native engine: the C++ core, behind the interface that every engine has. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { checkTraining } from '../checkTraining.js';
import type {
  ChunkReport,
  Engine,
  EngineInfo,
  OpenParams,
  Parameters,
  Ranking,
  ReplayCase,
  Trainer,
} from '../engine.js';
import { checkParameters } from '../parameters.js';
import { checkBlocks, copyBlock, StateMismatchError, type TrainerState } from '../trainerState.js';
import {
  loadAddon,
  type NativeAddon,
  type NativeLoss,
  type NativeModel,
  type NativeTrainer,
  type SimdLevel,
} from './addon.js';
import { checkReplay, specsOf } from './checks.js';

const VERSION = '0.1.0';
/** Goes up when bits or a state's layout change. 2: rows without padding, NeuMF's rankings by active rows. */
const ARITHMETIC = 2;
/** Adam as in the paper's runs; only the learning rate is a hyper-parameter. */
const ADAM = { beta1: 0.9, beta2: 0.999, eps: 1e-8 };
/** A piece of a state or of what is hashed, which is copied on its way. */
const PIECE_BYTES = 2 ** 18;

export type NativeEngineResult = { ok: true; engine: Engine } | { ok: false; reason: string };

/**
 * Loads the engine.
 * @param simd an instruction set to use instead of the CPU's widest; results do not depend on it
 */
export function nativeEngine({ simd }: { simd?: SimdLevel } = {}): NativeEngineResult {
  const loaded = loadAddon();
  if (!loaded.ok) return loaded;
  const { addon } = loaded;
  const levels = addon.simdLevels();
  const level = simd ?? (levels[0] as SimdLevel);
  if (!levels.includes(level))
    return { ok: false, reason: `this CPU has no ${level}, only ${levels.join(', ')}` };
  const info: EngineInfo = { name: 'native', version: VERSION, device: `cpu (${level})` };
  return {
    ok: true,
    engine: {
      info,
      arithmetic: `native ${VERSION}, arithmetic ${ARITHMETIC}`,
      open: (params) => openTrainer(addon, level, params),
      replay: (replayCase) => replay(addon, level, replayCase),
    },
  };
}

function openTrainer(
  addon: NativeAddon,
  simd: SimdLevel,
  { bundle, config, threads, initial }: OpenParams,
): Trainer {
  const { positives, stepsPerEpoch, totalSteps } = checkTraining(bundle, config);
  const { header, train, valid, test } = bundle;
  if (initial) checkParameters(initial, specsOf(config, header));
  const native = new addon.Trainer({
    data: { users: header.users, items: header.items, train, valid, test, positives },
    model: nativeModel(config),
    negatives: config.negatives,
    batchSize: config.batchSize,
    seed: config.seed,
    totalSteps,
    adam: { lr: config.lr, ...ADAM },
    loss: nativeLoss(config.loss, config),
    threads,
    simd,
    scratchFolder: scratchFolder(),
  });
  if (initial) native.load(initial);
  return new CpuTrainer(native, stepsPerEpoch, totalSteps);
}

class CpuTrainer implements Trainer {
  #step = 0;

  constructor(
    private readonly native: NativeTrainer,
    readonly stepsPerEpoch: number,
    readonly totalSteps: number,
  ) {}

  get step(): number {
    return this.#step;
  }

  batch(step: number) {
    if (!Number.isInteger(step) || step < 1 || step > this.totalSteps) {
      throw new RangeError(`step ${step} is not in 1..${this.totalSteps}`);
    }
    return this.native.batch(step);
  }

  async run(count: number): Promise<ChunkReport> {
    const chunk = await this.native.run(Math.min(count, this.totalSteps - this.#step));
    this.#step += chunk.steps;
    const { steps, lossSum, dropped, samples, sampleSeconds, trainSeconds, positives, notFiniteAt } = chunk;
    return {
      steps,
      meanLoss: lossSum / steps,
      dropped,
      samples,
      sampleSeconds,
      trainSeconds,
      positives,
      notFiniteAt: notFiniteAt === 0 ? null : notFiniteAt,
    };
  }

  validationLoss(): Promise<number> {
    return this.native.validationLoss();
  }

  async rank(
    part: 'valid' | 'test',
    topk: readonly number[],
    users?: Uint32Array,
    { byUser } = { byUser: true },
  ): Promise<Ranking> {
    const ranking = await this.native.rank(part, Uint32Array.from(topk), users ?? null, byUser);
    return {
      recall: [...ranking.recall],
      ndcg: [...ranking.ndcg],
      users: ranking.users.length,
      byUser: { users: ranking.users, recall: ranking.userRecall, ndcg: ranking.userNdcg },
    };
  }

  keepBest(): void {
    this.native.keepBest();
  }

  restoreBest(): void {
    this.native.restoreBest();
  }

  state(): TrainerState {
    const all = this.native.stateBlocks();
    const blocks = this.native.hasKept() ? all : all.slice(0, -1);
    const { native } = this;
    return {
      step: this.#step,
      blocks,
      async *read(block) {
        const piece = new Uint8Array(PIECE_BYTES);
        const { bytes } = blocks[block] as { bytes: number };
        for (let from = 0; from < bytes; from += PIECE_BYTES) {
          const part = piece.subarray(0, Math.min(PIECE_BYTES, bytes - from));
          native.readState(block, from, part);
          yield part;
        }
      },
    };
  }

  async restore(state: TrainerState): Promise<void> {
    if (!Number.isInteger(state.step) || state.step < 0 || state.step > this.totalSteps)
      throw new StateMismatchError(`step ${state.step} is not in 0..${this.totalSteps}`);
    checkBlocks(this.native.stateBlocks(), state.blocks);
    for (const block of state.blocks.keys())
      await copyBlock(state, block, (piece, from) => this.native.writeState(block, from, piece));
    try {
      this.native.resumeAt(state.step);
    } catch (cause) {
      throw new StateMismatchError(cause instanceof Error ? cause.message : String(cause), { cause });
    }
    this.#step = state.step;
  }

  parameters(): Parameters {
    return Object.fromEntries(
      this.native.shapes().map(({ name, rows }, at) => [name, this.native.readRows(at, 0, rows)]),
    );
  }

  parametersSha256(): string {
    const hash = createHash('sha256');
    const piece = new Float32Array(PIECE_BYTES / Float32Array.BYTES_PER_ELEMENT);
    for (const [at, { rows, columns }] of this.native.shapes().entries()) {
      const most = Math.floor(piece.length / columns);
      for (let from = 0; from < rows; from += most) {
        const count = Math.min(most, rows - from);
        this.native.readRowsInto(at, from, count, piece);
        hash.update(piece.subarray(0, count * columns));
      }
    }
    return hash.digest('hex');
  }

  close(): void {
    this.native.close();
  }
}

/** On a disk by convention; a temporary folder often is memory, which would be spent after all. */
function scratchFolder(): string {
  const folder = process.env.TMPDIR || '/var/tmp';
  return existsSync(folder) ? folder : tmpdir();
}

function replay(addon: NativeAddon, simd: SimdLevel, replayCase: ReplayCase) {
  checkReplay(replayCase);
  const { users, items, adam, initial, batches, loss, hyper } = replayCase;
  const largestBatch = batches.reduce((most, batch) => Math.max(most, batch.users.length), 1);
  return addon.replay({
    users,
    items,
    model: nativeModel(replayCase),
    largestBatch,
    adam,
    loss: nativeLoss(loss, hyper),
    initial,
    batches,
    threads: 1,
    simd,
  });
}

type Sizes = Pick<TrainingConfig, 'model' | 'loss' | 'factors' | 'mlpLayers' | 'hidden' | 'corruption'>;

function nativeModel({
  model,
  loss,
  factors,
  mlpLayers = 0,
  dropout = 0,
  hidden = 0,
  corruption = 0,
}: Sizes & { dropout?: number }): NativeModel {
  return { name: loss === 'NMTR' ? 'NMTR' : model, factors, mlpLayers, dropout, hidden, corruption };
}

/** Numbers that the loss does not read are 0. Clean training is CE on fewer interactions. */
function nativeLoss(loss: ReplayCase['loss'], hyper: ReplayCase['hyper']): NativeLoss {
  return {
    kind: loss === 'clean' ? 'CE' : loss,
    epsMax: hyper.epsMax ?? 0,
    epsN: hyper.epsN ?? 0,
    beta: hyper.beta ?? 0,
    falseWeight: hyper.nrFpWeight ?? 0,
    negativeWeight: hyper.nrNegativeWeight ?? 0,
    clickWeight: hyper.nmtrClickWeight ?? 0,
  };
}
