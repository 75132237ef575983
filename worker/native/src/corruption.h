// Owns which history items a CDAE step sees: a pure function of (seed, step), like the samples themselves.
//
// The pair at position n of the training part's arrays is kept in step t if the first word of draw (index n, block 0,
// round t, stream kCorruption), as a number in (0, 1], is above the corruption.
#pragma once
#include <cstdint>
#include <vector>

#include "dataset.h"
#include "samples.h"
#include "thread_pool.h"

namespace adt {

class Corruption {
 public:
  Corruption(const Csr& train, uint32_t seed, double share)
      : train_(train), seed_(seed), share_(static_cast<float>(share)) {}

  // Fills the inputs of the batch's users.
  void draw(uint32_t step, Samples& batch, ThreadPool& pool);
  // Gives its memory back; the next draw takes it again.
  void release() {
    for (auto* array : {&kept_, &fullStarts_}) std::vector<uint32_t>().swap(*array);
  }

 private:
  Csr train_;
  uint32_t seed_;
  float share_;
  std::vector<uint32_t> kept_, fullStarts_;
};

}  // namespace adt
