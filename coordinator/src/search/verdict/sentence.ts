/** A verdict in plain words: one sentence that holds what may be quoted, and nothing that may not. */
import type { Cell, Comparison, PairVerdict } from './comparison.js';
import { MIN_PAIRS } from './judge.js';
import type { Interval } from './pairedT.js';

/** Say `adressa, GMF: T-CE beats CE by 3.1 % ± 0.8 % …`, its number of comparisons and tuning told with it. */
export function sentenceOf(
  cell: Pick<Cell, 'dataset' | 'model' | 'metric'>,
  pair: PairVerdict,
  family: number,
): string {
  return `${cell.dataset}, ${cell.model}: ${claimOf(pair, cell.metric, family)}; ${tuningOf(pair)}.`;
}

/** All sentences of a comparison, in its order. */
export function sentencesOf({ cells, family }: Pick<Comparison, 'cells' | 'family'>): string[] {
  return cells.flatMap((cell) => cell.pairs.map((pair) => sentenceOf(cell, pair, family)));
}

function claimOf(pair: PairVerdict, metric: string, family: number): string {
  const { loss, reference, verdict } = pair;
  switch (verdict) {
    case 'better':
      return `${loss} beats ${reference} by ${amountOf(pair, false)} in ${metric} (${proofOf(pair, family)})`;
    case 'worse':
      return `${loss} loses to ${reference} by ${amountOf(pair, false)} in ${metric} (${proofOf(pair, family)})`;
    case 'inconclusive':
      return `no difference shown between ${loss} and ${reference} in ${metric}: ${amountOf(pair, true)} (${proofOf(pair, family)}), ${outlookOf(pair)}`;
    case 'too few seeds':
      return `no verdict on ${loss} and ${reference}: ${shortageOf(pair, family)}, run ${pair.moreSeeds} more${unpairedOf(pair)}`;
    default:
      return verdict satisfies never;
  }
}

/** In percent of the reference; absolute where that has no meaning. ± is half the 95 % interval. */
function amountOf({ difference }: PairVerdict, signed: boolean): string {
  if (difference === null) return 'nothing';
  const { mean, interval, relative, relativeInterval } = difference;
  const sign = signed ? (mean < 0 ? '−' : '+') : '';
  if (relative !== null) return sign + percentWithMargin(relative, relativeInterval);
  const margin = interval ? ` ± ${halfOf(interval).toPrecision(3)}` : '';
  return sign + Math.abs(mean).toPrecision(3) + margin;
}

/** `3.1 % ± 0.8 %`, without the sign of the share: one digit behind the point, more where either would vanish. */
export function percentWithMargin(share: number, interval: Interval | null): string {
  const margin = interval === null ? null : halfOf(interval);
  const shares = [Math.abs(share), ...(margin === null ? [] : [margin])];
  const smallest = Math.min(...shares.filter((size) => size > 0), 1);
  const digits = Math.min(4, Math.max(1, Math.ceil(-Math.log10(100 * smallest))));
  return shares.map((size) => `${(100 * size).toFixed(digits)} %`).join(' ± ');
}

function halfOf({ low, high }: Interval): number {
  return (high - low) / 2;
}

function proofOf({ seeds, adjustedP }: PairVerdict, family: number): string {
  const p =
    adjustedP === null
      ? ''
      : `, ${pEquals(adjustedP)}${family > 1 ? ` by Holm over ${family} comparisons` : ''}`;
  return `${counted(seeds.length, 'seed')}${p}`;
}

function outlookOf({ moreSeeds, difference }: PairVerdict): string {
  if (difference?.sd === 0 && difference.mean === 0) return 'the arms are alike on every seed';
  if (moreSeeds === null) return 'and so small that no feasible number of seeds would show it';
  return `about ${counted(moreSeeds, 'more seed')} would show one of this size`;
}

function shortageOf({ seeds }: PairVerdict, family: number): string {
  const common = counted(seeds.length, 'common seed');
  return seeds.length < MIN_PAIRS ? common : `${common} cannot decide among ${family} comparisons`;
}

function unpairedOf({ unpaired }: PairVerdict): string {
  if (unpaired.length === 0) return '';
  const named = unpaired.slice(0, 3).map(({ loss, seed, reason }) => `${loss} on seed ${seed} ${reason}`);
  const more = unpaired.length > 3 ? ` and ${unpaired.length - 3} more` : '';
  return ` (unpaired: ${named.join(', ')}${more})`;
}

function tuningOf({ loss, reference, tuning, referenceTuning, tunedUnevenly }: PairVerdict): string {
  const own = counted(tuning.trials, 'trial');
  if (tuning.trials === referenceTuning.trials) return `both were tuned equally, ${own} each`;
  const how = tunedUnevenly ? 'tuned unevenly' : 'both were tuned about equally';
  return `${how}, ${own} for ${loss} and ${referenceTuning.trials} for ${reference}`;
}

function pEquals(p: number): string {
  const text = formatP(p);
  return text.startsWith('<') ? `p < ${text.slice(1)}` : `p = ${text}`;
}

/** Four digits; what would round to nothing is bounded instead. */
export function formatP(p: number): string {
  if (p < 0.0001) return '<0.0001';
  return p === 1 ? '1' : p.toFixed(4);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
