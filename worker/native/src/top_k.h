// Owns the K best items of one user while items stream by in ascending order of id.
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
    threshold_ = -std::numeric_limits<float>::infinity();
  }

  // A later item must beat this; one that ties with it has the larger id and loses.
  float threshold() const { return threshold_; }

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
    threshold_ = found_[k_ - 1].score;
  }

  uint32_t k_ = 0;
  float threshold_ = 0.0f;
  std::vector<Scored> found_;
};

}  // namespace adt
