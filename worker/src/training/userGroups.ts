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
  const groups = new Uint8Array(users);
  let before = 0;
  for (const user of byActivity(rowStarts)) {
    groups[user] = Math.min(GROUPS - 1, Math.floor((GROUPS * before) / items.length));
    before += count(rowStarts, user);
  }
  return groups;
}

/** Users in ascending order of interactions, ties by id: a counting sort, which takes no more than its result. */
function byActivity(rowStarts: Uint32Array): Uint32Array {
  const users = rowStarts.length - 1;
  let most = 0;
  for (let user = 0; user < users; user += 1) most = Math.max(most, count(rowStarts, user));
  const next = new Uint32Array(most + 2);
  for (let user = 0; user < users; user += 1) bump(next, count(rowStarts, user) + 1);
  for (let n = 1; n < next.length; n += 1) next[n] = (next[n] as number) + (next[n - 1] as number);
  const order = new Uint32Array(users);
  for (let user = 0; user < users; user += 1) order[bump(next, count(rowStarts, user))] = user;
  return order;
}

/** @returns what the counter was */
function bump(counters: Uint32Array, at: number): number {
  const before = counters[at] as number;
  counters[at] = before + 1;
  return before;
}

function count(rowStarts: Uint32Array, user: number): number {
  return (rowStarts[user + 1] as number) - (rowStarts[user] as number);
}

/** Means by group, `test/recall@50/g1` to `/g4`; a group without ranked users has none. */
export function groupMetrics(
  { users, recall, ndcg }: UserRanking,
  groups: Uint8Array,
  { part, topk }: { part: string; topk: readonly number[] },
): Record<string, number> {
  const sizes = new Uint32Array(GROUPS);
  const sums = {
    recall: new Float64Array(GROUPS * topk.length),
    ndcg: new Float64Array(GROUPS * topk.length),
  };
  for (let n = 0; n < users.length; n += 1) {
    const group = groups[users[n] as number] as number;
    bump(sizes, group);
    for (let at = 0; at < topk.length; at += 1) {
      const [to, from] = [group * topk.length + at, n * topk.length + at];
      sums.recall[to] = (sums.recall[to] as number) + (recall[from] as number);
      sums.ndcg[to] = (sums.ndcg[to] as number) + (ndcg[from] as number);
    }
  }
  const metrics: [string, number][] = [];
  for (const [group, size] of sizes.entries()) {
    if (size === 0) continue;
    for (const [at, k] of topk.entries())
      for (const measure of ['recall', 'ndcg'] as const) {
        const sum = sums[measure][group * topk.length + at] as number;
        metrics.push([`${part}/${measure}@${k}/g${group + 1}`, sum / size]);
      }
  }
  return Object.fromEntries(metrics.sort(([a], [b]) => (a < b ? -1 : 1)));
}
