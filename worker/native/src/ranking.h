// Owns full-ranking evaluation: Recall@K and NDCG@K of every user with truth, against all items he may be shown.
#pragma once
#include <cstdint>
#include <vector>

#include "dataset.h"
#include "model.h"
#include "thread_pool.h"

namespace adt {

struct RankingResult {
  std::vector<double> recall, ndcg;  // by K
  uint32_t users = 0;
};

// Ranks by logit, ties to the smaller item id; items that a user has in any of `masks` never rank.
// Recall@K = hits / |truth|; NDCG@K = DCG / (ideal DCG of min(K, |truth|) hits), discount 1 / log2(rank + 1).
// Means over the users with truth, added in user order.
RankingResult rank(Model& model, ThreadPool& pool, uint32_t items, const Csr& truth, const std::vector<Csr>& masks,
                   const std::vector<uint32_t>& topk);

}  // namespace adt
