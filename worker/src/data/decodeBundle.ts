/** Reads a bundle and trusts none of its bytes: it comes back whole and well formed, or not at all. */
import { isUtf8 } from 'node:buffer';
import { type Bundle, type BundleHeader, type BundleIds, type Csr, PARTS, type Part } from './bundle.js';
import { DataError } from './dataError.js';
import { contentAddress, encodeHeader } from './encodeBundle.js';
import { isHeader } from './headerForm.js';
import { countIds } from './idList.js';
import {
  FORMAT_VERSION,
  type Layout,
  layOut,
  MAGIC,
  MAX_HEADER_BYTES,
  PREAMBLE_BYTES,
  type Section,
} from './layout.js';
import { assertLittleEndian } from './littleEndian.js';

/**
 * The bundle in `file`, as views on its memory: nothing is copied when the bytes are 4-aligned, as those of a
 * file read in one go are. `file` must not be changed afterwards.
 * @param expectedSha256 content address that the bytes must have
 * @throws DataError BUNDLE_INVALID with the reason, whatever the bytes are
 */
export function decodeBundle(file: Uint8Array, expectedSha256?: string): Bundle {
  assertLittleEndian();
  const sha256 = contentAddress(file);
  if (expectedSha256 !== undefined && sha256 !== expectedSha256) {
    throw invalid(`its SHA-256 is ${sha256.slice(0, 12)}…, not ${expectedSha256.slice(0, 12)}…`);
  }
  const bytes = aligned(file);
  const { header, layout } = decodeHeader(bytes, bytes.byteLength);
  checkPadding(bytes, layout, header);
  const part = (name: Part) => readPart(bytes, header, layout, name);
  const parts = { train: part('train'), valid: part('valid'), test: part('test') };
  checkIds(bytes, header, layout);
  return { sha256, bytes: bytes.byteLength, header, ...parts };
}

/**
 * Header and layout from the first bytes of a file.
 * @param start at least the preamble and the header, which is refused over 1 MiB
 * @param fileBytes length of the whole file, which must be what the header's counts ask for
 * @throws DataError BUNDLE_INVALID
 */
export function decodeHeader(start: Uint8Array, fileBytes: number): { header: BundleHeader; layout: Layout } {
  if (start.byteLength < PREAMBLE_BYTES) throw invalid(`it ends after ${start.byteLength} bytes`);
  if (Buffer.from(start.buffer, start.byteOffset, 8).toString('latin1') !== MAGIC) {
    throw invalid('it does not begin with the magic of a bundle');
  }
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const version = view.getUint32(8, true);
  if (version !== FORMAT_VERSION)
    throw invalid(`its format is ${version}, this build reads ${FORMAT_VERSION}`);
  const length = view.getUint32(12, true);
  if (length > MAX_HEADER_BYTES) throw invalid(`its header claims ${length} bytes, over ${MAX_HEADER_BYTES}`);
  if (start.byteLength < PREAMBLE_BYTES + length) throw invalid('it ends within its header');
  const header = parseHeader(start.subarray(PREAMBLE_BYTES, PREAMBLE_BYTES + length));
  const layout = layOut(header, length);
  if (layout.bytes !== fileBytes) {
    throw invalid(`it has ${fileBytes} bytes, its header asks for ${layout.bytes}`);
  }
  return { header, layout };
}

/**
 * The source's own ids, where they were not integers already.
 * @throws DataError BUNDLE_INVALID
 */
export function decodeIds(file: Uint8Array): BundleIds {
  const { header, layout } = decodeHeader(file, file.byteLength);
  checkIds(file, header, layout);
  const read = (section: Section | null) =>
    section === null ? null : (JSON.parse(new TextDecoder().decode(sectionBytes(file, section))) as string[]);
  return { users: read(layout.userIds), items: read(layout.itemIds) };
}

function parseHeader(json: Uint8Array): BundleHeader {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (cause) {
    throw invalid('its header cannot be read', cause);
  }
  if (!isHeader(header)) throw invalid('its header cannot be read');
  if (Buffer.compare(encodeHeader(header), json) !== 0) throw invalid('its header is not in canonical form');
  return header;
}

