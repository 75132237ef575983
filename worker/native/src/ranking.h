// Owns full-ranking evaluation: Recall@K and NDCG@K of every user with truth, against all items he may be shown.
#pragma once
#include <cstdint>
#include <vector>

#include "dataset.h"
#include "gmf.h"
#include "thread_pool.h"

namespace adt {

struct RankingResult {
  std::vector<double> recall, ndcg;  // by K
  uint32_t users = 0;
};

// Ranks by logit, ties to the smaller item id; items that a user has in any of `masks` never rank.
// Recall@K = hits / |truth|; NDCG@K = DCG / (ideal DCG of min(K, |truth|) hits), discount 1 / log2(rank + 1).
// Means over the users with truth, added in user order. `panels` is working memory of (padded(items), width).
RankingResult rank(Gmf& model, ThreadPool& pool, const Csr& truth, const std::vector<Csr>& masks,
                   const std::vector<uint32_t>& topk, float* panels);

}  // namespace adt
