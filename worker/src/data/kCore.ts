/** The k-core of a data set: what is left when users and items with fewer than k interactions are taken away for good. */
import type { Csr } from './bundle.js';
import type { TimedCsr } from './csr.js';

/** Users and items by their old numbers, ascending; their new numbers are their places in the lists. */
export type Core = TimedCsr & { users: Uint32Array; items: Uint32Array };

/**
 * Takes away a user or item with fewer than k interactions until none is left, each once: linear in the
 * interactions, where passes over all of them can take as many passes as there are users.
 */
export function kCore({ csr, times }: TimedCsr, itemCount: number, k: number): Core {
  const kept = peel(csr, itemCount, k);
  const users = numbersOf(kept.users);
  const items = numbersOf(kept.items);
  return { ...renumber({ csr, times }, kept, users, items), users, items };
}

type Kept = { users: Uint8Array; items: Uint8Array };

/** (U), (I): 1 for those in the core. */
function peel(csr: Csr, itemCount: number, k: number): Kept {
  const userCount = csr.rowStarts.length - 1;
  const byItem = transpose(csr, itemCount);
  const degrees = { users: degreesOf(csr.rowStarts), items: degreesOf(byItem.starts) };
  const kept = { users: new Uint8Array(userCount).fill(1), items: new Uint8Array(itemCount).fill(1) };
  // A user u waits as u, an item i as userCount + i.
  const waiting: number[] = [];
  const take = (node: number) => {
    const isUser = node < userCount;
    const index = isUser ? node : node - userCount;
    const degree = isUser ? degrees.users : degrees.items;
    const alive = isUser ? kept.users : kept.items;
    if (alive[index] === 0 || (degree[index] as number) >= k) return;
    alive[index] = 0;
    waiting.push(node);
  };
  for (let node = 0; node < userCount + itemCount; node++) take(node);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const isUser = node < userCount;
    const index = isUser ? node : node - userCount;
    const [starts, others] = isUser ? [csr.rowStarts, csr.items] : [byItem.starts, byItem.users];
    const left = isUser ? degrees.items : degrees.users;
    const end = starts[index + 1] as number;
    for (let at = starts[index] as number; at < end; at++) {
      const other = others[at] as number;
      left[other] = (left[other] as number) - 1;
      take(isUser ? userCount + other : other);
    }
  }
  return kept;
}

/** The users of each item. */
function transpose(csr: Csr, itemCount: number): { starts: Uint32Array; users: Uint32Array } {
  const starts = new Uint32Array(itemCount + 1);
  for (const item of csr.items) starts[item + 1] = (starts[item + 1] as number) + 1;
  for (let item = 0; item < itemCount; item++) {
    starts[item + 1] = (starts[item + 1] as number) + (starts[item] as number);
  }
  const next = starts.slice();
  const users = new Uint32Array(csr.items.length);
  for (let user = 0; user + 1 < csr.rowStarts.length; user++) {
    const end = csr.rowStarts[user + 1] as number;
    for (let at = csr.rowStarts[user] as number; at < end; at++) {
      const item = csr.items[at] as number;
      const slot = next[item] as number;
      users[slot] = user;
      next[item] = slot + 1;
    }
  }
  return { starts, users };
}

function degreesOf(starts: Uint32Array): Uint32Array {
  return Uint32Array.from({ length: starts.length - 1 }, (_, row) => {
    return (starts[row + 1] as number) - (starts[row] as number);
  });
}

function numbersOf(kept: Uint8Array): Uint32Array {
  const numbers = new Uint32Array(kept.reduce((sum, flag) => sum + flag, 0));
  let count = 0;
  for (let index = 0; index < kept.length; index++) if (kept[index] === 1) numbers[count++] = index;
  return numbers;
}

function renumber({ csr, times }: TimedCsr, kept: Kept, users: Uint32Array, items: Uint32Array): TimedCsr {
  const newItem = new Uint32Array(kept.items.length);
  items.forEach((old, number) => {
    newItem[old] = number;
  });
  const size = csr.items.length;
  const rowStarts = new Uint32Array(users.length + 1);
  const left = {
    items: new Uint32Array(size),
    flags: csr.truePositive && new Uint8Array(size),
    times: times && new Float64Array(size),
  };
  let count = 0;
  users.forEach((old, user) => {
    const end = csr.rowStarts[old + 1] as number;
    for (let at = csr.rowStarts[old] as number; at < end; at++) {
      const item = csr.items[at] as number;
      if (kept.items[item] === 0) continue;
      left.items[count] = newItem[item] as number;
      if (left.flags && csr.truePositive) left.flags[count] = csr.truePositive[at] as number;
      if (left.times && times) left.times[count] = times[at] as number;
      count++;
    }
    rowStarts[user + 1] = count;
  });
  const truePositive = left.flags?.slice(0, count) ?? null;
  return {
    csr: { rowStarts, items: left.items.slice(0, count), truePositive },
    times: left.times?.slice(0, count) ?? null,
  };
}