function readPart(file: Uint8Array, header: BundleHeader, layout: Layout, part: Part): Csr {
  const sections = layout.parts[part];
  const words = (section: Section) =>
    new Uint32Array(file.buffer, file.byteOffset + section.offset, section.bytes / 4);
  const flags = sections.truePositive;
  const csr: Csr = {
    rowStarts: words(sections.rowStarts),
    items: words(sections.items),
    truePositive: flags && file.subarray(flags.offset, flags.offset + flags.bytes),
  };
  checkRows(part, csr, header.items);
  if (csr.truePositive) checkFlags(part, csr.truePositive, header.parts[part].falsePositives);
  return csr;
}

function checkRows(part: Part, { rowStarts, items }: Csr, itemCount: number): void {
  const users = rowStarts.length - 1;
  if (rowStarts[0] !== 0 || rowStarts[users] !== items.length) {
    throw invalid(`the rows of ${part} do not cover its ${items.length} interactions`);
  }
  let start = 0;
  for (let user = 0; user < users; user++) {
    const end = rowStarts[user + 1] as number;
    if (end < start || end > items.length) throw invalid(`${part} has a row that ends before it begins`);
    let last = -1;
    for (let at = start; at < end; at++) {
      const item = items[at] as number;
      if (item <= last) throw invalid(`the items of user ${user} in ${part} do not ascend`);
      last = item;
    }
    if (last >= itemCount) throw invalid(`${part} names item ${last}, there are ${itemCount}`);
    start = end;
  }
}

function checkFlags(part: Part, flags: Uint8Array, stated: number | null): void {
  let truePositives = 0;
  for (const flag of flags) {
    if (flag > 1) throw invalid(`${part} has a flag ${flag}, neither 0 nor 1`);
    truePositives += flag;
  }
  if (flags.length - truePositives !== stated) {
    throw invalid(`${part} has ${flags.length - truePositives} false positives, its header says ${stated}`);
  }
}

/** Checked without making the strings, which no engine needs: of 3 million ids they take 300 MB. */
function checkIds(file: Uint8Array, header: BundleHeader, layout: Layout): void {
  const check = (section: Section | null, most: number, what: string) => {
    if (section === null) return;
    const list = sectionBytes(file, section);
    const count = isUtf8(list) ? countIds(list) : null;
    if (count === null) throw invalid(`its list of ${what} ids cannot be read`);
    if (count > most) throw invalid(`it has ${count} ${what} ids for ${most} ${what}s`);
  };
  check(layout.userIds, header.users, 'user');
  check(layout.itemIds, header.items, 'item');
}

function sectionBytes(file: Uint8Array, { offset, bytes }: Section): Uint8Array {
  return file.subarray(offset, offset + bytes);
}

/** Padding is zero: bytes that mean nothing must not make another content address. */
function checkPadding(file: Uint8Array, layout: Layout, header: BundleHeader): void {
  let end = PREAMBLE_BYTES + encodeHeader(header).byteLength;
  for (const section of sectionsInOrder(layout)) {
    if (file.subarray(end, section.offset).some((byte) => byte !== 0))
      throw invalid('its padding is not zero');
    end = section.offset + section.bytes;
  }
}

function sectionsInOrder(layout: Layout): Section[] {
  const ofParts = PARTS.flatMap((part) => {
    const { rowStarts, items, truePositive } = layout.parts[part];
    return [rowStarts, items, truePositive];
  });
  return [...ofParts, layout.userIds, layout.itemIds].filter((section) => section !== null);
}

/** Views of 32-bit words need a start that is a multiple of 4; a slice of a bigger buffer may not have it. */
function aligned(file: Uint8Array): Uint8Array {
  return file.byteOffset % Uint32Array.BYTES_PER_ELEMENT === 0 ? file : new Uint8Array(file);
}

function invalid(reason: string, cause?: unknown): DataError {
  return new DataError('BUNDLE_INVALID', `not a whole bundle: ${reason}`, { cause });
}
