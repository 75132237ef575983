/** A view of a sweep's trials as SQL: which trials, in which order, and where a page begins. */
import type { Field } from './fields.js';
import { fieldOf, filterSql, type Term, type Values } from './filter.js';

export type View = {
  sweepId: number;
  filter: readonly Term[];
  sort: string;
  descending: boolean;
  groupSeeds: boolean;
};

/** Where a page ends: sort key and number of its last row; a null key: among those without one. */
export type Position = { key: number | string | null; number: number };

/** A trial or a group is one row: its first trial, that one's number, and the key. */
export function keyedSql(view: View, values: Values): string {
  const field = fieldOf(view.sort);
  const where = `t.sweep_id = ${values.add(view.sweepId)}${filterSql(view.filter, values)}`;
  return view.groupSeeds
    ? `SELECT min(t.id) AS id, min(t.number) AS number, ${field.grouped} AS key
       FROM trial t WHERE ${where} GROUP BY t.config_hash, t.phase`
    : `SELECT t.id, t.number, ${field.sql} AS key, t.result FROM trial t WHERE ${where}`;
}

export function directionOf({ descending }: View): 'ASC' | 'DESC' {
  return descending ? 'DESC' : 'ASC';
}

export function isNullable({ sort, groupSeeds }: View): boolean {
  const { nullable, kind } = fieldOf(sort);
  // Seeds of one configuration may have had different workers.
  return nullable || (groupSeeds && kind === 'text');
}

/**
 * Rows with a key, then those without, are two lists: each is in the order of an index, where one ORDER BY with NULLS
 * LAST would be in none. Ties go by number, in the key's direction, for the same reason.
 */
export function partSql(
  view: View,
  params: { part: 'keyed' | 'rest'; after: Position | null; limit: number },
  values: Values,
): string {
  const { part, after, limit } = params;
  const field = fieldOf(view.sort);
  const direction = directionOf(view);
  const beyond = direction === 'DESC' ? '<' : '>';
  const order = part === 'keyed' ? `k.key ${direction}, k.number ${direction}` : `k.number ${direction}`;
  const conditions = part === 'keyed' ? keyConditions(view, field) : ['k.key IS NULL'];
  if (after !== null && part === 'keyed') {
    const [key, number] = [`${values.add(after.key)}::${field.type}`, `${values.add(after.number)}::int4`];
    const collation = field.type === 'text' ? ' COLLATE "C"' : '';
    conditions.push(`(k.key, k.number) ${beyond} (${key}${collation}, ${number})`);
  } else if (after !== null) conditions.push(`k.number ${beyond} ${values.add(after.number)}::int4`);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return `SELECT k.id, k.number, k.key FROM keyed k ${where} ORDER BY ${order} LIMIT ${values.add(limit)}::int4`;
}

function keyConditions(view: View, { presence }: Field): string[] {
  const conditions = isNullable(view) ? ['k.key IS NOT NULL'] : [];
  if (presence !== undefined && !view.groupSeeds) conditions.push(presence.replace('t.', 'k.'));
  return conditions;
}
