// Owns which samples a batch holds: a pure function of (seed, round, position), without any state to carry.
//
// The sample at `position` of a round r is number Permutation(r)(position) of it; numbered_samples.h says what it is.
#pragma once
#include "numbered_samples.h"

namespace adt {

class Sampler : public NumberedSamples {
 public:
  // As of NumberedSamples.
  Sampler(const Csr& part, const Csr& train, uint32_t items, uint32_t negatives, uint32_t seed, Stream order,
          Stream negative, bool falseIsNegative);

  // Writes the samples at positions [from, from + count) of the round to out[at ..].
  void draw(const Kernels& kernels, const PermutationView& order, uint32_t round, uint32_t from, uint32_t count,
            Samples& out, size_t at) const;

 private:
  // Of every stride-th pair, a power of two that grows with the pairs a user has: one step is all it mostly takes to
  // the user of those between. A table of all pairs was two thirds of the bundle again on Amazon-book.
  static constexpr uint32_t kMostStride = 16;
  uint32_t stride_ = 1, strideShift_ = 0;
  std::vector<uint32_t> userOfPair_;
};

}  // namespace adt
