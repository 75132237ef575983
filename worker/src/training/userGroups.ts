/** Users by how much they have done: four groups of equal interactions, as in Fig. 6 of the paper. */
import type { Csr } from '../data/bundle.js';
import type { UserRanking } from '../engines/engine.js';

export const GROUPS = 4;

/**
 * The group of each user, 0 to 3, (users). In ascending order of training interactions, ties by id, a user is in the
 * quarter of all interactions that those before him have filled: group 0 holds the many who have done least.
 */
export function userGroups({ rowStarts, items }: Csr): Uint8Array {
  const users = rowStarts.length - 1;
  const count = (user: number) => (rowStarts[user + 1] as number) - (rowStarts[user] as number);
  const order = Uint32Array.from({ length: users }, (_, user) => user).sort(
    (a, b) => count(a) - count(b) || a - b,
  );
  const groups = new Uint8Array(users);
  let before = 0;
  for (const user of order) {
    groups[user] = Math.min(GROUPS - 1, Math.floor((GROUPS * before) / items.length));
    before += count(user);
  }
  return groups;
}

/** Means by group, `test/recall@50/g1` to `/g4`; a group without ranked users has none. */
export function groupMetrics(
  { users, recall, ndcg }: UserRanking,
  groups: Uint8Array,
  { part, topk }: { part: string; topk: readonly number[] },
): Record<string, number> {
  const sizes = new Array<number>(GROUPS).fill(0);
  const sums: Record<string, number> = {};
  for (const [n, user] of users.entries()) {
    const group = groups[user] as number;
    sizes[group] = (sizes[group] as number) + 1;
    for (const [at, k] of topk.entries()) {
      for (const [measure, values] of Object.entries({ recall, ndcg })) {
        const name = `${part}/${measure}@${k}/g${group + 1}`;
        sums[name] = (sums[name] ?? 0) + (values[n * topk.length + at] as number);
      }
    }
  }
  return Object.fromEntries(
    Object.entries(sums)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, sum]) => [name, sum / (sizes[Number(name.at(-1)) - 1] as number)]),
  );
}
