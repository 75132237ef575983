/** The users or the items of all rows of an import: integers as they are, anything else numbered. */
import type { DataError } from './dataError.js';
import type { Slice } from './formats/format.js';
import { GrowableU32 } from './growable.js';
import { IdTable } from './idTable.js';
import { MAX_IDS } from './layout.js';
import { badLine } from './lines.js';

/**
 * `auto`: integers are kept, and if any id is text then all are numbered in order of first appearance.
 * `integers`: anything else is an error. `number`: all are numbered.
 */
export type IdMode = 'auto' | 'integers' | 'number';

const ID_LIMIT = 2 ** 31;
/** Looks like a number, though it is no id: most likely the wrong column or a damaged line. */
const NUMERIC = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

type Place = { name: string; line: number };

/** Ids of one kind, appended row by row over all files. */
export class IdColumn {
  readonly #what: 'user' | 'item';
  readonly #mode: IdMode;
  readonly #limit: number;
  #values = new GrowableU32();
  /** Numbers of the ids; null while all ids are integers. */
  #numbers: IdTable | null;
  #largest = -1;
  #largestAt: Place = { name: '', line: 0 };
  /** First id that looks like a number and is none; an error unless the ids turn out to be text. */
  #oddity: DataError | null = null;
  #sawText = false;

  /** @param limit ids must be below it; null: 2^31 */
  constructor(what: 'user' | 'item', mode: IdMode, limit: number | null) {
    this.#what = what;
    this.#mode = mode;
    this.#limit = limit ?? ID_LIMIT;
    this.#numbers = mode === 'number' ? new IdTable() : null;
  }

  /** Appends an id. */
  push(id: Slice, name: string, line: number): void {
    const value = this.#numbers === null ? plainInteger(id) : -1;
    if (value < 0 || value >= this.#limit) this.#pushOther(id, { name, line });
    else {
      if (value > this.#largest) {
        this.#largest = value;
        this.#largestAt = { name, line };
      }
      this.#values.push(value);
    }
  }

  get length(): number {
    return this.#values.length;
  }

  /** Ids of the rows [from, to) once all rows are in. */
  view(from: number, to: number): Uint32Array {
    return this.#values.view(from, to);
  }

  /**
   * Ends the reading.
   * @param size how many ids there are, where the caller knows better than the largest id
   * @returns ids run in [0, count); `names` are the source's own ids by number, null where they are the numbers
   * @throws DataError BAD_INPUT for an integer that cannot be kept
   */
  finish(size: number | null): { count: number; names: IdTable | null } {
    if (this.#numbers !== null && !this.#sawText && this.#oddity !== null) throw this.#oddity;
    if (this.#numbers !== null) return { count: this.#numbers.count, names: this.#numbers };
    const count = size ?? this.#largest + 1;
    if (count > MAX_IDS) {
      const { name, line } = this.#largestAt;
      const reason = `${this.#what} ${this.#largest} needs a table of ${count} rows, the limit is ${MAX_IDS}`;
      throw badLine(name, line, `${reason}; pass --map-ids to number the ids`);
    }
    return { count, names: null };
  }

  #pushOther(id: Slice, place: Place): void {
    if (id.start === id.end) throw badLine(place.name, place.line, `the ${this.#what} is empty`);
    if (this.#mode === 'integers') throw this.#notAnInteger(textOf(id), place);
    this.#numbers ??= this.#numberWhatWasRead();
    const known = this.#numbers.count;
    const number = this.#numbers.number(id.bytes, id.start, id.end);
    if (number === known && !this.#sawText) this.#judge(textOf(id), place);
    this.#values.push(number);
  }

  /** Only an id's first appearance needs a look at what it is: the rest repeat it. */
  #judge(text: string, place: Place): void {
    if (this.#mode === 'number' || !NUMERIC.test(text.trim()) || /^0\d+$/.test(text)) this.#sawText = true;
    else if (!isKeepable(text)) this.#oddity ??= this.#notAnInteger(text, place);
  }

  /** The first id that is no integer makes text of all before it. */
  #numberWhatWasRead(): IdTable {
    const table = new IdTable();
    const renumbered = new GrowableU32();
    for (const id of this.#values.view()) {
      const text = Buffer.from(String(id));
      renumbered.push(table.number(text, 0, text.length));
    }
    this.#values = renumbered;
    return table;
  }

  #notAnInteger(text: string, place: Place): DataError {
    const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
    const range = this.#limit === ID_LIMIT ? '[0, 2^31)' : `[0, ${this.#limit})`;
    const hint =
      this.#limit === ID_LIMIT && this.#mode === 'auto' ? '; pass --map-ids to number the ids' : '';
    return badLine(place.name, place.line, `${this.#what} ${shown} is not an integer in ${range}${hint}`);
  }
}

/** The number as written without leading zeros (007 is a name, not 7), or -1. */
function plainInteger({ bytes, start, end }: Slice): number {
  const length = end - start;
  if (length === 0 || length > 10 || (length > 1 && bytes[start] === 48)) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function isKeepable(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) < ID_LIMIT;
}

function textOf({ bytes, start, end }: Slice): string {
  return bytes.toString('utf8', start, end);
}
