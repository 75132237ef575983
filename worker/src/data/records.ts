/** Lines of a tab- or comma-separated file as fields, from chunks of bytes, in constant memory. */
import type { DataError } from './dataError.js';
import { badLine, CR, LF, MAX_LINE_BYTES, markLength, refuseOtherEncodings } from './lines.js';

export const TAB = 9;
const QUOTE = 34;
export const COMMA = 44;
export const COLON = 58;

/** Fields beyond these are counted, not kept. */
const MAX_FIELDS = 256;

/** The line at hand. It is the same object each time: take what you need before you return. */
export type Fields = {
  /** Number of the line in the file, from 1. */
  line: number;
  count: number;
  bytes: Buffer;
  /** Field f is bytes[starts[f] .. ends[f]), quotes taken off. */
  starts: Int32Array;
  ends: Int32Array;
};

/**
 * Reads records until the source ends or `onRecord` returns false.
 * In comma-separated files a field may stand in double quotes, and then hold commas, line ends and "" for ".
 * A byte order mark, CRLF and blank lines at the end are taken; a blank line in between is an error.
 * @param name what messages call the file
 * @param delimiter what separates fields; null: a tab if the first line has one, else a comma
 * @throws DataError BAD_INPUT with the line: not UTF-8, a quote out of place, too long, blank
 */
export async function readRecords(
  source: AsyncIterable<Buffer>,
  name: string,
  onRecord: (fields: Fields) => boolean | undefined,
  delimiter: number | null = null,
): Promise<void> {
  const splitter = new RecordSplitter(name, onRecord, delimiter);
  for await (const chunk of source) if (!splitter.push(chunk)) return;
  splitter.end();
}

/** Text of one field. */
export function fieldText(fields: Fields, field: number): string {
  const text = fields.bytes.toString('utf8', fields.starts[field], fields.ends[field]);
  return isQuoted(fields, field) ? text.replaceAll('""', '"') : text;
}

function isQuoted({ bytes, starts, ends }: Fields, field: number): boolean {
  const start = starts[field] as number;
  return start > 0 && bytes[start - 1] === QUOTE && bytes[ends[field] as number] === QUOTE;
}

class RecordSplitter {
  readonly #name: string;
  readonly #onRecord: (fields: Fields) => boolean | undefined;
  readonly #fields: Fields = {
    line: 1,
    count: 0,
    bytes: Buffer.alloc(0),
    starts: new Int32Array(MAX_FIELDS),
    ends: new Int32Array(MAX_FIELDS),
  };
  /** Begin of the record that the last chunk cut. */
  #rest: Buffer = Buffer.alloc(0);
  #delimiter: number | null;
  #started = false;
  /** Line ends inside the quotes of the record at hand. */
  #innerLines = 0;
  /** First blank line that no record has followed yet. */
  #blankLine = 0;

  constructor(name: string, onRecord: (fields: Fields) => boolean | undefined, delimiter: number | null) {
    this.#name = name;
    this.#onRecord = onRecord;
    this.#delimiter = delimiter;
  }

  /** @returns false when the receiver wants no more */
  push(chunk: Buffer): boolean {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let start = this.#started ? 0 : this.#begin(data);
    if (start < 0) {
      this.#rest = data;
      return true;
    }
    this.#fields.bytes = data;
    const whole = data.lastIndexOf(LF) + 1;
    if (whole > start) refuseOtherEncodings(data, start, whole, this.#name, this.#fields.line);
    for (;;) {
      const end = this.#scan(data, start);
      if (end < 0) break;
      if (!this.#emit(start)) return false;
      start = end + 1;
    }
    this.#rest = data.subarray(start);
    if (this.#rest.length > MAX_LINE_BYTES) {
      throw this.#bad(`longer than ${MAX_LINE_BYTES} bytes; is a quote not closed?`);
    }
    return true;
  }

  end(): void {
    if (this.#rest.length === 0) return;
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    this.push(Buffer.concat([rest, Buffer.of(LF)]));
    if (this.#rest.length > 0) throw this.#bad('a quote is not closed');
  }

  /** Skips the byte order mark and finds the delimiter. @returns where the first record begins, -1: not yet known */
  #begin(data: Buffer): number {
    const lineEnd = data.indexOf(LF);
    if (lineEnd < 0 && data.length <= MAX_LINE_BYTES) return -1;
    this.#started = true;
    const firstLine = data.subarray(0, lineEnd < 0 ? data.length : lineEnd);
    this.#delimiter ??= firstLine.includes(TAB) ? TAB : COMMA;
    return markLength(data);
  }

  /** Finds the fields of the record at `start`. @returns where its line feed is, -1: not in `data` */
  #scan(data: Buffer, start: number): number {
    const { starts, ends } = this.#fields;
    const delimiter = this.#delimiter;
    const length = data.length;
    let count = 0;
    let at = start;
    this.#innerLines = 0;
    for (;;) {
      let from = at;
      let to: number;
      if (delimiter === COMMA && data[at] === QUOTE) {
        to = this.#closingQuote(data, at + 1);
        if (to < 0) return -1;
        from = at + 1;
        at = to + 1;
        if (data[at] === CR && (at + 1 === length || data[at + 1] === LF)) at++;
      } else {
        while (at < length && data[at] !== delimiter && data[at] !== LF) at++;
        to = at > from && data[at] === LF && data[at - 1] === CR ? at - 1 : at;
      }
      if (at >= length) return -1;
      const byte = data[at];
      if (byte !== delimiter && byte !== LF) throw this.#bad('text after a closing quote');
      if (count < MAX_FIELDS) {
        starts[count] = from;
        ends[count] = to;
      }
      count++;
      if (byte === LF) {
        this.#fields.count = count;
        return at;
      }
      at++;
    }
  }

  /** @returns where the quote is that closes the field, -1: not in `data`, or it may be the first half of "" */
  #closingQuote(data: Buffer, from: number): number {
    let at = from;
    for (;;) {
      const quote = data.indexOf(QUOTE, at);
      if (quote < 0 || quote + 1 >= data.length) return -1;
      for (let lf = data.indexOf(LF, at); lf >= 0 && lf < quote; lf = data.indexOf(LF, lf + 1))
        this.#innerLines++;
      if (data[quote + 1] !== QUOTE) return quote;
      at = quote + 2;
    }
  }

  #emit(start: number): boolean {
    const fields = this.#fields;
    const blank = fields.count === 1 && fields.ends[0] === start && fields.starts[0] === start;
    let wanted = true;
    if (blank) {
      this.#blankLine ||= fields.line;
    } else {
      if (this.#blankLine > 0) throw badLine(this.#name, this.#blankLine, 'blank line');
      wanted = this.#onRecord(fields) !== false;
    }
    fields.line += 1 + this.#innerLines;
    return wanted;
  }

  #bad(reason: string): DataError {
    return badLine(this.#name, this.#fields.line, reason);
  }
}
