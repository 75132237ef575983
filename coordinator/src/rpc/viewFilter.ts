/** Checks the filter of a view: fields that there are, ops that make sense for them, values of their kind. */
import { FilterOp, type FilterTerm } from '@adt/proto/gen/adt/v1/table';
import { TRIAL_STATES } from '@adt/proto/trialState';
import { FIELDS, type Field } from '../store/table/fields.js';
import type { FilterOp as Op, Term } from '../store/table/filter.js';
import { checkLength } from './check.js';
import { invalid } from './refusal.js';

const MOST_TERMS = 16;
const MOST_VALUES = 32;
const MOST_LETTERS = 200;

/** Values that an enum's field may be compared with, by equality only. */
const WORDS: Partial<Record<string, readonly string[]>> = {
  state: TRIAL_STATES,
  phase: ['SEARCH', 'CONFIRM'],
};

/** How many values an op takes. */
const COUNTS: Record<Op, readonly [least: number, most: number]> = {
  IN: [1, MOST_VALUES],
  NOT_IN: [1, MOST_VALUES],
  LESS: [1, 1],
  AT_MOST: [1, 1],
  MORE: [1, 1],
  AT_LEAST: [1, 1],
  CONTAINS: [1, 1],
  PRESENT: [0, 0],
  ABSENT: [0, 0],
};
const OPS = Object.keys(COUNTS) as Op[];

/** @throws Refusal with the path of what is off */
export function checkFilter(terms: readonly FilterTerm[]): Term[] {
  if (terms.length > MOST_TERMS) throw invalid('view.filter', `must have at most ${MOST_TERMS} conditions`);
  return terms.map((term, at) => checkTerm(`view.filter[${at}]`, term));
}

function checkTerm(path: string, { field: name, op: wire, values }: FilterTerm): Term {
  const field = FIELDS.get(name);
  if (field === undefined) throw invalid(`${path}.field`, `must be one of ${[...FIELDS.keys()].join(', ')}`);
  const op = OPS.find((known) => FilterOp[known] === wire);
  if (op === undefined) throw invalid(`${path}.op`, 'must be given');
  checkOp(path, name, op, field);
  const [least, most] = COUNTS[op];
  if (values.length < least || values.length > most) {
    const wanted = least === most ? String(least) : `${least} to ${most}`;
    throw invalid(`${path}.values`, `must have ${wanted} entries for ${op} (has ${values.length})`);
  }
  return {
    field: name,
    op,
    values: values.map((text, at) => checkValue(`${path}.values[${at}]`, name, text)),
  };
}

function checkOp(path: string, name: string, op: Op, { kind }: Field): void {
  const isWord = WORDS[name] !== undefined;
  if (isWord && op !== 'IN' && op !== 'NOT_IN')
    throw invalid(`${path}.op`, `must be IN or NOT_IN for ${name}`);
  const isOrder = op === 'LESS' || op === 'AT_MOST' || op === 'MORE' || op === 'AT_LEAST';
  if (kind === 'text' && isOrder) throw invalid(`${path}.op`, `does not go with ${name}, which is text`);
  if (kind === 'number' && op === 'CONTAINS')
    throw invalid(`${path}.op`, `does not go with ${name}, a number`);
}

function checkValue(path: string, name: string, text: string): string | number {
  const words = WORDS[name];
  if (words !== undefined) {
    if (!words.includes(text)) throw invalid(path, `must be one of ${words.join(', ')}`);
    return text;
  }
  if (FIELDS.get(name)?.kind === 'text') return checkLength(path, text, MOST_LETTERS);
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw invalid(path, `must be a number (got ${JSON.stringify(text.slice(0, 40))})`);
  return value;
}
