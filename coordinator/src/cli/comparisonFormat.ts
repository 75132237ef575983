/** The forms in which a comparison leaves the command line. */
import type { Comparison } from '../search/verdict/comparison.js';
import { comparisonCsv } from './comparisonCsv.js';
import { comparisonJson } from './comparisonJson.js';
import { comparisonLatex } from './comparisonLatex.js';
import { comparisonPaperTable } from './comparisonPaperTable.js';
import type { Grouping } from './comparisonSections.js';
import { comparisonTable } from './comparisonTable.js';

export const COMPARISON_FORMATS = ['table', 'json', 'csv', 'latex', 'latex-table3'] as const;
export type ComparisonFormat = (typeof COMPARISON_FORMATS)[number];

const RENDERERS: Record<ComparisonFormat, (comparison: Comparison, by: readonly Grouping[]) => string> = {
  table: comparisonTable,
  json: comparisonJson,
  csv: comparisonCsv,
  latex: comparisonLatex,
  'latex-table3': comparisonPaperTable,
};

/** Text without its last line end. */
export function formatComparison(
  comparison: Comparison,
  { format, by }: { format: ComparisonFormat; by: readonly Grouping[] },
): string {
  return RENDERERS[format](comparison, by);
}
