// Draws batches; the definition is in sampler.h.
#include "sampler.h"

namespace adt {
namespace {

// What a search in the list reads: all of a usual one, and where it begins in a long one.
void prefetchList(const uint32_t* list, uint32_t length) {
  constexpr uint32_t kMost = 128, kLine = 16;
  __builtin_prefetch(list + length / 2);
  for (uint32_t at = 0; at < length && at < kMost; at += kLine) __builtin_prefetch(list + at);
}

}  // namespace

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
      positiveSign_{-1.0f, falseIsNegative ? 1.0f : -1.0f},
      stride_(1) {
  while (stride_ < kMostStride && uint64_t{stride_} * 4 * part.users <= part.pairs()) stride_ *= 2;
  strideShift_ = static_cast<uint32_t>(__builtin_ctz(stride_));
  userOfPair_.resize((size_t{part.pairs()} + stride_ - 1) / stride_);
  if (part.truePositive) isFalse_.resize((size_t{part.pairs()} + 31) / 32);
  for (uint32_t user = 0; user < part.users; ++user)
    for (uint32_t pair = part.rowStarts[user]; pair < part.rowStarts[user + 1]; ++pair) {
      if (pair % stride_ == 0) userOfPair_[pair / stride_] = user;
      if (part.truePositive && part.truePositive[pair] == 0) isFalse_[pair / 32] |= 1u << pair % 32;
    }
}

void Sampler::draw(const Kernels& kernels, const PermutationView& order, uint32_t round, uint32_t from,
                   uint32_t count, Samples& out, size_t at) const {
  // In passes, so that the cache misses of a pass overlap: number, user, where his items lie, item.
  uint32_t* users = out.users.data() + at;
  uint32_t* items = out.items.data() + at;  // the sample's number until the last pass
  uint8_t* kind = out.kind.data() + at;     // whether its pair is false until the last pass
  kernels.permute(order, from, count, items);
  for (uint32_t i = 0; i < count; ++i) {
    users[i] = userOfPair_[(items[i] / group_) >> strideShift_];
    __builtin_prefetch(part_.rowStarts + users[i]);
  }
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t pair = items[i] / group_;
    while (part_.rowStarts[users[i] + 1] <= pair) ++users[i];
    kind[i] = isFalse_.empty() ? 0 : isFalse_[pair / 32] >> pair % 32 & 1;
    if (items[i] % group_ == 0)
      __builtin_prefetch(part_.items + pair);
    else
      prefetchList(train_.begin(users[i]), train_.count(users[i]));
  }
  for (uint32_t i = 0; i < count; ++i) {
    if (items[i] % group_ == 0) {
      out.sign[at + i] = positiveSign_[kind[i]];
      kind[i] += Samples::kPositive;
      items[i] = part_.items[items[i] / group_];
    } else {
      out.sign[at + i] = 1.0f;
      kind[i] = Samples::kNegative;
      items[i] = negativeItem(users[i], items[i], round);
    }
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
