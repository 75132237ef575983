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

// Collects what beats the threshold and cuts back to K when twice as much has come together: a push costs O(1)
// on average, where a heap costs O(log K).
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

  void add(float score, uint32_t item) {
    found_.push_back({score, item});
    if (found_.size() == 2 * k_ + kSlack) cut();
  }

  // The best, at most K, in order.
  const std::vector<Scored>& finish() {
    if (found_.size() > k_) cut();
    std::sort(found_.begin(), found_.end());
    return found_;
  }

 private:
  static constexpr uint32_t kSlack = 16;

  void cut() {
    std::nth_element(found_.begin(), found_.begin() + (k_ - 1), found_.end());
    found_.resize(k_);
    worst_ = found_[k_ - 1];
  }

  uint32_t k_ = 0;
  Scored worst_{};  // of the K best of the last cut
  std::vector<Scored> found_;
};

}  // namespace adt
