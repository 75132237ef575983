/** A ranking as a table: the columns that differ, the objective as mean ± sd over seeds, the test value beside it. */
import type { TrainingConfig } from '@adt/proto/gen/adt/v1/common';
import type { Spread } from '../search/spread.js';
import { type Column, renderTable } from './output.js';
import { type RankedGroup, type Ranking, stateOf } from './ranking.js';

type Setting = { title: string; read(config: TrainingConfig): number | string | undefined; always: boolean };

/** The paper's knobs are always shown; the rest when the sweep varies it. */
const SETTINGS: readonly Setting[] = [
  { title: 'model', read: (config) => config.model, always: false },
  { title: 'loss', read: (config) => config.loss, always: true },
  { title: 'ε_max', read: (config) => config.epsMax, always: true },
  { title: 'ε_N', read: (config) => config.epsN, always: true },
  { title: 'β', read: (config) => config.beta, always: true },
  { title: 'w_fp', read: (config) => config.nrFpWeight, always: true },
  { title: 'w_neg', read: (config) => config.nrNegativeWeight, always: true },
  { title: 'w_click', read: (config) => config.nmtrClickWeight, always: true },
  { title: 'layers', read: (config) => config.mlpLayers, always: false },
  { title: 'dropout', read: (config) => config.dropout, always: false },
  { title: 'hidden', read: (config) => config.hidden, always: false },
  { title: 'corruption', read: (config) => config.corruption, always: false },
  { title: 'lr', read: (config) => config.lr, always: true },
  { title: 'factors', read: (config) => config.factors, always: false },
  { title: 'negatives', read: (config) => config.negatives, always: false },
  { title: 'batch', read: (config) => config.batchSize, always: false },
  { title: 'epochs', read: (config) => config.epochs, always: false },
  { title: 'eval every', read: (config) => config.evalEvery, always: false },
  { title: 'valid users', read: (config) => config.validUsers, always: false },
];

/** @param top how many groups to show; the rest is counted in a last line */
export function rankingTable({ metric, groups }: Ranking, top: number): string {
  const settings = SETTINGS.filter(({ always, read }) => {
    const values = new Set(groups.map(({ config }) => read(config)));
    return always ? [...values].some((value) => value !== undefined) : values.size > 1;
  });
  const testName = metric.replace(/^valid\//, 'test/');
  const hasTest = groups.some(({ test }) => test.has(testName));
  const columns: Column[] = [
    { title: '#', align: 'right' },
    ...settings.map(
      ({ title }): Column => ({ title, align: title === 'loss' || title === 'model' ? 'left' : 'right' }),
    ),
    { title: 'seed', align: 'right' },
    { title: metric },
    ...(hasTest ? [{ title: testName }] : []),
    { title: 'step', align: 'right' },
    { title: 'state' },
  ];
  const rows = groups
    .slice(0, top)
    .map((group) => [
      group.rank === null ? '–' : String(group.rank),
      ...settings.map(({ read }) => String(read(group.config) ?? '–')),
      seedsOf(group),
      formatSpread(group.objective),
      ...(hasTest ? [formatSpread(group.test.get(testName) ?? null)] : []),
      stepsOf(group),
      progressOf(group),
    ]);
  const hidden = groups.length - rows.length;
  const table = renderTable(columns, rows);
  return hidden > 0 ? `${table}\n… ${hidden} more (--top ${groups.length} shows all)` : table;
}

/** `0.0913 ± 0.0004 (2)`: mean, sample sd, number of seeds. */
export function formatSpread(spread: Spread | null): string {
  if (spread === null) return '–';
  const mean = formatMetric(spread.mean);
  return spread.sd === null ? mean : `${mean} ± ${formatMetric(spread.sd)} (${spread.n})`;
}

/** Four digits behind the point below one, else four significant ones: shares and losses both stay readable. */
export function formatMetric(value: number): string {
  return Math.abs(value) < 1 ? value.toFixed(4) : value.toPrecision(4);
}

/** `2 done`, or `2 done; confirm: 6 done, 4 running`. */
function progressOf({ trials, confirmation }: RankedGroup): string {
  const confirming = confirmation.length > 0 ? [`confirm: ${stateOf(confirmation)}`] : [];
  return [...(trials.length > 0 ? [stateOf(trials)] : []), ...confirming].join('; ');
}

/** Those that the line's values are of. */
function measuredOf({ trials, confirmation }: RankedGroup): RankedGroup['trials'] {
  return trials.length > 0 ? trials : confirmation;
}

function seedsOf(group: RankedGroup): string {
  const trials = measuredOf(group);
  const [only] = trials;
  return trials.length === 1 && only ? String(only.config?.seed ?? '–') : `${trials.length} seeds`;
}

function stepsOf(group: RankedGroup): string {
  const steps = measuredOf(group).flatMap(({ bestStep }) => bestStep ?? []);
  if (steps.length === 0) return '–';
  const [low, high] = [Math.min(...steps), Math.max(...steps)];
  return low === high ? String(low) : `${low}–${high}`;
}
