// Owns the form of a batch.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "groups.h"
#include "kernels.h"

namespace adt {

// What CDAE's encoder reads: each user of the batch once, ascending; the items of users[k] are
// items[rowStarts[k] .. rowStarts[k + 1]), ascending.
struct Inputs {
  std::vector<uint32_t> users, rowStarts, items;
};

struct Samples {
  enum Kind : uint8_t { kNegative, kPositive, kFalsePositive };

  std::vector<uint32_t> users, items;
  std::vector<float> sign;  // -1: positive, +1: negative, so that CE = softplus(sign * logit); padded to kLanes
  // What it is, whatever its sign: NR labels a false positive as a negative. kPositive where nothing is known.
  std::vector<uint8_t> kind;
  Inputs inputs;  // CDAE only
  Groups byUser, byItem;  // of a batch that its model has arranged
  bool isArranged = false;

  void resize(size_t n) {
    isArranged = false;
    users.resize(n);
    items.resize(n);
    kind.resize(n);
    sign.resize(padded(static_cast<uint32_t>(n)));
  }
  size_t size() const { return users.size(); }
};

}  // namespace adt
