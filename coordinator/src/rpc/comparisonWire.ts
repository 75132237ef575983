/** A comparison as messages, and back: the command line renders what the coordinator computed. Null is absent there. */
import {
  type ComparedArm,
  type ComparedCell,
  type MetricSpread,
  type Comparison as WireComparison,
  type Difference as WireDifference,
  type PairVerdict as WirePair,
  type Spread as WireSpread,
  type Tuning as WireTuning,
  Verdict as WireVerdict,
} from '@adt/proto/gen/adt/v1/results';
import type { Spread } from '../search/spread.js';
import type {
  ArmSummary,
  Cell,
  Comparison,
  Difference,
  PairVerdict,
  Tuning,
  Verdict,
} from '../search/verdict/comparison.js';
import { sentenceOf } from '../search/verdict/sentence.js';

const VERDICTS = {
  better: WireVerdict.BETTER,
  worse: WireVerdict.WORSE,
  inconclusive: WireVerdict.INCONCLUSIVE,
  'too few seeds': WireVerdict.TOO_FEW_SEEDS,
} as const satisfies Record<Verdict, WireVerdict>;

export function comparisonToWire(comparison: Comparison): WireComparison {
  const { alpha, family, cells } = comparison;
  return { alpha, family, cells: cells.map((cell) => cellToWire(cell, family)) };
}

function cellToWire({ arms, pairs, ...cell }: Cell, family: number): ComparedCell {
  const sentence = (pair: PairVerdict) => sentenceOf(cell, pair, family);
  return { ...cell, arms: arms.map(armToWire), pairs: pairs.map((pair) => pairToWire(pair, sentence(pair))) };
}

function armToWire({ configuration, missing, seeds, metrics, values, ...arm }: ArmSummary): ComparedArm {
  return {
    ...arm,
    configuration: Object.fromEntries(
      Object.entries(configuration).map(([name, value]) => [name, Number(value)]),
    ),
    missing: [...missing],
    seeds: [...seeds],
    metrics: metrics.map(({ metric, spread }): MetricSpread => ({ metric, spread: spreadToWire(spread) })),
    values: values.map((value) => value ?? Number.NaN),
  };
}

function pairToWire(pair: PairVerdict, sentence: string): WirePair {
  const { difference, signFlip, metrics } = pair;
  return {
    loss: pair.loss,
    reference: pair.reference,
    verdict: VERDICTS[pair.verdict],
    seeds: [...pair.seeds],
    unpaired: [...pair.unpaired],
    difference: difference === null ? undefined : differenceToWire(difference),
    tTest: pair.tTest ?? undefined,
    signFlip:
      signFlip === null
        ? undefined
        : { p: signFlip.p, exact: signFlip.method === 'exact', count: signFlip.count },
    adjustedP: pair.adjustedP ?? undefined,
    effect: pair.effect ?? undefined,
    moreSeeds: pair.moreSeeds ?? undefined,
    tuning: pair.tuning,
    referenceTuning: pair.referenceTuning,
    tunedUnevenly: pair.tunedUnevenly,
    relativeImprovement: pair.relativeImprovement ?? undefined,
    metrics: metrics.map(({ metric, loss, reference, relative }) => ({
      metric,
      loss: spreadToWire(loss),
      reference: spreadToWire(reference),
      relative: relative ?? undefined,
    })),
    sentence,
  };
}

function differenceToWire({ mean, sd, interval, relative, relativeInterval }: Difference): WireDifference {
  return {
    mean,
    sd: sd ?? undefined,
    interval: interval ?? undefined,
    relative: relative ?? undefined,
    relativeInterval: relativeInterval ?? undefined,
  };
}

export function spreadToWire({ mean, sd, n }: Spread): WireSpread {
  return { mean, sd: sd ?? undefined, n };
}

/** @throws Error for a reply that lacks what every coordinator sends */
export function comparisonFromWire({ alpha, family, cells }: WireComparison): Comparison {
  return { alpha, family, cells: cells.map(cellFromWire) };
}

function cellFromWire({ dataset, model, metric, arms, pairs }: ComparedCell): Cell {
  return { dataset, model, metric, arms: arms.map(armFromWire), pairs: pairs.map(pairFromWire) };
}

function armFromWire({
  loss,
  configuration,
  tuning,
  missing,
  seeds,
  metrics,
  values,
}: ComparedArm): ArmSummary {
  return {
    loss,
    configuration,
    tuning: tuningFromWire(tuning),
    missing,
    seeds,
    metrics: metrics.map(({ metric, spread }) => ({ metric, spread: spreadFromWire(spread) })),
    values: values.map((value) => (Number.isNaN(value) ? null : value)),
  };
}

function pairFromWire(pair: WirePair): PairVerdict {
  const { difference, tTest, signFlip, effect, metrics } = pair;
  return {
    loss: pair.loss,
    reference: pair.reference,
    verdict: verdictFromWire(pair.verdict),
    seeds: pair.seeds,
    unpaired: pair.unpaired,
    difference: difference === undefined ? null : differenceFromWire(difference),
    tTest: tTest ?? null,
    signFlip:
      signFlip === undefined
        ? null
        : { p: signFlip.p, method: signFlip.exact ? 'exact' : 'sampled', count: signFlip.count },
    adjustedP: pair.adjustedP ?? null,
    moreSeeds: pair.moreSeeds ?? null,
    effect: effect ?? null,
    tuning: tuningFromWire(pair.tuning),
    referenceTuning: tuningFromWire(pair.referenceTuning),
    tunedUnevenly: pair.tunedUnevenly,
    relativeImprovement: pair.relativeImprovement ?? null,
    metrics: metrics.map(({ metric, loss, reference, relative }) => ({
      metric,
      loss: spreadFromWire(loss),
      reference: spreadFromWire(reference),
      relative: relative ?? null,
    })),
  };
}

function differenceFromWire({ mean, sd, interval, relative, relativeInterval }: WireDifference): Difference {
  return {
    mean,
    sd: sd ?? null,
    interval: interval ?? null,
    relative: relative ?? null,
    relativeInterval: relativeInterval ?? null,
  };
}

export function spreadFromWire(spread: WireSpread | undefined): Spread {
  const { mean, sd, n } = present(spread);
  return { mean, sd: sd ?? null, n };
}

function tuningFromWire(tuning: WireTuning | undefined): Tuning {
  return present(tuning);
}

function verdictFromWire(verdict: WireVerdict): Verdict {
  switch (verdict) {
    case WireVerdict.BETTER:
      return 'better';
    case WireVerdict.WORSE:
      return 'worse';
    case WireVerdict.INCONCLUSIVE:
      return 'inconclusive';
    case WireVerdict.TOO_FEW_SEEDS:
      return 'too few seeds';
    case WireVerdict.UNSPECIFIED:
      throw new Error('the platform sent a pair without a verdict');
    default:
      return verdict satisfies never;
  }
}

function present<Message>(message: Message | undefined): Message {
  if (message === undefined) throw new Error('the platform sent a comparison that is not whole');
  return message;
}
