// Owns what the samples of a round are by their numbers: a pure function of (seed, round, number).
//
// A round of a part with N pairs and n negatives a pair has N * (1 + n) samples. Number x is of pair x / (1 + n) in the
// order of the part's CSR arrays; x % (1 + n) = 0 is the positive itself, every other value a negative of that pair's
// user. A negative is the d-th item (ascending) that the user has no *training* pair with, d = uniformBelow(I - his
// training items) drawn at (index x, round). So nothing is ever rejected for being a positive. With flags, and where
// false positives are to be taken for negatives (NR), they are positives in all of this but their sign.
#pragma once
#include <cstdint>
#include <vector>

#include "dataset.h"
#include "kernels.h"
#include "rng.h"
#include "samples.h"

namespace adt {

class NumberedSamples {
 public:
  // `round` is the epoch, from 0, for the training part; the step for the validation part.
  NumberedSamples(const Csr& part, const Csr& train, uint32_t items, uint32_t negatives, uint32_t seed, Stream order,
                  Stream negative, bool falseIsNegative);

  // At most 2^32 - 1, which the caller has checked.
  uint32_t samplesPerRound() const { return samples_; }
  // Whose values are the numbers of the samples by their positions in the round.
  PermutationView order(uint32_t round) const { return permutationOf(samples_, seed_, round, orderStream_); }

  // Users and items of the numbers [from, from + count), which is in ascending order of users: lists and rows are read
  // from one end to the other, where at random most of the time goes into waiting for them.
  void inOrder(uint32_t round, uint32_t from, uint32_t count, uint32_t* users, uint32_t* items) const;

  Samples::Kind kindOf(uint32_t number) const {
    const uint32_t pair = number / group_;
    if (number % group_ != 0) return Samples::kNegative;
    return isFalse_.empty() || (isFalse_[pair / 32] >> pair % 32 & 1) == 0 ? Samples::kPositive
                                                                           : Samples::kFalsePositive;
  }
  float signOf(Samples::Kind kind) const { return sign_[kind]; }
  // The first number of a user who may have none.
  uint32_t firstOf(uint32_t user) const { return part_.rowStarts[user] * group_; }

 protected:
  uint32_t negativeItem(uint32_t user, uint32_t number, uint32_t round) const;

  Csr part_, train_;
  uint32_t items_, group_, seed_, samples_;
  Stream orderStream_, negativeStream_;
  float sign_[3];                  // by kind
  std::vector<uint32_t> isFalse_;  // a bit a pair; empty where nothing is known
};

// The r-th item, from 0, that is not in the ascending list.
uint32_t nthMissing(const uint32_t* list, uint32_t length, uint32_t r);

}  // namespace adt
