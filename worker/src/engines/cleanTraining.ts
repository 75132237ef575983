/** Clean training: the paper's Table 1, where false positives are left out of the training. */
import type { Loss } from '@adt/proto/trainingConfig';
import type { Bundle, Csr } from '../data/bundle.js';

/**
 * The interactions that a training learns from, and CDAE's encoder reads. False positives are left out of the training alone: no user gets one of his
 * false positives as a negative, and what an evaluation masks is what was observed, as for every other loss.
 */
export function trainingPositives({ train }: Bundle, loss: Loss): Csr {
  return loss === 'clean' ? truePositives(train) : train;
}

function truePositives({ rowStarts, items, truePositive }: Csr): Csr {
  const isTrue = (at: number) => truePositive === null || truePositive[at] === 1;
  const starts = new Uint32Array(rowStarts.length);
  const kept = items.filter((_, at) => isTrue(at));
  for (let user = 0; user + 1 < rowStarts.length; user += 1) {
    let end = starts[user] as number;
    for (let at = rowStarts[user] as number; at < (rowStarts[user + 1] as number); at += 1) {
      if (isTrue(at)) end += 1;
    }
    starts[user + 1] = end;
  }
  return { rowStarts: starts, items: kept, truePositive: new Uint8Array(kept.length).fill(1) };
}
