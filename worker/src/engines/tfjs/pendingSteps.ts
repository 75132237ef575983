/** What steps have left on the device; it comes over in one go, because a GPU is asked seldom or it waits. */
import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '../engine.js';
import type { StepTensors } from './learner.js';
import type { StepOutcome } from './positives.js';

type Pending = { batch: StepOutcome['batch'] } & Omit<StepTensors, 'sampleLoss'>;

export class PendingSteps {
  readonly #steps: Pending[] = [];

  get length(): number {
    return this.#steps.length;
  }

  /** Takes the step's tensors over. */
  add({ labels, falsePositive }: Batch, { sampleLoss, ...rest }: StepTensors): void {
    sampleLoss.dispose();
    this.#steps.push({ batch: { labels, falsePositive }, ...rest });
  }

  /** Outcomes in the order of the steps, of which none is left afterwards. */
  async read(): Promise<StepOutcome[]> {
    const steps = this.#steps.splice(0);
    const [losses, logits, dropped] = await Promise.all([
      readAll(steps.map(({ mean }) => mean)),
      readAll(steps.map((step) => step.logits)),
      readAll(steps.map((step) => step.dropped)),
    ]);
    return steps.map(({ batch }, n) => ({
      batch,
      loss: losses[n]?.[0] as number,
      // Of two tasks the last one ranks.
      logits: (logits[n] as Float32Array).subarray(-batch.labels.length),
      dropped: (dropped[n] ?? new Int32Array()) as Int32Array,
    }));
  }
}

/** Reads them in one transfer and disposes of them. */
async function readAll(tensors: readonly (tf.Tensor | undefined)[]): Promise<(tf.TypedArray | undefined)[]> {
  const present = tensors.filter((tensor) => tensor !== undefined);
  if (present.length === 0) return [];
  const joined = tf.tidy(() => tf.concat(present.map((tensor) => tf.reshape(tensor, [-1]))));
  tf.dispose(present);
  const values = await joined.data();
  joined.dispose();
  let end = 0;
  return tensors.map((tensor) => {
    if (tensor === undefined) return undefined;
    end += tensor.size;
    return values.subarray(end - tensor.size, end);
  });
}
