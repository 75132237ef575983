// T-CE's selection; the definition is in loss.h.
#include "loss.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

namespace adt {

uint32_t dropCount(const LossOptions& options, uint64_t t, uint32_t samples) {
  if (options.kind != LossKind::kTruncated) return 0;
  const double rate = options.epsMax * std::min(static_cast<double>(t) / options.epsN, 1.0);
  return static_cast<uint32_t>(std::floor(rate * samples));
}

void chooseDropped(const float* loss, const float* sign, uint32_t samples, uint32_t drop,
                   std::vector<uint64_t>& keys, std::vector<uint32_t>& dropped) {
  keys.clear();
  dropped.clear();
  if (drop == 0) return;
  for (uint32_t n = 0; n < samples; ++n) {
    if (sign[n] > 0) continue;
    uint32_t bits;  // a loss is not negative, so its bits order as it does
    std::memcpy(&bits, loss + n, sizeof bits);
    keys.push_back(uint64_t{bits} << 32 | (UINT32_MAX - n));
  }
  drop = std::min<uint32_t>(drop, static_cast<uint32_t>(keys.size()));
  if (drop == 0) return;
  std::nth_element(keys.begin(), keys.begin() + (drop - 1), keys.end(), std::greater<>());
  for (uint32_t n = 0; n < drop; ++n) dropped.push_back(UINT32_MAX - static_cast<uint32_t>(keys[n]));
  std::sort(dropped.begin(), dropped.end());
}

}  // namespace adt
