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
    : NumberedSamples(part, train, items, negatives, seed, order, negative, falseIsNegative) {
  while (stride_ < kMostStride && uint64_t{stride_} * part.users <= part.pairs()) stride_ *= 2;
  strideShift_ = static_cast<uint32_t>(__builtin_ctz(stride_));
  userOfPair_.resize((size_t{part.pairs()} + stride_ - 1) / stride_);
  for (uint32_t user = 0; user < part.users; ++user)
    for (uint32_t pair = (part.rowStarts[user] + stride_ - 1) / stride_ * stride_; pair < part.rowStarts[user + 1];
         pair += stride_)
      userOfPair_[pair / stride_] = user;
}

void Sampler::draw(const Kernels& kernels, const PermutationView& order, uint32_t round, uint32_t from,
                   uint32_t count, Samples& out, size_t at) const {
  // In passes, so that the cache misses of a pass overlap: number, user, where his items lie, item.
  uint32_t* users = out.users.data() + at;
  uint32_t* items = out.items.data() + at;  // the sample's number until the last pass
  kernels.permute(order, from, count, items);
  for (uint32_t i = 0; i < count; ++i) {
    users[i] = userOfPair_[(items[i] / group_) >> strideShift_];
    __builtin_prefetch(part_.rowStarts + users[i]);
  }
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t pair = items[i] / group_;
    while (part_.rowStarts[users[i] + 1] <= pair) ++users[i];
    const Samples::Kind kind = kindOf(items[i]);
    out.kind[at + i] = kind;
    out.sign[at + i] = signOf(kind);
    if (items[i] % group_ == 0)
      __builtin_prefetch(part_.items + pair);
    else
      prefetchList(train_.begin(users[i]), train_.count(users[i]));
  }
  for (uint32_t i = 0; i < count; ++i)
    items[i] = items[i] % group_ == 0 ? part_.items[items[i] / group_] : negativeItem(users[i], items[i], round);
}

}  // namespace adt
