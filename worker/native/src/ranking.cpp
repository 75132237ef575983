// Ranks users in blocks; never a full matrix of scores.
#include "ranking.h"

#include <algorithm>

#include "exact_math.h"
#include "top_k.h"

namespace adt {
namespace {

// At most Scorer::kUsers users, and the best of what they have been scored against so far.
struct Block {
  std::vector<uint32_t> ids;
  float thresholds[Scorer::kUsers];
  TopK best[Scorer::kUsers];
  const Csr* masks;
  size_t maskCount;
  uint32_t firstItem, items;  // scored now: [firstItem, firstItem + items), in this order; nullptr: ascending
  const uint32_t* order;
};

bool contains(const Csr& part, uint32_t user, uint32_t item) {
  return std::binary_search(part.begin(user), part.end(user), item);
}

float offer(void* context, uint32_t user, uint32_t first, const float* scores) {
  Block& block = *static_cast<Block*>(context);
  TopK& best = block.best[user];
  const uint32_t last = std::min(first + kLanes, block.items);
  for (uint32_t place = first; place < last; ++place) {
    const float score = scores[place - first];
    const uint32_t item = block.firstItem + (block.order ? block.order[place] : place);
    if (!best.takes(score, item)) continue;
    bool masked = false;
    for (size_t n = 0; n < block.maskCount && !masked; ++n) masked = contains(block.masks[n], block.ids[user], item);
    if (!masked) best.add(score, item);
  }
  return best.threshold();
}

void startBlock(const uint32_t* users, uint32_t count, const RankingQuestion& question, Block& block) {
  block.ids.assign(users, users + count);
  block.masks = question.masks.data();
  block.maskCount = question.masks.size();
  for (uint32_t n = 0; n < count; ++n) {
    block.best[n].start(question.topk.back());
    block.thresholds[n] = block.best[n].threshold();
  }
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
  std::vector<double> discount, ideal{0.0};
  for (uint32_t r = 0; r < topk.back(); ++r) {
    discount.push_back(logExact(2.0) / logExact(r + 2.0));
    ideal.push_back(ideal.back() + discount.back());
  }
  RankingResult result;
  std::vector<uint32_t>& users = result.users;
  const uint32_t asked = question.users ? static_cast<uint32_t>(question.users->size()) : truth.users;
  for (uint32_t n = 0; n < asked; ++n) {
    const uint32_t user = question.users ? (*question.users)[n] : n;
    if (truth.count(user) > 0) users.push_back(user);
  }
  result.userRecall.resize(users.size() * topk.size());
  result.userNdcg.resize(users.size() * topk.size());

  const uint32_t count = static_cast<uint32_t>(users.size());
  const auto measure = [&](Block& block, uint32_t from) {
    for (uint32_t n = 0; n < block.ids.size(); ++n)
      measureUser(block.best[n].finish(), truth, block.ids[n], topk, discount, ideal,
                  &result.userRecall[size_t{from + n} * topk.size()], &result.userNdcg[size_t{from + n} * topk.size()]);
  };
  std::vector<std::unique_ptr<Scorer>> scorers;
  for (unsigned thread = 0; thread < pool.threads(); ++thread) scorers.push_back(model.scorer());
  // Where all items are one block they are prepared once, and a thread needs one block of users at a time.
  const uint32_t itemsAtOnce = model.rankBlock();
  const bool isOne = itemsAtOnce >= question.items;
  std::vector<Block> blocks(isOne ? pool.threads() : std::min(chunksOf(count, kUsers), Model::kRankedUsers / kUsers));
  if (isOne && count > 0) model.prepareForRanking(0, question.items);
  for (uint32_t start = 0; start < count; start += Model::kRankedUsers) {
    const uint32_t most = std::min(Model::kRankedUsers, count - start);
    model.prepareUsers(users.data() + start, most);
    for (uint32_t item = 0; item < question.items; item += itemsAtOnce) {
      const uint32_t end = std::min(item + itemsAtOnce, question.items);
      if (!isOne) model.prepareForRanking(item, end);
      pool.run(chunksOf(most, kUsers), [&](uint32_t chunk, unsigned thread) {
        Block& block = blocks[isOne ? thread : chunk];
        const uint32_t at = start + chunk * kUsers;
        if (item == 0) startBlock(users.data() + at, std::min(kUsers, start + most - at), question, block);
        block.firstItem = item;
        block.items = end - item;
        block.order = model.rankOrder();
        scorers[thread]->rank(block.ids.data(), static_cast<uint32_t>(block.ids.size()), block.thresholds, offer,
                              &block);
        if (end == question.items) measure(block, at);
      });
    }
  }
  result.recall = meanOf(result.userRecall, users.size(), topk.size());
  result.ndcg = meanOf(result.userNdcg, users.size(), topk.size());
  return result;
}

}  // namespace adt
