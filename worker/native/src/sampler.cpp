// Draws batches; the definition is in sampler.h.
#include "sampler.h"

namespace adt {

Sampler::Sampler(const Csr& part, const Csr& train, uint32_t items, uint32_t negatives, uint32_t seed,
                 Stream order, Stream negative)
    : part_(part),
      train_(train),
      items_(items),
      group_(1 + negatives),
      seed_(seed),
      samples_(part.pairs() * (1 + negatives)),
      orderStream_(order),
      negativeStream_(negative),
      userOfPair_(part.pairs()) {
  for (uint32_t user = 0; user < part.users; ++user)
    for (uint32_t pair = part.rowStarts[user]; pair < part.rowStarts[user + 1]; ++pair) userOfPair_[pair] = user;
}

void Sampler::draw(const Permutation& order, uint32_t round, uint32_t from, uint32_t count, Samples& out,
                   size_t at) const {
  // Three passes, so that the cache misses of one pass overlap: number, user, item.
  uint32_t* number = out.items.data() + at;
  for (uint32_t i = 0; i < count; ++i) number[i] = order.at(from + i);
  for (uint32_t i = 0; i < count; ++i) out.users[at + i] = userOfPair_[number[i] / group_];
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t sample = number[i];
    const bool positive = sample % group_ == 0;
    out.sign[at + i] = positive ? -1.0f : 1.0f;
    out.items[at + i] =
        positive ? part_.items[sample / group_] : negativeItem(out.users[at + i], sample, round);
  }
}

uint32_t Sampler::negativeItem(uint32_t user, uint32_t sample, uint32_t round) const {
  const uint32_t known = train_.count(user);
  const uint32_t r = uniformBelow(items_ - known, seed_, sample, round, negativeStream_);
  return nthMissing(train_.begin(user), known, r);
}

uint32_t nthMissing(const uint32_t* list, uint32_t length, uint32_t r) {
  uint32_t low = 0, high = length;  // list[c] - c items are missing before list[c], and that never falls with c
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    if (list[middle] - middle > r)
      high = middle;
    else
      low = middle + 1;
  }
  return r + low;
}

}  // namespace adt
