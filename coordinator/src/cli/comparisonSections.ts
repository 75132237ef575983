/** The cells of a comparison, grouped and ordered as `--by` says. No number is pooled: a cell stays what was tested. */
import { didYouMean } from '@adt/proto/nearest';
import type { Cell, Comparison } from '../search/verdict/comparison.js';
import { UsageError } from './failure.js';

export const GROUPINGS = ['dataset', 'model'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Cells that share what the section's title says. */
export type Section = { title: string; cells: readonly Cell[] };

/** A parser for commander's `.option()` of `dataset,model`. @throws UsageError for another word, or one twice */
export function groupingOption(flag: string): (text: string) => Grouping[] {
  return (text) => {
    const words = text.split(',').map((word) => word.trim());
    if (new Set(words).size < words.length)
      throw new UsageError(`${flag}: names one twice (got ${JSON.stringify(text)})`);
    return words.map((word) => {
      const found = GROUPINGS.find((grouping) => grouping === word);
      if (found !== undefined) return found;
      throw new UsageError(
        `${flag}: must be ${GROUPINGS.join(', ')} (got ${JSON.stringify(word)})${didYouMean(word, GROUPINGS)}`,
      );
    });
  };
}

/** Sections in the order in which the cells first name what they are grouped by, the first grouping slowest. */
export function sectionsOf({ cells }: Pick<Comparison, 'cells'>, by: readonly Grouping[]): Section[] {
  const sections = new Map<string, Section>();
  for (const cell of inOrder(cells, by)) {
    const names = by.map((grouping) => cell[grouping]);
    const key = JSON.stringify(names);
    const section = sections.get(key) ?? { title: names.join(', '), cells: [] };
    sections.set(key, { ...section, cells: [...section.cells, cell] });
  }
  return [...sections.values()];
}

function inOrder(cells: readonly Cell[], by: readonly Grouping[]): Cell[] {
  const firstSeen = new Map(
    by.map((grouping) => [grouping, [...new Set(cells.map((cell) => cell[grouping]))]]),
  );
  const place = (cell: Cell, grouping: Grouping) => firstSeen.get(grouping)?.indexOf(cell[grouping]) ?? 0;
  return [...cells].sort((a, b) => {
    const decisive = by.find((grouping) => a[grouping] !== b[grouping]);
    return decisive === undefined ? 0 : place(a, decisive) - place(b, decisive);
  });
}

/** What tells the cells of a section apart. */
export function ungrouped(by: readonly Grouping[]): Grouping[] {
  return GROUPINGS.filter((grouping) => !by.includes(grouping));
}
