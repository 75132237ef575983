/** Moving, showing and hiding columns. Pure. */
import { columnOf } from './columns';

/** Takes the target's place; the target makes room in the direction that the column came from. */
export function moveColumn(ids: readonly string[], id: string, target: string): string[] {
  const [from, to] = [ids.indexOf(id), ids.indexOf(target)];
  if (from < 0 || to < 0 || from === to || columnOf(target).pinned) return [...ids];
  return ids.toSpliced(from, 1).toSpliced(to, 0, id);
}

/** A shown one goes, a hidden one comes at the end; what identifies a row stays. */
export function toggleColumn(ids: readonly string[], id: string): string[] {
  if (id === 'number') return [...ids];
  return ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id];
}
