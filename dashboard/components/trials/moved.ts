/** Which live changes may have put a trial elsewhere in the table. Pure. */
import type { TrialRow } from './rows';

/** Changed trials that are not held, whose old place nobody knows, or whose value in one of the columns is another now. */
export function movedBy(
  changed: readonly TrialRow[],
  held: Iterable<[index: number, row: TrialRow]>,
  columns: readonly string[],
): number[] {
  const before = new Map<number, TrialRow>();
  for (const [, row] of held) before.set(row.id, row);
  return changed
    .filter(({ id, cells }) => {
      const known = before.get(id);
      return known === undefined || columns.some((column) => known.cells[column] !== cells[column]);
    })
    .map(({ id }) => id);
}
