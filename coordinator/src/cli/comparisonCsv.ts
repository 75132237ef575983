/** A comparison as CSV: a line a pair, shares and p values as plain numbers. */
import type { Cell, Comparison, MetricComparison, PairVerdict } from '../search/verdict/comparison.js';
import { type Grouping, sectionsOf } from './comparisonSections.js';
import { type Cell as CsvCell, csvLine } from './csv.js';

type PairColumn = readonly [name: string, read: (pair: PairVerdict, cell: Cell, family: number) => CsvCell];

const COLUMNS: readonly PairColumn[] = [
  ['dataset', (_, { dataset }) => dataset],
  ['model', (_, { model }) => model],
  ['metric', (_, { metric }) => metric],
  ['loss', ({ loss }) => loss],
  ['reference', ({ reference }) => reference],
  ['verdict', ({ verdict }) => verdict],
  ['more_seeds', ({ moreSeeds }) => moreSeeds],
  ['pairs', ({ seeds }) => seeds.length],
  ['seeds', ({ seeds }) => seeds.join(' ')],
  [
    'unpaired',
    ({ unpaired }) => unpaired.map(({ loss, seed, reason }) => `${loss} ${seed} ${reason}`).join('; '),
  ],
  ['delta', ({ difference }) => difference?.mean],
  ['delta_sd', ({ difference }) => difference?.sd],
  ['delta_low', ({ difference }) => difference?.interval?.low],
  ['delta_high', ({ difference }) => difference?.interval?.high],
  ['relative', ({ difference }) => difference?.relative],
  ['relative_low', ({ difference }) => difference?.relativeInterval?.low],
  ['relative_high', ({ difference }) => difference?.relativeInterval?.high],
  ['t', ({ tTest }) => tTest?.t],
  ['df', ({ tTest }) => tTest?.df],
  ['p_t', ({ tTest }) => tTest?.p],
  ['p_sign_flip', ({ signFlip }) => signFlip?.p],
  ['sign_flip_method', ({ signFlip }) => signFlip?.method],
  ['sign_flip_count', ({ signFlip }) => signFlip?.count],
  ['p_holm', ({ adjustedP }) => adjustedP],
  ['family', (_pair, _cell, family) => family],
  ['d_z', ({ effect }) => effect?.dz],
  ['g_z', ({ effect }) => effect?.gz],
  ['ri', ({ relativeImprovement }) => relativeImprovement],
  ['configurations', ({ tuning }) => tuning.configurations],
  ['trials', ({ tuning }) => tuning.trials],
  ['gpu_hours', ({ tuning }) => tuning.gpuHours],
  ['cpu_hours', ({ tuning }) => tuning.cpuHours],
  ['reference_configurations', ({ referenceTuning }) => referenceTuning.configurations],
  ['reference_trials', ({ referenceTuning }) => referenceTuning.trials],
  ['reference_gpu_hours', ({ referenceTuning }) => referenceTuning.gpuHours],
  ['reference_cpu_hours', ({ referenceTuning }) => referenceTuning.cpuHours],
  ['tuned_unevenly', ({ tunedUnevenly }) => String(tunedUnevenly)],
];

/** Of each test metric, over the common seeds. */
const METRIC_COLUMNS: readonly (readonly [suffix: string, read: (one: MetricComparison) => CsvCell])[] = [
  ['mean', ({ loss }) => loss.mean],
  ['sd', ({ loss }) => loss.sd],
  ['reference_mean', ({ reference }) => reference.mean],
  ['reference_sd', ({ reference }) => reference.sd],
];

/** A header line, then a line a pair. Metric columns are those that any pair has. */
export function comparisonCsv(comparison: Comparison, by: readonly Grouping[]): string {
  const cells = sectionsOf(comparison, by).flatMap((section) => section.cells);
  const names = [
    ...new Set(
      cells.flatMap(({ pairs }) => pairs.flatMap(({ metrics }) => metrics.map(({ metric }) => metric))),
    ),
  ];
  const header = [
    ...COLUMNS.map(([name]) => name),
    ...names.flatMap((name) => METRIC_COLUMNS.map(([suffix]) => `${name} ${suffix}`)),
  ];
  const rows = cells.flatMap((cell) =>
    cell.pairs.map((pair) => [
      ...COLUMNS.map(([, read]) => read(pair, cell, comparison.family)),
      ...names.flatMap((name) => metricCells(pair, name)),
    ]),
  );
  return [header, ...rows].map(csvLine).join('\n');
}

function metricCells({ metrics }: PairVerdict, name: string): CsvCell[] {
  const found = metrics.find(({ metric }) => metric === name);
  return METRIC_COLUMNS.map(([, read]) => (found === undefined ? null : read(found)));
}
