// Sorts batches by row.
#include "groups.h"

#include <cstring>

namespace adt {

namespace {

// What a sort needs besides its result, (samples) each: a thread sorts one batch at a time, however many are kept.
struct Spare {
  std::vector<uint32_t> order, keys, otherKeys;
};
thread_local Spare spare;
// CDAE's inputs are sorted by whichever thread comes first: of so many samples it keeps nothing, else all would.
constexpr uint32_t kMostSpare = 1u << 14;

}  // namespace

void Groups::reserve(uint32_t samples) {
  for (auto* array : {&ids_, &groupOfSample_, &order_}) array->resize(samples);
  starts_.resize(samples + 1);
}

void Groups::build(const uint32_t* rowOfSample, uint32_t samples, uint32_t rows) {
  if (samples > ids_.size()) reserve(samples);
  for (auto* array : {&spare.order, &spare.keys, &spare.otherKeys})
    if (array->size() < ids_.size()) array->resize(ids_.size());
  auto& [spareOrder, keys, spareKeys] = spare;
  for (uint32_t n = 0; n < samples; ++n) order_[n] = n;
  std::memcpy(keys.data(), rowOfSample, samples * sizeof(uint32_t));
  for (uint32_t shift = 0; shift < 32 && (rows - 1) >> shift != 0; shift += 8) {
    uint32_t next[256] = {};
    for (uint32_t n = 0; n < samples; ++n) ++next[(keys[n] >> shift) & 255];
    uint32_t sum = 0;
    for (uint32_t& start : next) {
      const uint32_t size = start;
      start = sum;
      sum += size;
    }
    for (uint32_t n = 0; n < samples; ++n) {
      const uint32_t to = next[(keys[n] >> shift) & 255]++;
      spareKeys[to] = keys[n];
      spareOrder[to] = order_[n];
    }
    keys.swap(spareKeys);
    order_.swap(spareOrder);
  }
  count_ = 0;
  for (uint32_t n = 0; n < samples; ++n) {
    if (n == 0 || keys[n] != keys[n - 1]) {
      ids_[count_] = keys[n];
      starts_[count_++] = n;
    }
    groupOfSample_[order_[n]] = count_ - 1;
  }
  starts_[count_] = samples;
  if (samples > kMostSpare) spare = {};
}

}  // namespace adt
