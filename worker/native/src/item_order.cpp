// Orders items by halving.
#include "item_order.h"

#include <algorithm>
#include <numeric>

#include "kernels.h"

namespace adt {
namespace {

struct Rows {
  const float* at;
  size_t stride;
  uint32_t width;

  const float* operator[](uint32_t row) const { return at + stride * row; }
};

uint32_t mostVarying(const Rows& rows, const uint32_t* from, const uint32_t* to, std::vector<float>& sums) {
  sums.assign(size_t{2} * rows.width, 0.0f);
  float *sum = sums.data(), *squares = sum + rows.width;
  for (const uint32_t* at = from; at < to; ++at) {
    const float* row = rows[*at];
    for (uint32_t c = 0; c < rows.width; ++c) sum[c] += row[c];
    for (uint32_t c = 0; c < rows.width; ++c) squares[c] += row[c] * row[c];
  }
  const float count = static_cast<float>(to - from);
  uint32_t best = 0;
  float most = -1.0f;
  for (uint32_t c = 0; c < rows.width; ++c) {
    const float variance = squares[c] - sum[c] * sum[c] / count;
    if (variance > most) most = variance, best = c;
  }
  return best;
}

void halve(const Rows& rows, uint32_t* from, uint32_t* to, std::vector<float>& sums) {
  const size_t count = static_cast<size_t>(to - from);
  if (count <= kTileItems) return;
  const uint32_t column = mostVarying(rows, from, to, sums);
  uint32_t* const middle = from + std::max<size_t>(1, count / (2 * kTileItems)) * kTileItems;
  const auto value = [&](uint32_t row) {
    const float x = rows[row][column];
    return x == x ? x : 0.0f;  // NaNs have no order
  };
  std::nth_element(from, middle, to, [&](uint32_t a, uint32_t b) { return value(a) < value(b); });
  halve(rows, from, middle, sums);
  halve(rows, middle, to, sums);
}

}  // namespace

void orderByLikeness(const float* rows, size_t stride, uint32_t width, uint32_t count, std::vector<uint32_t>& order) {
  order.resize(count);
  std::iota(order.begin(), order.end(), 0u);
  std::vector<float> sums;
  halve({rows, stride, width}, order.data(), order.data() + count, sums);
}

}  // namespace adt
