// Owns the grouping of a batch by row: which samples belong to each distinct user or item, in sample order.
#pragma once
#include <cstdint>
#include <vector>

#include "kernels.h"

namespace adt {

class Groups {
 public:
  void reserve(uint32_t samples);

  // Stable radix sort of the rows; `rows` is how many the table has.
  void build(const uint32_t* rowOfSample, uint32_t samples, uint32_t rows);

  uint32_t count() const { return count_; }
  const uint32_t* groupOfSample() const { return groupOfSample_.data(); }
  GroupsView view() const { return {ids_.data(), starts_.data(), order_.data()}; }

 private:
  uint32_t count_ = 0;
  std::vector<uint32_t> ids_, starts_, groupOfSample_, order_;
};

}  // namespace adt
