/** One model in training: its parameters on the device, and one step of them. */
import * as tf from '@tensorflow/tfjs-core';
import type { Denoising } from '../denoising.js';
import type { Batch, Parameters } from '../engine.js';
import type { Architecture, ParameterSpec } from '../parameters.js';
import { KEPT_BLOCK } from '../trainerState.js';
import { type AdamOptions, type AdamState, adamStep, startAdam } from './adam.js';
import { cdae } from './cdae.js';
import { gmf } from './gmf.js';
import { denoisedLoss, type LossPass } from './loss.js';
import type { Gradients, TfjsModel, Weights } from './model.js';
import { neumf } from './neumf.js';
import { nmtr } from './nmtr.js';
import { sumRows } from './rowSum.js';

export type LearnerParams = {
  architecture: Architecture;
  specs: readonly ParameterSpec[];
  /** What each parameter starts from. */
  initial: (spec: ParameterSpec) => Float32Array;
  adam: AdamOptions;
  denoising: Denoising;
  /** Of what a step hides from its model. */
  seed: number;
};

/** What a step computed beside its update, from the logits (T B) on; the caller disposes of it. */
export type StepTensors = Omit<LossPass, 'residual'> & { logits: tf.Tensor1D };

export class Learner {
  readonly model: TfjsModel;
  readonly #specs: readonly ParameterSpec[];
  readonly #states = new Map<string, AdamState>();
  #best: Map<string, tf.Tensor> | undefined;
  #done = 0;

  constructor(private readonly params: LearnerParams) {
    this.model = modelOf(params.architecture);
    this.#specs = params.specs;
    for (const spec of this.#specs) {
      this.#states.set(spec.name, startAdam(tf.tensor(params.initial(spec), [...spec.shape], 'float32')));
    }
  }

  /** Steps done. */
  get done(): number {
    return this.#done;
  }

  weights(): Weights {
    return Object.fromEntries([...this.#states].map(([name, { value }]) => [name, value]));
  }

  /** The loss of a batch, as at iteration t; nothing is learnt. The caller disposes of it. */
  loss(batch: Batch, t: number): tf.Scalar {
    return tf.tidy(() => {
      const { logits } = this.model.forward(this.weights(), batch, null);
      return denoisedLoss(this.params.denoising, { logits, batch, t }).mean;
    });
  }

  step(batch: Batch): StepTensors {
    const { denoising, adam, seed } = this.params;
    const t = this.#done + 1;
    let gradients: Gradients = {};
    const { kept: _, ...step } = tf.tidy(() => {
      const pass = this.model.forward(this.weights(), batch, { seed, step: t });
      const { logits } = pass;
      const { residual, ...loss } = denoisedLoss(denoising, { logits, batch, t });
      gradients = pass.backward(residual);
      // What a tidy returns outlives it.
      return { ...loss, logits, kept: Object.values(gradients).map(tensorOf) };
    });
    // One parameter after the other, so that only one dense gradient exists at a time.
    for (const [name, state] of this.#states) {
      const gradient = denseGradient(gradients, name, state.value.shape[0] as number);
      this.#states.set(name, adamStep(state, gradient, { options: adam, t }));
    }
    for (const gradient of Object.values(gradients)) {
      if (!(gradient instanceof tf.Tensor)) gradient.values.dispose(); // the others are Adam's now
    }
    this.#done = t;
    return step;
  }

  keepBest(): void {
    tf.dispose([...(this.#best?.values() ?? [])]);
    // A clone shares its memory with the value, which no step writes to.
    this.#best = new Map([...this.#states].map(([name, { value }]) => [name, tf.clone(value)]));
  }

  /** Brings the parameters of the last `keepBest` back, if there was one; moments stay as they are. */
  restoreBest(): void {
    for (const [name, value] of this.#best ?? []) {
      const state = this.#states.get(name) as AdamState;
      state.value.dispose();
      this.#states.set(name, { ...state, value: tf.clone(value) });
    }
  }

  /** All that a step reads and writes by name: values with both moments, then what was kept. */
  tensors(): Map<string, tf.Tensor> {
    const ofSteps = [...this.#states].flatMap(([name, { value, mean, square }]) => [
      [name, value] as const,
      [`${name}/mean`, mean] as const,
      [`${name}/square`, square] as const,
    ]);
    const kept = [...(this.#best ?? [])].map(([name, value]) => [`${KEPT_BLOCK}/${name}`, value] as const);
    return new Map([...ofSteps, ...kept]);
  }

  /** Takes tensors over by those names, all of them but the kept ones needed, and goes on after step `done`. */
  replaceTensors(tensors: ReadonlyMap<string, tf.Tensor>, done: number): void {
    const of = (name: string) => tensors.get(name) as tf.Tensor;
    const names = [...this.#states.keys()];
    this.dispose();
    for (const name of names)
      this.#states.set(name, { value: of(name), mean: of(`${name}/mean`), square: of(`${name}/square`) });
    const kept = names.filter((name) => tensors.has(`${KEPT_BLOCK}/${name}`));
    if (kept.length > 0) this.#best = new Map(kept.map((name) => [name, of(`${KEPT_BLOCK}/${name}`)]));
    this.#done = done;
  }

  parameters(): Parameters {
    return Object.fromEntries(
      [...this.#states].map(([name, { value }]) => [name, value.dataSync<'float32'>()]),
    );
  }

  dispose(): void {
    for (const { value, mean, square } of this.#states.values()) tf.dispose([value, mean, square]);
    tf.dispose([...(this.#best?.values() ?? [])]);
    this.#states.clear();
    this.#best = undefined;
  }
}

function modelOf(architecture: Architecture): TfjsModel {
  switch (architecture.model) {
    case 'GMF':
      return gmf;
    case 'NMTR':
      return nmtr;
    case 'NeuMF':
      return neumf(architecture);
    case 'CDAE':
      return cdae(architecture);
    default:
      throw new Error(`no such model: ${architecture satisfies never}`);
  }
}

function tensorOf(gradient: Gradients[string]): tf.Tensor {
  return gradient instanceof tf.Tensor ? gradient : gradient.values;
}

/** The gradient in the parameter's own shape; what it was made of may still be needed for another parameter. */
function denseGradient(gradients: Gradients, name: string, rows: number): tf.Tensor {
  const gradient = gradients[name];
  if (gradient === undefined) throw new Error(`the model has no gradient for ${name}`);
  return gradient instanceof tf.Tensor ? gradient : sumRows(gradient.values, gradient.pairs, rows);
}
