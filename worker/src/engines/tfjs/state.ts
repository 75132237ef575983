/** A learner's tensors as the blocks of a training's state, one after the other over the border of the device. */
import * as tf from '@tensorflow/tfjs-core';
import {
  checkBlocks,
  copyBlock,
  isKept,
  KEPT_BLOCK,
  type StateBlock,
  StateMismatchError,
  type TrainerState,
} from '../trainerState.js';
import { memoryOf } from './hostMemory.js';
import type { Learner } from './learner.js';

const PIECE_BYTES = 2 ** 20;

export function readState(learner: Learner): TrainerState {
  const tensors = [...learner.tensors()];
  return {
    step: learner.done,
    blocks: tensors.map(([name, tensor]) => blockOf(name, tensor)),
    async *read(block) {
      const tensor = (tensors[block] as [string, tf.Tensor])[1];
      const values = memoryOf(tensor) ?? ((await tensor.data()) as Float32Array);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      for (let from = 0; from < bytes.length; from += PIECE_BYTES)
        yield bytes.subarray(from, from + PIECE_BYTES);
    },
  };
}

/** @throws StateMismatchError; the learner is as before then */
export async function restoreState(learner: Learner, state: TrainerState, totalSteps: number): Promise<void> {
  if (!Number.isInteger(state.step) || state.step < 0 || state.step > totalSteps)
    throw new StateMismatchError(`step ${state.step} is not in 0..${totalSteps}`);
  const shapes = shapesOf(learner);
  checkBlocks(
    [...shapes].map(([name, tensor]) => blockOf(name, tensor)),
    state.blocks,
  );
  const tensors = new Map<string, tf.Tensor>();
  try {
    for (const [at, { name, bytes }] of state.blocks.entries()) {
      const values = new Float32Array(bytes / Float32Array.BYTES_PER_ELEMENT);
      const to = new Uint8Array(values.buffer);
      await copyBlock(state, at, (piece, from) => to.set(piece, from));
      tensors.set(name, tf.tensor(values, shapes.get(name)?.shape, 'float32'));
    }
  } catch (error) {
    tf.dispose([...tensors.values()]);
    throw error;
  }
  learner.replaceTensors(tensors, state.step);
}

type Shaped = { shape: number[]; size: number };

/** Every block that the state may have; kept parameters are as large as the values they were. */
function shapesOf(learner: Learner): Map<string, Shaped> {
  const now = [...learner.tensors()].filter(([name]) => !isKept(name));
  const values = now.filter(([name]) => !/\/(mean|square)$/.test(name));
  return new Map([...now, ...values.map(([name, value]) => [`${KEPT_BLOCK}/${name}`, value] as const)]);
}

function blockOf(name: string, { size }: Shaped): StateBlock {
  return { name, bytes: size * Float32Array.BYTES_PER_ELEMENT };
}
