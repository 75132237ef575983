/** From the arms of a sweep to its verdicts: cells, pairs, and Holm's correction over all of them. */
import { spreadOf } from '../spread.js';
import { checkArms } from './checkArms.js';
import { comparePair, improvementOf, isTestable, testMetricsOf, type UnjudgedPair } from './comparePair.js';
import type { Arm, ArmSummary, Cell, Comparison, PairVerdict } from './comparison.js';
import { holm } from './holm.js';
import { ALPHA, judge, moreSeeds } from './judge.js';
import { ascending, pairsOf, valuesOf } from './pairing.js';

type UnjudgedCell = Omit<Cell, 'pairs'> & { pairs: readonly UnjudgedPair[] };

/**
 * Verdicts for every (data set, model) and every pair of losses that is there.
 * @param options.metric test metric of all verdicts; absent: in each cell the one that its arms were chosen by
 * @throws RangeError for an arm given twice, a seed twice in an arm, a value that is not finite, and arms of one cell
 *   that are ranked by different metrics
 */
export function compareArms(arms: readonly Arm[], options: { metric?: string } = {}): Comparison {
  checkArms(arms);
  const cells = [...byCell(arms).values()].map((members) => cellOf(members, options.metric));
  const pairs = cells.flatMap((cell) => cell.pairs);
  const adjusted = adjust(pairs);
  const judged = (cell: UnjudgedCell): Cell => ({
    ...cell,
    pairs: cell.pairs.map((pair) => judgePair(pair, cell.metric, adjusted.get(pair) ?? null, pairs.length)),
  });
  return { alpha: ALPHA, family: pairs.length, cells: cells.map(judged) };
}

function byCell(arms: readonly Arm[]): Map<string, Arm[]> {
  const cells = new Map<string, Arm[]>();
  for (const arm of arms) {
    const key = JSON.stringify([arm.dataset, arm.model]);
    cells.set(key, [...(cells.get(key) ?? []), arm]);
  }
  return cells;
}

function cellOf(arms: readonly Arm[], asked: string | undefined): UnjudgedCell {
  const { dataset, model, select } = arms[0] as Arm;
  const metric = asked ?? select.replace(/^valid\//, 'test/');
  const named = (loss: string) => arms.find((arm) => arm.loss === loss) as Arm;
  return {
    dataset,
    model,
    metric,
    arms: arms.map((arm) => summaryOf(arm, metric)),
    pairs: pairsOf(arms.map(({ loss }) => loss)).map(([loss, reference]) =>
      comparePair(named(loss), named(reference), metric),
    ),
  };
}

function summaryOf(arm: Arm, decisive: string): ArmSummary {
  const { loss, configuration, tuning, missing, runs } = arm;
  const seeds = ascending(runs.map(({ seed }) => seed));
  const metrics = testMetricsOf([arm]).flatMap((metric) => {
    const values = valuesOf(arm, metric);
    const spread = spreadOf(seeds.flatMap((seed) => values.get(seed) ?? []));
    return spread === null ? [] : [{ metric, spread }];
  });
  const decided = valuesOf(arm, decisive);
  const values = seeds.map((seed) => decided.get(seed) ?? null);
  return { loss, configuration, tuning, missing, seeds, metrics, values };
}

/**
 * Holm over the whole family. A pair that cannot be tested yet counts with p = 1: else today's verdicts would weaken
 * when its seeds come in.
 */
function adjust(pairs: readonly UnjudgedPair[]): Map<UnjudgedPair, number> {
  const raw = pairs.map((pair) => (isTestable(pair) ? (pair.signFlip?.p ?? 1) : 1));
  const adjusted = holm(raw);
  return new Map(pairs.flatMap((pair, at) => (isTestable(pair) ? [[pair, adjusted[at] as number]] : [])));
}

function judgePair(
  pair: UnjudgedPair,
  metric: string,
  adjustedP: number | null,
  family: number,
): PairVerdict {
  const evidence = {
    pairs: pair.seeds.length,
    adjustedP,
    improvement: improvementOf(pair, metric),
    effect: pair.effect,
    family,
  };
  const verdict = judge(evidence);
  const { loss, reference, seeds, unpaired, difference, tTest, signFlip, ...rest } = pair;
  return {
    loss,
    reference,
    verdict,
    seeds,
    unpaired,
    difference,
    tTest,
    signFlip,
    adjustedP,
    moreSeeds: moreSeeds(verdict, evidence),
    ...rest,
  };
}
