/** Writes a bundle: the same content gives the same bytes, and so the same content address. */
import { createHash } from 'node:crypto';
import { type BundleHeader, type Csr, PARTS, type Part, type PartStats } from './bundle.js';
import { encodeIdList } from './idList.js';
import { FORMAT_VERSION, type Layout, layOut, MAGIC, PREAMBLE_BYTES, type Section } from './layout.js';
import { assertLittleEndian } from './littleEndian.js';

/** What goes into a bundle; counts are taken from the arrays. */
export type BundleContent = {
  name: string;
  users: number;
  items: number;
  fpRule: string;
  source: string;
  /** The source's own ids, as strings or as encodeIdList gives them; null where they are the numbers. */
  ids: Record<'users' | 'items', readonly string[] | Uint8Array | null>;
} & Record<Part, Csr>;

/**
 * The file's bytes. No time stamp and no machine goes in.
 * The arrays must be well formed (see Csr); `decodeBundle` is what checks them.
 */
export function encodeBundle(content: BundleContent): Uint8Array {
  assertLittleEndian();
  const ids = { users: encodeIds(content.ids.users), items: encodeIds(content.ids.items) };
  const header = encodeHeader(headerOf(content, ids));
  const layout = layOut(headerOf(content, ids), header.byteLength);
  const file = new Uint8Array(layout.bytes);
  writePreamble(file, header);
  for (const part of PARTS) writePart(file, layout.parts[part], content[part]);
  if (layout.userIds && ids.users) file.set(ids.users, layout.userIds.offset);
  if (layout.itemIds && ids.items) file.set(ids.items, layout.itemIds.offset);
  return file;
}

/** The header's JSON with its keys in one fixed order: a bundle has exactly one encoding. */
export function encodeHeader(header: BundleHeader): Uint8Array {
  const stats = ({ interactions, falsePositives }: PartStats) => ({ interactions, falsePositives });
  const { parts, idBytes } = header;
  const canonical: BundleHeader = {
    format: FORMAT_VERSION,
    name: header.name,
    users: header.users,
    items: header.items,
    parts: { train: stats(parts.train), valid: stats(parts.valid), test: stats(parts.test) },
    fpRule: header.fpRule,
    source: header.source,
    idBytes: { users: idBytes.users, items: idBytes.items },
  };
  return new TextEncoder().encode(JSON.stringify(canonical));
}

/** Content address of a bundle file: SHA-256 in hex. */
export function contentAddress(file: Uint8Array): string {
  return createHash('sha256').update(file).digest('hex');
}

function headerOf(
  content: BundleContent,
  ids: { users: Uint8Array | null; items: Uint8Array | null },
): BundleHeader {
  return {
    format: FORMAT_VERSION,
    name: content.name,
    users: content.users,
    items: content.items,
    parts: { train: statsOf(content.train), valid: statsOf(content.valid), test: statsOf(content.test) },
    fpRule: content.fpRule,
    source: content.source,
    idBytes: { users: ids.users?.byteLength ?? null, items: ids.items?.byteLength ?? null },
  };
}

function statsOf(csr: Csr): PartStats {
  if (csr.truePositive === null) return { interactions: csr.items.length, falsePositives: null };
  let falsePositives = 0;
  for (const flag of csr.truePositive) falsePositives += 1 - flag;
  return { interactions: csr.items.length, falsePositives };
}

function encodeIds(ids: readonly string[] | Uint8Array | null): Uint8Array | null {
  if (ids === null || ids instanceof Uint8Array) return ids;
  return encodeIdList(ids.length, (id) => Buffer.from(ids[id] as string));
}

function writePreamble(file: Uint8Array, header: Uint8Array): void {
  const view = new DataView(file.buffer);
  file.set(new TextEncoder().encode(MAGIC), 0);
  view.setUint32(8, FORMAT_VERSION, true);
  view.setUint32(12, header.byteLength, true);
  file.set(header, PREAMBLE_BYTES);
}

function writePart(file: Uint8Array, sections: Layout['parts'][Part], csr: Csr): void {
  const write = (section: Section, array: Uint32Array | Uint8Array) =>
    file.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), section.offset);
  write(sections.rowStarts, csr.rowStarts);
  write(sections.items, csr.items);
  if (sections.truePositive && csr.truePositive) write(sections.truePositive, csr.truePositive);
}
