/** When a training is saved, and whether a saved one may be gone on with. */
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { removeStrayTemporaries } from '../data/atomicFile.js';
import type { Engine, Trainer } from '../engines/engine.js';
import { StateMismatchError } from '../engines/trainerState.js';
import { CheckpointError, type CheckpointHeader, openCheckpoint, writeCheckpoint } from './checkpointFile.js';
import { type LoopState, startLoop } from './loopState.js';

/** JSON that travels with a checkpoint: what a caller has made of the points so far, say. */
export type Companion = { save(): unknown; restore(saved: unknown): void };

export type CheckpointParams = {
  /** Where it is, if there is one, and where it will be. Its folder must be there. */
  path: string;
  /** A validation saves when the last save is at least as long ago; 0: each does. */
  everySeconds: number;
  companion?: Companion;
  /** Told once, before the first iteration of a training that goes on. */
  onResume?(at: { step: number; totalSteps: number }): void;
  /**
   * @param at.validatedAt the last validation that is in it
   * @param at.milliseconds that training stood still for it
   */
  onSave?(at: { step: number; totalSteps: number; validatedAt: number; milliseconds: number }): void;
  /** false: the last validation saves only when it is time, as the others; default true. */
  savesLast?: boolean;
  /** Asked when the training is broken off; default yes. */
  savesOnAbort?(): boolean;
  /** Told of a save that failed, after which training goes on; absent: it fails the training. */
  onFailure?(error: unknown): void;
};

export type ResumeParams = {
  trainer: Trainer;
  engine: Pick<Engine, 'arithmetic'>;
  config: TrainingConfig;
  checkpoint: CheckpointParams | undefined;
};

/** Saves a training at the moments that its loop names. */
export type Saver = {
  /** After a validation. @param isLast always saves: nothing can be, once the chosen parameters are back */
  atValidation(isLast: boolean): Promise<void>;
  /** The training is being broken off. @throws CheckpointError when it can't be written */
  atAbort(): Promise<void>;
};

const NO_SAVER: Saver = { async atValidation() {}, async atAbort() {} };

/**
 * Brings a fresh training to where its checkpoint is, if there is one.
 * @returns the loop's state to go on from, and what saves the two from now on
 * @throws CheckpointError when the file is no whole checkpoint of this very training
 */
export async function resume(params: ResumeParams): Promise<{ loop: LoopState; saver: Saver }> {
  const { checkpoint } = params;
  if (checkpoint === undefined) return { loop: startLoop(), saver: NO_SAVER };
  await removeStrayTemporaries(dirname(checkpoint.path));
  const loop = (await takeUp(params, checkpoint)) ?? startLoop();
  return { loop, saver: createSaver(params, checkpoint, loop) };
}

/** @returns null: there is no such file */
async function takeUp(params: ResumeParams, checkpoint: CheckpointParams): Promise<LoopState | null> {
  const { path, companion, onResume } = checkpoint;
  const saved = await openCheckpoint(path);
  if (saved === null) return null;
  try {
    const { header, state } = saved;
    const reason = whyForeign(header, params) ?? whyImpossible(header, params.trainer);
    if (reason !== null) throw new CheckpointError(`${path}: ${reason}`);
    await params.trainer.restore(state);
    companion?.restore(header.companion);
    onResume?.({ step: header.step, totalSteps: header.totalSteps });
    return header.loop;
  } catch (error) {
    if (!(error instanceof StateMismatchError)) throw error;
    throw new CheckpointError(`${path}: ${error.message}`, { cause: error });
  } finally {
    await saved.close();
  }
}

/** Why a checkpoint is another training's; null when it is this one's. */
function whyForeign(header: CheckpointHeader, { config, engine }: ResumeParams): string | null {
  if (header.datasetSha256 !== config.datasetSha256) {
    const short = (sha256: string) => `${sha256.slice(0, 12)}…`;
    return `the checkpoint is of a training on data set ${short(header.datasetSha256)}, this one is on ${short(config.datasetSha256)}`;
  }
  const own = comparable(config);
  const keys = [...new Set([...Object.keys(header.config), ...Object.keys(own)])].sort();
  const text = (value: unknown) => (value === undefined ? 'none' : JSON.stringify(value));
  const others = keys.filter((key) => text(header.config[key]) !== text(own[key]));
  if (others.length > 0) {
    const differences = others.map((key) => `${key} ${text(header.config[key])}, not ${text(own[key])}`);
    return `the checkpoint is of another training: ${differences.join('; ')}`;
  }
  if (header.engine === engine.arithmetic) return null;
  return `the checkpoint is of engine ${header.engine}, this training is on ${engine.arithmetic}`;
}

/** Why no training can have written a header that its own SHA-256 vouches for; null: one can. */
function whyImpossible({ step, totalSteps, loop }: CheckpointHeader, trainer: Trainer): string | null {
  const isPossible =
    totalSteps === trainer.totalSteps &&
    step <= totalSteps &&
    loop.validatedAt <= step &&
    (loop.best === null) === (loop.validatedAt === 0) &&
    (loop.since?.steps ?? 0) === step - loop.validatedAt;
  return isPossible ? null : `the checkpoint contradicts itself or its data set at iteration ${step}`;
}

/** What makes trainings the same; a data set's name does not. */
function comparable({ dataset: _, datasetSha256: __, ...rest }: TrainingConfig): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(rest)
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function createSaver(
  { trainer, engine, config }: ResumeParams,
  { path, everySeconds, companion, onSave, savesLast = true, savesOnAbort, onFailure }: CheckpointParams,
  loop: LoopState,
): Saver {
  const settings = comparable(config);
  const whose = {
    engine: engine.arithmetic,
    model: config.model,
    loss: config.loss,
    configSha256: createHash('sha256').update(JSON.stringify(settings)).digest('hex'),
    config: settings,
    datasetSha256: config.datasetSha256,
    totalSteps: trainer.totalSteps,
  };
  let savedAt = performance.now();
  let saved = '';
  const moment = () => `${trainer.step} ${loop.validatedAt}`;
  const write = async (): Promise<void> => {
    const startedAt = performance.now();
    const header = { ...whose, loop, companion: companion?.save() ?? null };
    await writeCheckpoint(path, header, trainer.state());
    saved = moment();
    const milliseconds = performance.now() - startedAt;
    onSave?.({
      step: trainer.step,
      totalSteps: trainer.totalSteps,
      validatedAt: loop.validatedAt,
      milliseconds,
    });
  };
  const save = async (): Promise<void> => {
    try {
      await write();
    } catch (error) {
      if (onFailure === undefined) throw error;
      onFailure(error);
    }
    savedAt = performance.now();
  };
  return {
    async atValidation(isLast) {
      if ((isLast && savesLast) || performance.now() - savedAt >= everySeconds * 1000) await save();
    },
    async atAbort() {
      // Once the chosen parameters are back there is nothing to go on with, and the last validation has saved.
      if (savesOnAbort?.() === false) return;
      if (loop.validatedAt < trainer.totalSteps && saved !== moment()) await save();
    },
  };
}
