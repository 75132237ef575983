/** Bench of the search: known optima, parallel trials, real trainings, early stopping, how long a suggestion takes. */
import { benchKnownOptima } from './knownOptima.js';
import { benchLatency } from './latencyBench.js';
import { PLANS, type TableName } from './lattice.js';
import { benchParallel } from './parallelBench.js';
import { benchPlanning } from './planningBench.js';
import { benchPruning } from './pruning.js';
import { benchReachingRandom } from './reachingRandom.js';
import { benchRecorded } from './recordedBench.js';
import { openRecordedTable, type RecordedTable } from './recordedTable.js';

type Log = (line: string) => void;
type Effort = { seeds: number; quick: boolean; log: Log };

/** Latency first, while nothing else was compiled and collected. */
const PARTS = {
  latency: ({ quick }: Effort) => benchLatency(quick ? [100, 1000] : [100, 1000, 10_000], quick ? 20 : 100),
  planning: ({ quick }: Effort) => benchPlanning(quick ? 1 : 5),
  knownOptima: ({ seeds, log }: Effort) => benchKnownOptima(seeds, log),
  parallel: ({ seeds, log }: Effort) => benchParallel(seeds, log),
  recorded: ({ seeds, log }: Effort) => benchRecorded(seeds, log),
  pruning: ({ seeds, log }: Effort) => onEachTable(log, (table) => benchPruning(table, { sweeps: seeds })),
  reachingRandom: ({ seeds, log }: Effort) =>
    onEachTable(log, (table) => benchReachingRandom(table, { seeds })),
  reachingByTpe: ({ seeds, log }: Effort) =>
    onEachTable(log, (table) => benchReachingRandom(table, { seeds, order: 'tpe' })),
};

export type SearchPart = keyof typeof PARTS;
export type SearchBench = { [Part in SearchPart]?: ReturnType<(typeof PARTS)[Part]> };
export const SEARCH_PARTS = Object.keys(PARTS) as SearchPart[];

/** @param quick fewer seeds and trials: a look, no result */
export async function benchSearch(params: {
  quick: boolean;
  log: Log;
  parts?: readonly SearchPart[];
}): Promise<SearchBench> {
  const { quick, log, parts = SEARCH_PARTS } = params;
  const effort = { seeds: quick ? 5 : 30, quick, log };
  const wanted = SEARCH_PARTS.filter((part) => parts.includes(part));
  return Object.fromEntries(wanted.map((part) => [part, PARTS[part](effort)]));
}

function onEachTable<Row>(log: Log, bench: (table: RecordedTable) => Row[]): ({ table: TableName } & Row)[] {
  return (Object.keys(PLANS) as TableName[]).flatMap((name) => {
    const table = openRecordedTable({ table: name });
    if (table === null) {
      log(`recorded table ${name}: skipped, it is not here (npm run record-trials -- --table ${name})`);
      return [];
    }
    return bench(table).map((row) => ({ table: name, ...row }));
  });
}
