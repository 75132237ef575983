/** Conditions of the filter in words, and from what people type. Pure. */
import { COLUMNS } from './columns';
import type { Op, Term } from './view';

const WORDS: Record<Op, string> = {
  in: 'is',
  not: 'is not',
  lt: '<',
  le: '≤',
  gt: '>',
  ge: '≥',
  has: 'contains',
  set: 'is there',
  unset: 'is absent',
};

const NUMBER_OPS: readonly Op[] = ['ge', 'le', 'gt', 'lt', 'in', 'not', 'set', 'unset'];
const TEXT_OPS: readonly Op[] = ['in', 'not', 'has', 'set', 'unset'];
/** Always there, and one of a few words. */
const CHOICE_OPS: readonly Op[] = ['in', 'not'];

export function opsOf(field: string): { value: Op; label: string }[] {
  const kind = kindOf(field);
  const ops = kind === 'number' ? NUMBER_OPS : kind === 'text' ? TEXT_OPS : CHOICE_OPS;
  return ops.map((value) => ({ value, label: WORDS[value] }));
}

export function termWords({ op, values }: Term, title: string): string {
  return [title, WORDS[op], values.join(' or ')].filter(Boolean).join(' ');
}

export type ReadTerm = { ok: true; term: Term } | { ok: false; error: string };

/**
 * @param text values with commas between where several may be given
 * @param choices the words that the field may be compared with; null: any
 */
export function readTerm(field: string, op: Op, text: string, choices: readonly string[] | null): ReadTerm {
  if (op === 'set' || op === 'unset') return { ok: true, term: { field, op, values: [] } };
  const several = op === 'in' || op === 'not';
  const typed = (several ? text.split(',') : [text]).map((value) => value.trim()).filter(Boolean);
  if (typed.length === 0) return { ok: false, error: 'Give a value.' };
  const values = typed.map((value) => choices?.find((one) => same(one, value)) ?? value);
  const strange = choices !== null && several ? values.find((value) => !choices.includes(value)) : undefined;
  if (strange !== undefined) return { ok: false, error: `“${strange}” is none of ${choices?.join(', ')}.` };
  const wrong =
    kindOf(field) === 'number' ? values.find((value) => !Number.isFinite(Number(value))) : undefined;
  if (wrong !== undefined) return { ok: false, error: `“${wrong}” is not a number.` };
  return { ok: true, term: { field, op, values } };
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function kindOf(field: string): 'number' | 'text' | 'choice' {
  return COLUMNS.find(({ id }) => id === field)?.kind ?? 'choice';
}
