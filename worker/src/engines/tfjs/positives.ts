/** What becomes of the training interactions in the steps of a run, counted here from what the device computed. */
import type { Denoising } from '../denoising.js';
import { type Batch, type PositivesReport, WEIGHT_BINS } from '../engine.js';

export type StepOutcome = {
  batch: Pick<Batch, 'labels' | 'falsePositive'>;
  /** The loss that was back-propagated. */
  loss: number;
  /** (B): the logits that rank. */
  logits: Float32Array;
  /** Positions in the batch. */
  dropped: Int32Array;
};

export class PositivesCount {
  readonly #report: PositivesReport;

  constructor(private readonly denoising: Denoising) {
    const weights = denoising.loss === 'R-CE' ? new Uint32Array(WEIGHT_BINS) : null;
    this.#report = { seen: 0, seenFalse: 0, ceFalse: 0, ceTrue: 0, droppedFalse: 0, weights };
  }

  add({ batch: { labels, falsePositive }, logits, dropped }: StepOutcome): void {
    const report = this.#report;
    for (let n = 0; n < labels.length; n += 1) {
      const isFalse = falsePositive?.[n] === 1;
      // NR labels a false positive as a negative; it is a training interaction all the same.
      if (labels[n] === 0 && !isFalse) continue;
      const ce = softplus(-(logits[n] as number));
      report.seen += 1;
      if (isFalse) {
        report.seenFalse += 1;
        report.ceFalse += ce;
      } else report.ceTrue += ce;
      if (this.denoising.loss === 'R-CE') this.#addWeight(Math.exp(-this.denoising.beta * ce));
    }
    for (const n of dropped) report.droppedFalse += falsePositive?.[n] ?? 0;
  }

  #addWeight(weight: number): void {
    const weights = this.#report.weights as Uint32Array;
    const bin = weight < 1 ? Math.floor(weight * WEIGHT_BINS) : WEIGHT_BINS - 1;
    weights[bin] = (weights[bin] as number) + 1;
  }

  report(): PositivesReport {
    return this.#report;
  }
}

/** ln(1 + eˣ), without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
