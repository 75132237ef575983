/** Which loss a sample has, and how many samples T-CE drops. */
import { LossUnsupportedError, type ReplayCase } from './engine.js';

export type Denoising =
  | { loss: 'CE' }
  | { loss: 'T-CE'; epsMax: number; epsN: number }
  | { loss: 'R-CE'; beta: number };

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
    case 'NMTR':
      throw new LossUnsupportedError(`this engine has no ${loss}; the native one has`);
    default:
      throw new Error(`no such loss: ${loss satisfies never}`);
  }
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
