// Draws batches; the definition is in sampler.h.
#include "sampler.h"

namespace adt {

Sampler::Sampler(const Csr& part, const Csr& train, uint32_t items, uint32_t negatives, uint32_t seed,
                 Stream order, Stream negative, bool falseIsNegative)
    : part_(part),
      train_(train),
      items_(items),
      group_(1 + negatives),
      seed_(seed),
      samples_(part.pairs() * (1 + negatives)),
      orderStream_(order),
      negativeStream_(negative),
      falseSign_(falseIsNegative ? 1.0f : -1.0f),
      userOfPair_(part.pairs()) {
  for (uint32_t user = 0; user < part.users; ++user)
    for (uint32_t pair = part.rowStarts[user]; pair < part.rowStarts[user + 1]; ++pair) userOfPair_[pair] = user;
}

void Sampler::draw(const Permutation& order, uint32_t round, uint32_t from, uint32_t count, Samples& out,
                   size_t at) const {
  // In passes, so that the cache misses of a pass overlap: number, user, where his items lie, item.
  uint32_t* users = out.users.data() + at;
  uint32_t* items = out.items.data() + at;  // the sample's number until the last pass
  order.fill(from, count, items);
  for (uint32_t i = 0; i < count; ++i) {
    users[i] = userOfPair_[items[i] / group_];
    __builtin_prefetch(train_.rowStarts + users[i]);
  }
  for (uint32_t i = 0; i < count; ++i) {
    const bool positive = items[i] % group_ == 0;
    __builtin_prefetch(positive ? part_.items + items[i] / group_
                                : train_.begin(users[i]) + train_.count(users[i]) / 2);
    if (positive && part_.truePositive) __builtin_prefetch(part_.truePositive + items[i] / group_);
  }
  for (uint32_t i = 0; i < count; ++i) {
    const bool positive = items[i] % group_ == 0;
    const bool isFalse = positive && part_.truePositive && part_.truePositive[items[i] / group_] == 0;
    out.kind[at + i] = isFalse ? Samples::kFalsePositive : static_cast<Samples::Kind>(positive);
    out.sign[at + i] = isFalse ? falseSign_ : positive ? -1.0f : 1.0f;
    items[i] = positive ? part_.items[items[i] / group_] : negativeItem(users[i], items[i], round);
  }
}

uint32_t Sampler::negativeItem(uint32_t user, uint32_t sample, uint32_t round) const {
  const uint32_t known = train_.count(user);
  const uint32_t r = uniformBelow(items_ - known, seed_, sample, round, negativeStream_);
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
