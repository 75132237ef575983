/** Recall and NDCG by their definition, without any cleverness: score, sort, cut. What rankings are held against. */
import type { Bundle } from '../data/bundle.js';
import type { Ranking } from './engine.js';
import { itemsOf } from './randomBundle.js';

/** @param score of a user and an item; ties go to the smaller item id */
export function rankByFullSort({
  bundle,
  score,
  part,
  topk,
}: {
  bundle: Bundle;
  score: (user: number, item: number) => number;
  part: 'valid' | 'test';
  topk: readonly number[];
}): Pick<Ranking, 'recall' | 'ndcg' | 'users'> {
  const total = { recall: topk.map(() => 0), ndcg: topk.map(() => 0), users: 0 };
  const gain = (rank: number) => 1 / Math.log2(rank + 2);
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  for (let user = 0; user < bundle.header.users; user += 1) {
    const truth = new Set(itemsOf(bundle[part], user));
    if (truth.size === 0) continue;
    total.users += 1;
    const masked = new Set([
      ...itemsOf(bundle.train, user),
      ...(part === 'test' ? itemsOf(bundle.valid, user) : []),
    ]);
    const ranked = Array.from({ length: bundle.header.items }, (_, item) => item)
      .filter((item) => !masked.has(item))
      .map((item) => ({ item, score: score(user, item) }))
      .sort((a, b) => b.score - a.score || a.item - b.item);
    for (const [at, k] of topk.entries()) {
      const hits = ranked.slice(0, k).map(({ item }): number => (truth.has(item) ? 1 : 0));
      const ideal = sum(Array.from({ length: Math.min(k, truth.size) }, (_, rank) => gain(rank)));
      total.recall[at] = (total.recall[at] as number) + sum(hits) / truth.size;
      total.ndcg[at] = (total.ndcg[at] as number) + sum(hits.map((hit, rank) => hit * gain(rank))) / ideal;
    }
  }
  const mean = (values: number[]) => values.map((value) => value / total.users);
  return { recall: mean(total.recall), ndcg: mean(total.ndcg), users: total.users };
}
