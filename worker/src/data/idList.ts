/** The list of a source's ids as a bundle keeps it: a JSON array of strings, written and checked byte by byte. */

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const [OPEN, CLOSE] = [91, 93];
/** What may follow a backslash, u and its four digits apart. */
const ESCAPES = new Set(Buffer.from('"\\/bfnrt'));
const FIRST_BYTES = 1 << 16;

/**
 * The same bytes as `JSON.stringify` of the ids as strings gives, without the strings.
 * @param bytesOf an id's UTF-8 text by its number; may be valid until the next call only
 */
export function encodeIdList(count: number, bytesOf: (id: number) => Uint8Array): Uint8Array {
  let list = Buffer.allocUnsafe(FIRST_BYTES);
  let length = 0;
  const room = (bytes: number) => {
    if (length + bytes <= list.length) return;
    const larger = Buffer.allocUnsafe(2 * (length + bytes));
    list.copy(larger, 0, 0, length);
    list = larger;
  };
  list[length++] = OPEN;
  for (let id = 0; id < count; id++) {
    const text = quotable(bytesOf(id));
    room(text.length + 4);
    if (id > 0) list[length++] = COMMA;
    list[length++] = QUOTE;
    list.set(text, length);
    length += text.length;
    list[length++] = QUOTE;
  }
  room(1);
  list[length++] = CLOSE;
  return list.subarray(0, length);
}

/**
 * How many strings the list holds.
 * @returns null: the bytes are no JSON array of strings without white space
 */
export function countIds(list: Uint8Array): number | null {
  if (list.length < 2 || list[0] !== OPEN || list[list.length - 1] !== CLOSE) return null;
  if (list.length === 2) return 0;
  let at = 1;
  for (let count = 1; ; count++) {
    if (list[at] !== QUOTE) return null;
    at = endOfString(list, at + 1);
    if (at < 0) return null;
    if (at === list.length - 1) return count;
    if (list[at] !== COMMA) return null;
    at++;
  }
}

/** @returns where the byte behind the closing quote is, -1: there is none, or the string is not JSON's */
function endOfString(list: Uint8Array, from: number): number {
  for (let at = from; at < list.length; at++) {
    const byte = list[at] as number;
    if (byte === QUOTE) return at + 1;
    if (byte < 0x20) return -1;
    if (byte !== BACKSLASH) continue;
    at++;
    if (list[at] === 0x75) {
      for (const last = at + 4; at < last; ) if (!isHex(list[++at] ?? 0)) return -1;
    } else if (!ESCAPES.has(list[at] ?? 0)) return -1;
  }
  return -1;
}

function isHex(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102);
}

/** Text as it stands between quotes; only what needs an escape becomes a string on the way. */
function quotable(text: Uint8Array): Uint8Array {
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] as number;
    if (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) continue;
    return Buffer.from(JSON.stringify(Buffer.from(text).toString('utf8')).slice(1, -1));
  }
  return text;
}
