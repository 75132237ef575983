/** A view's filter as SQL: fields come from the table of fields, values only as parameters. */
import { FIELDS, type Field } from './fields.js';

export type FilterOp =
  | 'IN'
  | 'NOT_IN'
  | 'LESS'
  | 'AT_MOST'
  | 'MORE'
  | 'AT_LEAST'
  | 'CONTAINS'
  | 'PRESENT'
  | 'ABSENT';

/** One condition. `values` are as many as the op takes, and numbers where the field is one. */
export type Term = { field: string; op: FilterOp; values: readonly (string | number)[] };

/** The values of a statement, numbered as they are added. */
export class Values {
  readonly list: unknown[] = [];

  add(value: unknown): string {
    this.list.push(value);
    return `$${this.list.length}`;
  }
}

/** Conditions on trial `t`, all of which are to hold. @throws RangeError for a field that is not there */
export function filterSql(terms: readonly Term[], values: Values): string {
  return terms.map((term) => ` AND ${termSql(term, values)}`).join('');
}

export function fieldOf(name: string): Field {
  const field = FIELDS.get(name);
  if (field === undefined) throw new RangeError(`there is no field ${name}`);
  return field;
}

function termSql(term: Term, values: Values): string {
  // By the enum itself, so that the index on states serves it.
  if (term.field === 'state' && (term.op === 'IN' || term.op === 'NOT_IN')) {
    const list = `${values.add(term.values)}::"TrialState"[]`;
    return term.op === 'IN' ? `t.state = ANY(${list})` : `t.state <> ALL(${list})`;
  }
  const field = fieldOf(term.field);
  const condition = conditionSql(term, field, values);
  const isForPresent = term.op !== 'NOT_IN' && term.op !== 'ABSENT';
  return field.presence !== undefined && isForPresent ? `${field.presence} AND ${condition}` : condition;
}

function conditionSql({ op, values: given }: Term, { sql, type }: Field, values: Values): string {
  // int4 columns too: 2.5 attempts is a question with an answer.
  const wide = type === 'text' ? 'text' : 'float8';
  const one = () => `${values.add(given[0])}::${wide}`;
  switch (op) {
    case 'IN':
      return `${sql} = ANY(${values.add(given)}::${wide}[])`;
    case 'NOT_IN':
      return `coalesce(${sql} <> ALL(${values.add(given)}::${wide}[]), true)`;
    case 'LESS':
      return `${sql} < ${one()}`;
    case 'AT_MOST':
      return `${sql} <= ${one()}`;
    case 'MORE':
      return `${sql} > ${one()}`;
    case 'AT_LEAST':
      return `${sql} >= ${one()}`;
    case 'CONTAINS':
      return `strpos(lower(${sql}), lower(${one()})) > 0`;
    case 'PRESENT':
      return `${sql} IS NOT NULL`;
    case 'ABSENT':
      return `${sql} IS NULL`;
    default:
      return op satisfies never;
  }
}
