/** Which seeds of a configuration should be judged at rungs, and against whom: four answers on a model of training. */
import type { RungReport } from '@adt/coordinator/search/history';
import { type Key, keyOf, uniform } from '@adt/coordinator/search/philox';
import type { PrunerSettings } from '@adt/coordinator/search/pruners/earlyTerminate';
import { judgeRung } from '@adt/coordinator/search/pruners/judge';

/**
 * apart: every seed is a race of its own, over all configurations. survivors: the same, over those that survived the
 * seeds before. mixed: one race of all trainings. first: only the first seed races, survivors run the others whole.
 */
export const SEED_POLICIES = ['apart', 'survivors', 'mixed', 'first'] as const;
type Policy = (typeof SEED_POLICIES)[number];

export type SeedRow = {
  policy: Policy;
  /** Standard deviation between seeds that all configurations share; between configurations it is 1. */
  seedSpread: number;
  /** Standard deviation of a training about its configuration and seed. */
  trialSpread: number;
  /** Iterations, of those without pruning. */
  cost: number;
  /** Configurations that finished under every seed, which a mean over seeds can rank. */
  complete: number;
  /** True quality lost by choosing the best mean. */
  regret: number;
};

const CONFIGURATIONS = 60;
const SEEDS = 3;
const RUNGS = [1, 3, 9];
const TOTAL = 27;
const SETTINGS: PrunerSettings = { type: 'asha', eta: 3, minSteps: null, minShare: 0, trend: false };
const SPREADS = [
  [0, 0.3],
  [0.5, 0.3],
  [1, 0.3],
  [0.5, 0.6],
] as const;

export function benchSeedRacing({ sweeps = 100 }: { sweeps?: number } = {}): SeedRow[] {
  return SPREADS.flatMap(([seedSpread, trialSpread]) =>
    SEED_POLICIES.map((policy) => {
      const runs = Array.from({ length: sweeps }, (_, sweep) =>
        raceSeeds({ policy, model: modelOf({ seedSpread, trialSpread, sweep }) }),
      );
      const mean = (pick: (run: (typeof runs)[number]) => number) =>
        Number((runs.reduce((sum, run) => sum + pick(run), 0) / sweeps).toFixed(3));
      return {
        policy,
        seedSpread,
        trialSpread,
        cost: mean(({ cost }) => cost),
        complete: mean(({ complete }) => complete),
        regret: mean(({ regret }) => regret),
      };
    }),
  );
}

type Model = { quality: readonly number[]; value(configuration: number, seed: number, step: number): number };

/** Quality, an early head start that fades, what all trainings of a seed share, and a training's own luck. */
function modelOf({
  seedSpread,
  trialSpread,
  sweep,
}: {
  seedSpread: number;
  trialSpread: number;
  sweep: number;
}): Model {
  const normals = (name: string, count: number, spread: number) =>
    Array.from({ length: count }, normalsOf(keyOf('seed racing', name, sweep), spread));
  const quality = normals('quality', CONFIGURATIONS, 1);
  const headStart = normals('head start', CONFIGURATIONS, 0.7);
  const ofSeed = normals('seed', SEEDS, seedSpread);
  const luck = normals('luck', CONFIGURATIONS * SEEDS, trialSpread);
  const at = (values: readonly number[], index: number) => values[index] ?? Number.NaN;
  return {
    quality,
    value: (configuration, seed, step) =>
      at(quality, configuration) +
      at(headStart, configuration) * (1 - Math.log1p(step) / Math.log1p(TOTAL)) +
      at(ofSeed, seed) +
      at(luck, configuration * SEEDS + seed),
  };
}

function raceSeeds({ policy, model }: { policy: Policy; model: Model }) {
  const log: RungReport[] = [];
  const finals = model.quality.map((): number[] => []);
  const lost = new Set<number>();
  let spent = 0;
  for (let seed = 0; seed < SEEDS; seed += 1) {
    for (let configuration = 0; configuration < CONFIGURATIONS; configuration += 1) {
      if (lost.has(configuration) && (policy === 'first' || policy === 'survivors')) continue;
      const judged = policy !== 'first' || seed === 0;
      const stop = judged ? stopOf({ policy, model, configuration, seed, log }) : null;
      spent += stop ?? TOTAL;
      if (stop === null) finals[configuration]?.push(model.value(configuration, seed, TOTAL));
      else lost.add(configuration);
    }
  }
  const most = Math.max(...finals.map(({ length }) => length));
  const ranked = finals.map((values) => (values.length < most ? Number.NEGATIVE_INFINITY : meanOf(values)));
  const chosen = ranked.indexOf(Math.max(...ranked));
  return {
    cost: spent / (CONFIGURATIONS * SEEDS * TOTAL),
    complete: finals.filter(({ length }) => length === SEEDS).length,
    regret: Math.max(...model.quality) - (model.quality[chosen] ?? Number.NaN),
  };
}

/** The rung that stops a training; null: none does. In a mixed race each training counts as a configuration. */
function stopOf(params: {
  policy: Policy;
  model: Model;
  configuration: number;
  seed: number;
  log: RungReport[];
}): number | null {
  const { policy, model, configuration, seed, log } = params;
  const trial =
    policy === 'mixed'
      ? { configuration: seed * CONFIGURATIONS + configuration, seed: 0 }
      : { configuration, seed };
  for (const step of RUNGS) {
    const report = { ...trial, bracket: 0, step, score: model.value(configuration, seed, step) };
    const { prune } = judgeRung({ settings: SETTINGS, report, peers: log });
    log.push(report);
    if (prune) return step;
  }
  return null;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Normal numbers by place, by Box and Muller. */
function normalsOf(key: Key, spread: number): (_: unknown, index: number) => number {
  return (_, index) => {
    const [radius, angle] = [uniform([index, 0, 0, 0], key), uniform([index, 1, 0, 0], key)];
    return spread * Math.sqrt(-2 * Math.log1p(-radius)) * Math.cos(2 * Math.PI * angle);
  };
}
