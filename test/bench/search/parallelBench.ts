/** What the constant liar is worth: eight trials at once, with and without it. */
import { OBJECTIVES } from './objectives.js';
import { runSearch } from './runSearch.js';
import { signFlipP } from './signFlip.js';
import { meanSd, round } from './summary.js';

const PARALLEL = 8;
const TRIALS = 50;

export type ParallelRow = {
  function: string;
  /** Mean regret after 50 trials, one at a time. */
  alone: number;
  /** Eight at once, those that run counted as bad. */
  liar: number;
  /** Eight at once, those that run unknown but for not being repeated. */
  blind: number;
  /** Of liar against blind, paired by seed, two-sided. */
  p: number;
};

export function benchParallel(seeds: number, log: (line: string) => void): ParallelRow[] {
  return OBJECTIVES.map((task) => {
    log(`${task.name}, ${PARALLEL} at once`);
    const regrets = (options: { parallel?: number; blind?: boolean }) =>
      Array.from({ length: seeds }, (_, index) => {
        const scores = runSearch({ task, method: 'tpe', seed: index + 1, trials: TRIALS, ...options });
        return -(scores.at(-1) as number);
      });
    const liar = regrets({ parallel: PARALLEL });
    const blind = regrets({ parallel: PARALLEL, blind: true });
    return {
      function: task.name,
      alone: round(meanSd(regrets({})).mean),
      liar: round(meanSd(liar).mean),
      blind: round(meanSd(blind).mean),
      p: round(signFlipP(blind.map((regret, seed) => regret - (liar[seed] as number)))),
    };
  });
}
