/** How close each sampler comes to optima that are known, in how many trials. */
import { OBJECTIVES } from './objectives.js';
import { runGrid, runSearch } from './runSearch.js';
import { signFlipP } from './signFlip.js';
import { round, spread } from './summary.js';

const SAMPLERS = ['random', 'sobol', 'tpe'] as const;
const AT = [20, 50, 100];
/** Where tpe and random are compared. */
const VERDICT_AT = 50;

/** A row a function and sampler; cells are mean ± sd over seeds of the regret, how far below the optimum. */
export type KnownOptimumRow = {
  function: string;
  heldOut: boolean;
  sampler: string;
  after20: string | null;
  after50: string | null;
  after100: string | null;
  /** tpe: seeds on which it was ahead of random after 50 trials. */
  wins: string | null;
  /** tpe: of the paired difference to random after 50 trials, sign-flip test of the mean, two-sided. */
  p: number | null;
};

export function benchKnownOptima(seeds: number, log: (line: string) => void): KnownOptimumRow[] {
  return OBJECTIVES.flatMap((objective) => {
    log(`${objective.name}, ${seeds} seeds`);
    const regrets = Object.fromEntries(
      SAMPLERS.map((method) => [
        method,
        Array.from({ length: seeds }, (_, index) => regretsOf(objective, method, index + 1)),
      ]),
    ) as Record<(typeof SAMPLERS)[number], number[][]>;
    const head = { function: objective.name, heldOut: objective.heldOut };
    const grid = AT.map((trials) => runGrid(objective, trials));
    const differences = regrets.random.map(
      (row, seed) => at(row, VERDICT_AT) - at(regrets.tpe[seed] ?? [], VERDICT_AT),
    );
    return [
      {
        ...head,
        sampler: 'grid',
        ...cells(grid.map((score) => (score === null ? null : String(round(-score))))),
        wins: null,
        p: null,
      },
      ...SAMPLERS.map((sampler) => ({
        ...head,
        sampler,
        ...cells(AT.map((trials) => spread(regrets[sampler].map((row) => at(row, trials))))),
        wins: sampler === 'tpe' ? `${differences.filter((gain) => gain > 0).length} of ${seeds}` : null,
        p: sampler === 'tpe' ? round(signFlipP(differences)) : null,
      })),
    ];
  });
}

function regretsOf(
  objective: (typeof OBJECTIVES)[number],
  method: (typeof SAMPLERS)[number],
  seed: number,
): number[] {
  return runSearch({ task: objective, method, seed, trials: Math.max(...AT) }).map((score) => -score);
}

/** A search that exhausted its space stays where it ended. */
function at(regrets: readonly number[], trials: number): number {
  return regrets[Math.min(trials, regrets.length) - 1] as number;
}

function cells([after20, after50, after100]: readonly (string | null)[]) {
  return { after20: after20 ?? null, after50: after50 ?? null, after100: after100 ?? null };
}
