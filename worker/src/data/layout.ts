/** Where each section of a bundle file lies: computed from the header's counts alone, never stored. */
import { type BundleHeader, PARTS, type Part } from './bundle.js';

/** First bytes of every bundle file. */
export const MAGIC = 'ADTBNDL\n';
export const FORMAT_VERSION = 1;
/** magic (8), version (u32), length of the JSON header in bytes (u32). */
export const PREAMBLE_BYTES = 16;
/** Sections begin at multiples of a cache line, so that vector loads never straddle one. */
export const ALIGNMENT = 64;
/** A header is a few hundred bytes; more is damage. */
export const MAX_HEADER_BYTES = 1 << 20;
/** More users or items than this are refused: a trial keeps three tables of that many rows in memory. */
export const MAX_IDS = 100_000_000;

export type Section = { offset: number; bytes: number };

export type Layout = {
  parts: Record<Part, { rowStarts: Section; items: Section; truePositive: Section | null }>;
  userIds: Section | null;
  itemIds: Section | null;
  /** Length of the file. */
  bytes: number;
};

/** @param headerBytes length of the header's JSON */
export function layOut(header: BundleHeader, headerBytes: number): Layout {
  let end = PREAMBLE_BYTES + headerBytes;
  const next = (bytes: number): Section => {
    const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    end = offset + bytes;
    return { offset, bytes };
  };
  const part = (name: Part) => {
    const { interactions, falsePositives } = header.parts[name];
    return {
      rowStarts: next(4 * (header.users + 1)),
      items: next(4 * interactions),
      truePositive: falsePositives === null ? null : next(interactions),
    };
  };
  const parts = { train: part(PARTS[0]), valid: part(PARTS[1]), test: part(PARTS[2]) };
  const ids = (bytes: number | null) => (bytes === null ? null : next(bytes));
  const userIds = ids(header.idBytes.users);
  const itemIds = ids(header.idBytes.items);
  return { parts, userIds, itemIds, bytes: end };
}
