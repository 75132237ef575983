// Owns the K best items of one user while items stream by, in any order.
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace adt {

struct Scored {
  float score;
  uint32_t item;
  // Better first: larger score, then smaller id.
  bool operator<(const Scored& other) const {
    return score > other.score || (score == other.score && item < other.item);
  }
};

// A small K is kept in order, which makes the threshold exact. For a large one what beats the threshold is collected
// and cut back to K when twice as much has come together: a push costs O(1) on average, where a heap costs O(log K).
// CPU time of ranking 34,229 users of Adressa, always cutting and always in order: K 20 0.32 and 0.27 s, 50 0.56 and
// 0.45, 100 0.82 and 0.80, 200 1.3 and 1.8.
class TopK {
 public:
  void start(uint32_t k) {
    k_ = k;
    found_.clear();
    found_.reserve(2 * k + kSlack);
    worst_ = {-std::numeric_limits<float>::infinity(), 0};
  }

  // Scores below it are not among the best.
  float threshold() const { return worst_.score; }
  // Whether the item can be among the best, as far as is known.
  bool takes(float score, uint32_t item) const { return Scored{score, item} < worst_; }

  // Of an item that it takes.
  void add(float score, uint32_t item) {
    const Scored scored{score, item};
    if (k_ > kMostSorted) {
      found_.push_back(scored);
      if (found_.size() == 2 * k_ + kSlack) cut();
      return;
    }
    // In order: the few that are worse make room, and the worst goes.
    if (found_.size() < k_) found_.push_back(scored);
    size_t at = found_.size() - 1;
    for (; at > 0 && scored < found_[at - 1]; --at) found_[at] = found_[at - 1];
    found_[at] = scored;
    if (found_.size() == k_) worst_ = found_.back();
  }

  // The best, at most K, in order.
  const std::vector<Scored>& finish() {
    if (found_.size() > k_) cut();
    std::sort(found_.begin(), found_.end());
    return found_;
  }

 private:
  static constexpr uint32_t kSlack = 16, kMostSorted = 64;

  void cut() {
    std::nth_element(found_.begin(), found_.begin() + (k_ - 1), found_.end());
    found_.resize(k_);
    worst_ = found_[k_ - 1];
  }

  uint32_t k_ = 0;
  Scored worst_{};  // of the K best so far; of a large K, of the last cut
  std::vector<Scored> found_;
};

}  // namespace adt
