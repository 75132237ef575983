// Owns the form of a batch.
#pragma once
#include <cstdint>
#include <vector>

#include "kernels.h"

namespace adt {

struct Samples {
  std::vector<uint32_t> users, items;
  std::vector<float> sign;  // -1: positive, +1: negative, so that CE = softplus(sign * logit); padded to kLanes

  void resize(size_t n) {
    users.resize(n);
    items.resize(n);
    sign.resize(padded(static_cast<uint32_t>(n)));
  }
  size_t size() const { return users.size(); }
};

}  // namespace adt
