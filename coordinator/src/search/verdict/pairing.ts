/** Which losses are compared, and which seeds pair up. */
import type { Arm, ConfirmationRun, UnpairedSeed } from './comparison.js';

const BASELINE = 'CE';

/** The questions of the paper, in its order; whatever else ran is held against CE. */
const QUESTIONS = [
  ['T-CE', 'R-CE'],
  ['T-CE', BASELINE],
  ['R-CE', BASELINE],
] as const;

/** [loss, reference] for the losses that are there. */
export function pairsOf(losses: readonly string[]): (readonly [string, string])[] {
  const present = (loss: string) => losses.includes(loss);
  const asked = QUESTIONS.filter((pair) => pair.every(present));
  const known = new Set<string>(QUESTIONS.flat());
  const others = present(BASELINE) ? losses.filter((loss) => !known.has(loss)) : [];
  return [...asked, ...others.map((loss) => [loss, BASELINE] as const)];
}

export type Pairing = {
  /** Ascending. */
  seeds: number[];
  first: number[];
  second: number[];
  unpaired: UnpairedSeed[];
};

/** The values of one metric on the seeds that both arms have it on; the rest is named. */
export function pairUp(first: Arm, second: Arm, metric: string): Pairing {
  const [left, right] = [valuesOf(first, metric), valuesOf(second, metric)];
  const seeds = ascending([...left.keys()].filter((seed) => right.has(seed)));
  return {
    seeds,
    first: seeds.map((seed) => left.get(seed) as number),
    second: seeds.map((seed) => right.get(seed) as number),
    unpaired: [...absent(first, left, right, metric), ...absent(second, right, left, metric)].sort(
      (a, b) => a.seed - b.seed,
    ),
  };
}

export function valuesOf({ runs }: Pick<Arm, 'runs'>, metric: string): Map<number, number> {
  return new Map(
    runs.flatMap(({ seed, metrics }) => (metrics[metric] === undefined ? [] : [[seed, metrics[metric]]])),
  );
}

export function ascending(seeds: readonly number[]): number[] {
  return [...seeds].sort((a, b) => a - b);
}

/** Seeds that an arm lacks: those it says so of, and those that only the other one ran. */
function absent(
  arm: Arm,
  own: Map<number, number>,
  others: Map<number, number>,
  metric: string,
): UnpairedSeed[] {
  const reasons = new Map(arm.missing.map(({ seed, reason }) => [seed, reason]));
  const ran = new Set(arm.runs.map(({ seed }: ConfirmationRun) => seed));
  const seeds = new Set([...reasons.keys(), ...ran, ...others.keys()]);
  return [...seeds]
    .filter((seed) => !own.has(seed))
    .map((seed) => ({
      loss: arm.loss,
      seed,
      reason: ran.has(seed) ? `has no ${metric}` : (reasons.get(seed) ?? 'was not run'),
    }));
}
