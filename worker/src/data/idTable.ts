/** Ids of a source, numbered from 0 in order of first appearance: bytes in an arena, found by open addressing. */
import { GrowableU32 } from './growable.js';

const FIRST_SLOTS = 1 << 12;
const FIRST_ARENA = 1 << 16;
/** Slots in use before their number is doubled. */
const MAX_LOAD = 0.6;

/**
 * No string is made for an id. 10 million look-ups of 2.5 million ids of 14 bytes, in random order: 6.6 s and 107 MB
 * here, 10.1 s and 482 MB with a `Map<string, number>` (one core). Hashes in an array of their own: 7.5 s.
 */
export class IdTable {
  /** The bytes of all ids, one after the other. */
  #arena = Buffer.allocUnsafe(FIRST_ARENA);
  /** Where each id ends in the arena; it begins where the one before ends. */
  readonly #ends = new GrowableU32();
  /**
   * (slots x 2): the number of an id + 1, 0 where the slot is free, and its hash, which tells most others apart
   * without a look at the arena. Side by side, for a look-up costs what it misses in the cache.
   */
  #slots = new Uint32Array(2 * FIRST_SLOTS);

  get count(): number {
    return this.#ends.length;
  }

  /** Number of the id in bytes[start .. end); it is a new one if it equals the count before the call. */
  number(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = (hash << 1) & mask;
    for (;;) {
      const held = slots[slot] as number;
      if (held === 0) return this.#add(bytes, start, end, hash, slot);
      if (slots[slot + 1] === hash && this.#equals(held - 1, bytes, start, end)) return held - 1;
      slot = (slot + 2) & mask;
    }
  }

  /** The bytes of an id; valid until the next one is added. */
  bytesOf(id: number): Uint8Array {
    return this.#arena.subarray(this.#startOf(id), this.#ends.at(id));
  }

  #startOf(id: number): number {
    return id === 0 ? 0 : this.#ends.at(id - 1);
  }

  #equals(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const arena = this.#arena;
    const from = this.#startOf(id);
    if (this.#ends.at(id) - from !== end - start) return false;
    for (let at = start; at < end; at++) if (arena[from + at - start] !== bytes[at]) return false;
    return true;
  }

  #add(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const from = this.#startOf(this.count);
    const to = from + end - start;
    if (to > this.#arena.length) this.#growArena(to);
    this.#arena.set(bytes.subarray(start, end), from);
    const id = this.count;
    this.#ends.push(to);
    this.#slots[slot] = id + 1;
    this.#slots[slot + 1] = hash;
    if (2 * this.count > MAX_LOAD * this.#slots.length) this.#growSlots();
    return id;
  }

  #growArena(least: number): void {
    const larger = Buffer.allocUnsafe(Math.max(least, 2 * this.#arena.length));
    larger.set(this.#arena);
    this.#arena = larger;
  }

  #growSlots(): void {
    const slots = this.#slots;
    const larger = new Uint32Array(2 * slots.length);
    const mask = larger.length - 1;
    for (let old = 0; old < slots.length; old += 2) {
      if (slots[old] === 0) continue;
      const hash = slots[old + 1] as number;
      let slot = (hash << 1) & mask;
      while (larger[slot] !== 0) slot = (slot + 2) & mask;
      larger[slot] = slots[old] as number;
      larger[slot + 1] = hash;
    }
    this.#slots = larger;
  }
}

/** FNV-1a, its bits mixed once more because only the low ones choose the slot. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  return (hash ^ (hash >>> 15)) >>> 0;
}
