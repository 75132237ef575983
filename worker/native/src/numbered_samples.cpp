// Computes samples from their numbers.
#include "numbered_samples.h"

#include <algorithm>

namespace adt {

NumberedSamples::NumberedSamples(const Csr& part, const Csr& train, uint32_t items, uint32_t negatives, uint32_t seed,
                                 Stream order, Stream negative, bool falseIsNegative)
    : part_(part),
      train_(train),
      items_(items),
      group_(1 + negatives),
      seed_(seed),
      samples_(part.pairs() * (1 + negatives)),
      orderStream_(order),
      negativeStream_(negative),
      sign_{1.0f, -1.0f, falseIsNegative ? 1.0f : -1.0f} {
  if (!part.truePositive) return;
  isFalse_.resize((size_t{part.pairs()} + 31) / 32);
  for (uint32_t pair = 0; pair < part.pairs(); ++pair)
    if (part.truePositive[pair] == 0) isFalse_[pair / 32] |= 1u << pair % 32;
}

void NumberedSamples::inOrder(uint32_t round, uint32_t from, uint32_t count, uint32_t* users, uint32_t* items) const {
  const uint32_t* starts = part_.rowStarts;
  uint32_t pair = from / group_, within = from % group_;
  uint32_t user = static_cast<uint32_t>(std::upper_bound(starts, starts + part_.users + 1, pair) - starts) - 1;
  for (uint32_t n = 0; n < count; ++n) {
    while (starts[user + 1] <= pair) ++user;
    users[n] = user;
    items[n] = within == 0 ? part_.items[pair] : negativeItem(user, from + n, round);
    if (++within == group_) within = 0, ++pair;
  }
}

uint32_t NumberedSamples::negativeItem(uint32_t user, uint32_t number, uint32_t round) const {
  const uint32_t known = train_.count(user);
  const uint32_t r = uniformBelow(items_ - known, seed_, number, round, negativeStream_);
  return nthMissing(train_.begin(user), known, r);
}

uint32_t nthMissing(const uint32_t* list, uint32_t length, uint32_t r) {
  // list[c] - c items are missing before list[c], and that never falls with c: find how many of these are <= r.
  uint32_t low = 0;
  for (uint32_t rest = length; rest > 0;) {  // no branch on the data: it could not be predicted
    const uint32_t half = (rest + 1) / 2;
    const uint32_t middle = low + half - 1;
    low += list[middle] - middle <= r ? half : 0;
    rest -= half;
  }
  return r + low;
}

}  // namespace adt
