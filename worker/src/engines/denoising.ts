/** Which loss a sample has: what it is held to, what that weighs, and how many samples T-CE drops. */
import type { Batch, ReplayCase } from './engine.js';

export type Denoising =
  | { loss: 'CE' }
  | { loss: 'T-CE'; epsMax: number; epsN: number }
  | { loss: 'R-CE'; beta: number }
  | { loss: 'NR'; falseWeight: number; negativeWeight: number }
  | { loss: 'NMTR'; clickWeight: number };

/** @throws RangeError when the loss lacks a number, or has one out of range */
export function denoisingOf(loss: ReplayCase['loss'], hyper: ReplayCase['hyper']): Denoising {
  const { epsMax = Number.NaN, epsN = Number.NaN, beta = Number.NaN } = hyper;
  switch (loss) {
    case 'CE':
    case 'clean': // CE, on fewer samples
      return { loss: 'CE' };
    case 'T-CE':
      if (!(epsMax >= 0 && epsMax < 1 && epsN >= 1)) {
        throw new RangeError('T-CE needs epsMax in [0, 1) and epsN >= 1');
      }
      return { loss, epsMax, epsN };
    case 'R-CE':
      if (!(beta >= 0)) throw new RangeError('R-CE needs beta >= 0');
      return { loss, beta };
    case 'NR':
      return feedbackOf(hyper);
    case 'NMTR':
      return cascadeOf(hyper);
    default:
      throw new Error(`no such loss: ${loss satisfies never}`);
  }
}

function feedbackOf({ nrFpWeight = Number.NaN, nrNegativeWeight = Number.NaN }: ReplayCase['hyper']) {
  if (!(nrFpWeight >= 0 && nrNegativeWeight >= 0)) {
    throw new RangeError('NR needs nrFpWeight and nrNegativeWeight >= 0');
  }
  return { loss: 'NR', falseWeight: nrFpWeight, negativeWeight: nrNegativeWeight } as const;
}

function cascadeOf({ nmtrClickWeight = Number.NaN }: ReplayCase['hyper']) {
  if (!(nmtrClickWeight >= 0 && nmtrClickWeight <= 1)) {
    throw new RangeError('NMTR needs nmtrClickWeight in [0, 1]');
  }
  return { loss: 'NMTR', clickWeight: nmtrClickWeight } as const;
}

/** What the logits of a batch are held to, task after task: NMTR's click and satisfaction, else one task. */
export type Targets = {
  /** (T B): -1 for positives, +1 for negatives, so that CE = softplus(sign · logit). */
  sign: Float32Array;
  /** (T B): what each CE counts, whatever the logit; null: 1. */
  weight: Float32Array | null;
};

export function targetsOf(denoising: Denoising, batch: Batch): Targets {
  const { labels } = batch;
  switch (denoising.loss) {
    case 'CE':
    case 'T-CE':
    case 'R-CE':
      return { sign: signsOf(labels), weight: null };
    case 'NR': {
      const { falseWeight, negativeWeight } = denoising;
      const weightOf = (n: number) => (isFalse(batch, n) ? falseWeight : labels[n] ? 1 : negativeWeight);
      return { sign: signsOf(labels), weight: Float32Array.from(labels, (_, n) => weightOf(n)) };
    }
    case 'NMTR': {
      const { clickWeight } = denoising;
      const size = labels.length;
      const satisfied = labels.map((label, n) => (isFalse(batch, n) ? 0 : label));
      const weight = new Float32Array(2 * size).fill(clickWeight, 0, size).fill(1 - clickWeight, size);
      return { sign: signsOf([...labels, ...satisfied]), weight };
    }
    default:
      throw new Error(`no such loss: ${denoising satisfies never}`);
  }
}

function signsOf(labels: ArrayLike<number>): Float32Array {
  return Float32Array.from(labels, (label) => 1 - 2 * label);
}

function isFalse({ falsePositive }: Batch, n: number): boolean {
  return falsePositive?.[n] === 1;
}

/** Whether a known false positive is labelled as a negative. */
export function takesFalseForNegative({ loss }: Denoising): boolean {
  return loss === 'NR';
}

/** ε(t), t from 1. */
export function dropRate({ epsMax, epsN }: { epsMax: number; epsN: number }, t: number): number {
  return epsMax * Math.min(t / epsN, 1);
}

/** How many of the batch's positives are dropped at iteration t, from 1: ⌊ε(t) · batch⌋, if there are as many. */
export function droppedCount(denoising: Denoising, t: number, labels: Uint8Array): number {
  if (denoising.loss !== 'T-CE') return 0;
  const positives = labels.reduce((sum, label) => sum + label, 0);
  return Math.min(Math.floor(dropRate(denoising, t) * labels.length), positives);
}
