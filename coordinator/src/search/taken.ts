/** Which configurations a stratum had already: an index that stays cheap with tens of thousands of them. */
import type { Parameter } from './document.js';
import type { Assignment } from './grid.js';

export type Taken = { has(assignment: Assignment): boolean; add(assignment: Assignment): void };

/** Names would do too, but to spell 10,000 configurations costs 10 ms, to hash them 1 (one core of 2026). */
export function indexTaken(parameters: readonly Parameter[], assignments: readonly Assignment[]): Taken {
  const names = parameters.map(({ name }) => name);
  const bits = new Float64Array(1);
  const words = new Uint32Array(bits.buffer);
  const hashOf = (assignment: Assignment): number => {
    let hash = 0;
    for (const name of names) {
      // 0 has one spelling: -0 and 0 are equal, their bits are not.
      bits[0] = (assignment[name] ?? Number.NaN) + 0;
      hash = Math.imul(hash ^ (words[0] as number), 0x85ebca6b) ^ Math.imul(hash, 33);
      hash = Math.imul(hash ^ (hash >>> 15) ^ (words[1] as number), 0xc2b2ae35);
      hash ^= hash >>> 13;
    }
    return hash;
  };
  const equal = (a: Assignment, b: Assignment) => names.every((name) => a[name] === b[name]);
  // A hash that is taken moves on to the next number.
  const byHash = new Map<number, Assignment>();
  const add = (assignment: Assignment): void => {
    let hash = hashOf(assignment);
    while (byHash.has(hash)) hash = (hash + 1) | 0;
    byHash.set(hash, assignment);
  };
  assignments.forEach(add);
  return {
    add,
    has(assignment) {
      for (let hash = hashOf(assignment); ; hash = (hash + 1) | 0) {
        const known = byHash.get(hash);
        if (known === undefined) return false;
        if (equal(known, assignment)) return true;
      }
    },
  };
}
