// Owns full-ranking evaluation: Recall@K and NDCG@K of every user with truth, against all items he may be shown.
#pragma once
#include <cstdint>
#include <vector>

#include "dataset.h"
#include "model.h"
#include "thread_pool.h"

namespace adt {

struct RankingQuestion {
  uint32_t items;
  const Csr& truth;
  std::vector<Csr> masks;
  const std::vector<uint32_t>& topk;
  const std::vector<uint32_t>* users;  // ascending; those without truth are passed over; nullptr: everyone
};

struct RankingResult {
  std::vector<double> recall, ndcg;  // by K: means over the users ranked
  std::vector<uint32_t> users;       // who was ranked, ascending
  std::vector<double> userRecall, userNdcg;  // (users, topk)
};

// Ranks by logit, ties to the smaller item id; items that a user has in any of `masks` never rank.
// Recall@K = hits / |truth|; NDCG@K = DCG / (ideal DCG of min(K, |truth|) hits), discount 1 / log2(rank + 1).
// Means are added in user order.
RankingResult rank(Model& model, ThreadPool& pool, const RankingQuestion& question);

}  // namespace adt
