/** Bench of the search: known optima, trials in parallel, real trainings, and how long a suggestion takes. */
import { benchKnownOptima, type KnownOptimumRow } from './knownOptima.js';
import { benchLatency, type LatencyRow } from './latencyBench.js';
import { benchParallel, type ParallelRow } from './parallelBench.js';
import { benchRecorded, type RecordedRow } from './recordedBench.js';

export type SearchBench = {
  knownOptima: KnownOptimumRow[];
  parallel: ParallelRow[];
  recorded: RecordedRow[];
  latency: LatencyRow[];
};

/** @param quick fewer seeds and trials: a look, no result */
export async function benchSearch(params: {
  quick: boolean;
  log: (line: string) => void;
}): Promise<SearchBench> {
  const { quick, log } = params;
  const seeds = quick ? 5 : 30;
  const latency = benchLatency(quick ? [100, 1000] : [100, 1000, 10_000], quick ? 20 : 100);
  return {
    knownOptima: benchKnownOptima(seeds, log),
    parallel: benchParallel(seeds, log),
    recorded: benchRecorded(seeds, log),
    latency,
  };
}
