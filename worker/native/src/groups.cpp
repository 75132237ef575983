// Sorts batches by row.
#include "groups.h"

#include <cstring>

namespace adt {

void Groups::reserve(uint32_t samples) {
  for (auto* array : {&ids_, &groupOfSample_, &order_, &spare_, &keys_, &spareKeys_}) array->resize(samples);
  starts_.resize(samples + 1);
}

void Groups::build(const uint32_t* rowOfSample, uint32_t samples, uint32_t rows) {
  if (samples > order_.size()) reserve(samples);
  for (uint32_t n = 0; n < samples; ++n) order_[n] = n;
  std::memcpy(keys_.data(), rowOfSample, samples * sizeof(uint32_t));
  for (uint32_t shift = 0; shift < 32 && (rows - 1) >> shift != 0; shift += 8) {
    uint32_t next[256] = {};
    for (uint32_t n = 0; n < samples; ++n) ++next[(keys_[n] >> shift) & 255];
    uint32_t sum = 0;
    for (uint32_t& start : next) {
      const uint32_t size = start;
      start = sum;
      sum += size;
    }
    for (uint32_t n = 0; n < samples; ++n) {
      const uint32_t to = next[(keys_[n] >> shift) & 255]++;
      spareKeys_[to] = keys_[n];
      spare_[to] = order_[n];
    }
    keys_.swap(spareKeys_);
    order_.swap(spare_);
  }
  count_ = 0;
  for (uint32_t n = 0; n < samples; ++n) {
    if (n == 0 || keys_[n] != keys_[n - 1]) {
      ids_[count_] = keys_[n];
      starts_[count_++] = n;
    }
    groupOfSample_[order_[n]] = count_ - 1;
  }
  starts_[count_] = samples;
}

}  // namespace adt
