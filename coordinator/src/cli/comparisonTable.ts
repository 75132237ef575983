/** A comparison on a terminal: per section the arms, the pairs with their tests, and a sentence a verdict. */
import type { ArmSummary, Cell, Comparison, PairVerdict, Tuning } from '../search/verdict/comparison.js';
import { formatP, percentWithMargin, sentenceOf } from '../search/verdict/sentence.js';
import { type Grouping, type Section, sectionsOf, ungrouped } from './comparisonSections.js';
import { type Column, paint, renderTable } from './output.js';
import { formatMetric, formatSpread } from './rankingTable.js';

export function comparisonTable(comparison: Comparison, by: readonly Grouping[]): string {
  const sections = sectionsOf(comparison, by);
  if (sections.length === 0) return 'no arm has been confirmed yet';
  return sections.map((section) => sectionText(section, comparison.family, ungrouped(by))).join('\n\n');
}

function sectionText({ title, cells }: Section, family: number, apart: readonly Grouping[]): string {
  const sentences = cells.flatMap((cell) => cell.pairs.map((pair) => sentenceOf(cell, pair, family)));
  const parts = [paint('bold', title), armTable(cells, apart)];
  if (sentences.length > 0) parts.push('', pairTable(cells, apart), '', ...sentences);
  else parts.push('', 'nothing to compare: one loss only');
  return parts.join('\n');
}

function armTable(cells: readonly Cell[], apart: readonly Grouping[]): string {
  const metrics = metricsOf(cells);
  const columns: Column[] = [
    ...apart.map((title) => ({ title })),
    { title: 'loss' },
    { title: 'configuration' },
    { title: 'tried', align: 'right' },
    { title: 'trials', align: 'right' },
    { title: 'hours', align: 'right' },
    ...metrics.map((title) => ({ title })),
  ];
  const rows = cells.flatMap((cell) =>
    cell.arms.map((arm) => [...apart.map((grouping) => cell[grouping]), ...armCells(arm, metrics)]),
  );
  return renderTable(columns, rows);
}

/** The verdicts' own metrics first; those of user groups are for JSON and CSV, no terminal has room for them. */
function metricsOf(cells: readonly Cell[]): string[] {
  const all = cells
    .flatMap(({ arms }) => arms.flatMap(({ metrics }) => metrics.map(({ metric }) => metric)))
    .filter((metric) => !/\/g\d$/.test(metric));
  return [...new Set([...cells.map(({ metric }) => metric), ...all])];
}

function armCells(arm: ArmSummary, metrics: readonly string[]): string[] {
  const spreads = new Map(arm.metrics.map(({ metric, spread }) => [metric, spread]));
  return [
    arm.loss,
    Object.entries(arm.configuration)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ') || '–',
    String(arm.tuning.configurations),
    String(arm.tuning.trials),
    hoursOf(arm.tuning),
    ...metrics.map((metric) => formatSpread(spreads.get(metric) ?? null)),
  ];
}

function hoursOf({ gpuHours, cpuHours }: Tuning): string {
  const parts = [
    ...(gpuHours > 0 ? [`${gpuHours.toFixed(2)} GPU`] : []),
    ...(cpuHours > 0 || gpuHours === 0 ? [`${cpuHours.toFixed(2)} CPU`] : []),
  ];
  return parts.join(' + ');
}

const PAIR_COLUMNS: readonly Column[] = [
  { title: 'compared' },
  { title: 'seeds', align: 'right' },
  { title: 'Δ', align: 'right' },
  { title: 'Δ %, 95 % CI', align: 'right' },
  { title: 'p (t)', align: 'right' },
  { title: 'p (signs)', align: 'right' },
  { title: 'p (Holm)', align: 'right' },
  { title: 'd_z', align: 'right' },
  { title: 'RI', align: 'right' },
  { title: 'trials' },
  { title: 'verdict' },
];

function pairTable(cells: readonly Cell[], apart: readonly Grouping[]): string {
  const rows = cells.flatMap((cell) =>
    cell.pairs.map((pair) => [...apart.map((grouping) => cell[grouping]), ...pairCells(pair)]),
  );
  return renderTable([...apart.map((title) => ({ title })), ...PAIR_COLUMNS], rows);
}

function pairCells(pair: PairVerdict): string[] {
  const { difference, tTest, signFlip, adjustedP, effect, relativeImprovement } = pair;
  const p = (value: number | null | undefined) => (value == null ? '–' : formatP(value));
  return [
    `${pair.loss} vs ${pair.reference}`,
    String(pair.seeds.length),
    difference === null ? '–' : signed(difference.mean, formatMetric(Math.abs(difference.mean))),
    difference?.relative == null
      ? '–'
      : signed(difference.relative, percentWithMargin(difference.relative, difference.relativeInterval)),
    p(tTest?.p),
    p(signFlip?.p),
    p(adjustedP),
    effect === null ? '–' : signed(effect.dz, Math.abs(effect.dz).toFixed(2)),
    relativeImprovement === null
      ? '–'
      : signed(relativeImprovement, percentWithMargin(relativeImprovement, null)),
    `${pair.tuning.trials} : ${pair.referenceTuning.trials}${pair.tunedUnevenly ? ' uneven' : ''}`,
    verdictWords(pair),
  ];
}

function verdictWords({ verdict, moreSeeds }: PairVerdict): string {
  return moreSeeds === null || moreSeeds === 0 ? verdict : `${verdict} (+${moreSeeds})`;
}

function signed(value: number, text: string): string {
  return `${value < 0 ? '−' : '+'}${text}`;
}
