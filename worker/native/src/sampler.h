// Owns which samples a batch holds: a pure function of (seed, round, position), without any state to carry.
//
// A round of a part with N pairs and n negatives a pair has N * (1 + n) samples. The sample at `position` of
// round r is number x = Permutation(r)(position): pair x / (1 + n) in the order of the part's CSR arrays;
// x % (1 + n) = 0 is the positive itself, every other value a negative of that pair's user. A negative is the
// d-th item (ascending) that the user has no *training* pair with, d = uniformBelow(I - his training items)
// drawn at (index x, round r). So nothing is ever rejected for being a positive. With flags, and where false positives
// are to be taken for negatives (NR), they are positives in all of this but their sign.
#pragma once
#include <cstdint>
#include <vector>

#include "dataset.h"
#include "kernels.h"
#include "rng.h"
#include "samples.h"

namespace adt {

class Sampler {
 public:
  // `round` is the epoch, from 0, for the training part; the step for the validation part.
  Sampler(const Csr& part, const Csr& train, uint32_t items, uint32_t negatives, uint32_t seed, Stream order,
          Stream negative, bool falseIsNegative);

  // At most 2^32 - 1, which the caller has checked.
  uint32_t samplesPerRound() const { return samples_; }

  PermutationView order(uint32_t round) const { return permutationOf(samples_, seed_, round, orderStream_); }

  // Writes the samples at positions [from, from + count) of the round to out[at ..].
  void draw(const Kernels& kernels, const PermutationView& order, uint32_t round, uint32_t from, uint32_t count,
            Samples& out, size_t at) const;

 private:
  uint32_t negativeItem(uint32_t user, uint32_t sample, uint32_t round) const;

  Csr part_, train_;
  uint32_t items_, group_, seed_, samples_;
  Stream orderStream_, negativeStream_;
  float positiveSign_[2];  // of true positives, of false ones
  // Of every stride-th pair, a power of two that grows with the pairs a user has: one step is all it mostly takes to
  // the user of those between. A table of all pairs was two thirds of the bundle again on Amazon-book.
  static constexpr uint32_t kMostStride = 16;
  uint32_t stride_, strideShift_ = 0;
  std::vector<uint32_t> userOfPair_;
  std::vector<uint32_t> isFalse_;  // a bit a pair; empty where nothing is known
};

// The r-th item, from 0, that is not in the ascending list.
uint32_t nthMissing(const uint32_t* list, uint32_t length, uint32_t r);

}  // namespace adt
