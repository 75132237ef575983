// Ranks users in blocks; never a full matrix of scores.
#include "ranking.h"

#include <algorithm>

#include "exact_math.h"
#include "top_k.h"

namespace adt {
namespace {

struct Block {
  std::unique_ptr<Scorer> scorer;
  std::vector<uint32_t> ids;
  float thresholds[Scorer::kUsers];
  TopK best[Scorer::kUsers];
  const Csr* masks;
  size_t maskCount;
  uint32_t items;
};

bool contains(const Csr& part, uint32_t user, uint32_t item) {
  return std::binary_search(part.begin(user), part.end(user), item);
}

float offer(void* context, uint32_t user, uint32_t firstItem, const float* scores) {
  Block& block = *static_cast<Block*>(context);
  TopK& best = block.best[user];
  const uint32_t last = std::min(firstItem + kLanes, block.items);
  for (uint32_t item = firstItem; item < last; ++item) {
    const float score = scores[item - firstItem];
    if (!(score > best.threshold())) continue;
    bool masked = false;
    for (size_t n = 0; n < block.maskCount && !masked; ++n) masked = contains(block.masks[n], block.ids[user], item);
    if (!masked) best.add(score, item);
  }
  return best.threshold();
}

void scoreBlock(uint32_t most, Block& block) {
  const uint32_t users = static_cast<uint32_t>(block.ids.size());
  for (uint32_t n = 0; n < users; ++n) {
    block.best[n].start(most);
    block.thresholds[n] = block.best[n].threshold();
  }
  block.scorer->rank(block.ids.data(), users, block.thresholds, offer, &block);
}

// One user's recall and ndcg at each K, (topk) both.
void measureUser(const std::vector<Scored>& best, const Csr& truth, uint32_t user, const std::vector<uint32_t>& topk,
                 const std::vector<double>& discount, const std::vector<double>& ideal, double* recall,
                 double* ndcg) {
  const uint32_t relevant = truth.count(user);
  uint32_t hits = 0, rank = 0;
  double dcg = 0.0;
  for (size_t n = 0; n < topk.size(); ++n) {
    for (; rank < topk[n] && rank < best.size(); ++rank) {
      if (!contains(truth, user, best[rank].item)) continue;
      ++hits;
      dcg += discount[rank];
    }
    recall[n] = static_cast<double>(hits) / relevant;
    ndcg[n] = dcg / ideal[std::min(topk[n], relevant)];
  }
}

// (users, topk) to (topk).
std::vector<double> meanOf(const std::vector<double>& values, size_t users, size_t columns) {
  std::vector<double> mean(columns);
  for (size_t n = 0; n < values.size(); ++n) mean[n % columns] += values[n];
  for (size_t n = 0; n < columns && users > 0; ++n) mean[n] /= static_cast<double>(users);
  return mean;
}

}  // namespace

RankingResult rank(Model& model, ThreadPool& pool, const RankingQuestion& question) {
  constexpr uint32_t kUsers = Scorer::kUsers;
  const Csr& truth = question.truth;
  const std::vector<uint32_t>& topk = question.topk;
  const uint32_t most = topk.back();
  std::vector<double> discount, ideal{0.0};
  for (uint32_t r = 0; r < most; ++r) {
    discount.push_back(logExact(2.0) / logExact(r + 2.0));
    ideal.push_back(ideal.back() + discount.back());
  }
  RankingResult result;
  std::vector<uint32_t>& users = result.users;
  for (uint32_t user : question.users)
    if (truth.count(user) > 0) users.push_back(user);
  result.userRecall.resize(users.size() * topk.size());
  result.userNdcg.resize(users.size() * topk.size());

  model.prepareForRanking();
  std::vector<Block> blocks(pool.threads());
  for (Block& block : blocks) {
    block.scorer = model.scorer();
    block.masks = question.masks.data();
    block.maskCount = question.masks.size();
    block.items = question.items;
  }
  pool.run(static_cast<uint32_t>((users.size() + kUsers - 1) / kUsers), [&](uint32_t at, unsigned thread) {
    Block& block = blocks[thread];
    const size_t from = size_t{at} * kUsers;
    block.ids.assign(users.begin() + from, users.begin() + std::min(from + kUsers, users.size()));
    scoreBlock(most, block);
    for (size_t n = 0; n < block.ids.size(); ++n)
      measureUser(block.best[n].finish(), truth, block.ids[n], topk, discount, ideal,
                  &result.userRecall[(from + n) * topk.size()], &result.userNdcg[(from + n) * topk.size()]);
  });
  result.recall = meanOf(result.userRecall, users.size(), topk.size());
  result.ndcg = meanOf(result.userNdcg, users.size(), topk.size());
  return result;
}

}  // namespace adt
