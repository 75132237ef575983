/** A comparison as one JSON document. Its keys are a promise: search/verdict/README.md lists them. */
import type { Comparison } from '../search/verdict/comparison.js';
import { sentenceOf } from '../search/verdict/sentence.js';
import { type Grouping, sectionsOf } from './comparisonSections.js';

/** Raised when a key changes its meaning or goes; new keys leave it. */
export const COMPARISON_VERSION = 1;

export function comparisonJson(comparison: Comparison, by: readonly Grouping[]): string {
  return JSON.stringify(comparisonDocument(comparison, by), null, 2);
}

function comparisonDocument(comparison: Comparison, by: readonly Grouping[]) {
  const { alpha, family } = comparison;
  const cells = sectionsOf(comparison, by).flatMap((section) => section.cells);
  return {
    version: COMPARISON_VERSION,
    alpha,
    family,
    decidedBy: 'sign-flip',
    correction: 'holm',
    cells: cells.map((cell) => ({
      ...cell,
      pairs: cell.pairs.map((pair) => ({ ...pair, sentence: sentenceOf(cell, pair, family) })),
    })),
  };
}
