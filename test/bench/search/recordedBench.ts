/** The samplers on real trainings: a search over a lattice whose every configuration was trained and recorded. */
import { latticeParameters, RECORDED_LOSSES, type RecordedLoss } from './lattice.js';
import { openRecordedTable, type RecordedTable } from './recordedTable.js';
import { runSearch, type Task } from './runSearch.js';
import { signFlipP } from './signFlip.js';
import { round, spread } from './summary.js';

const SAMPLERS = ['random', 'sobol', 'tpe'] as const;
const AT = [10, 20, 30, 50];

export type RecordedRow = {
  loss: RecordedLoss;
  sampler: string;
  /** Trials of how many configurations. */
  trials: string;
  /** How far the best so far is below the table's best, mean ± sd over seeds. */
  regret: string;
  /** The table's best. */
  optimum: number;
  /** Share of the seeds that had found the best configuration. */
  found: number;
  /** tpe: of the paired difference to random, two-sided. */
  p: number | null;
};

/** @returns nothing where no trials are recorded */
export function benchRecorded(seeds: number, log: (line: string) => void): RecordedRow[] {
  const table = openRecordedTable();
  if (table === null) {
    log('recorded trials: skipped, none are here (npm run record-trials)');
    return [];
  }
  return RECORDED_LOSSES.flatMap((loss) => benchLoss(table, loss, seeds));
}

function benchLoss(table: RecordedTable, loss: RecordedLoss, seeds: number): RecordedRow[] {
  const { length: size } = table.trials(loss);
  const optimum = Math.max(...table.trials(loss).map(({ assignment }) => table.score(loss, assignment)));
  const task: Task = {
    name: `recorded ${loss}`,
    parameters: latticeParameters(loss),
    score: (assignment) => table.score(loss, assignment),
    noise: 0,
  };
  const rows = (method: (typeof SAMPLERS)[number]) =>
    Array.from({ length: seeds }, (_, index) => runSearch({ task, method, seed: index + 1, trials: size }));
  const random = rows('random');
  return SAMPLERS.flatMap((sampler) => {
    const curves = sampler === 'random' ? random : rows(sampler);
    return AT.filter((trials) => trials < size).map((trials): RecordedRow => {
      const best = curves.map((curve) => curve[trials - 1] as number);
      const gains = best.map((value, seed) => value - (random[seed]?.[trials - 1] as number));
      return {
        loss,
        sampler,
        trials: `${trials} of ${size}`,
        regret: spread(best.map((value) => optimum - value)),
        optimum,
        found: round(best.filter((value) => value === optimum).length / seeds),
        p: sampler === 'tpe' ? round(signFlipP(gains)) : null,
      };
    });
  });
}
