// Owns items laid out for scoring by lanes: panels of 16 items, (depth, 16) each, so that a panel's floats are read
// in order.
#pragma once
#include <algorithm>
#include <cstdint>

#include "kernels.h"

namespace adt {

// Half of a small second-level cache.
constexpr uint32_t kTileFloats = 64 * 1024;

constexpr uint32_t panelsOf(uint32_t items) { return padded(items) / kLanes; }

// Lays columns [0, depth) of `rows` <= 16 rows (rows, width) out as one panel; the lanes of missing rows are 0.
inline void packPanel(const float* from, uint32_t width, uint32_t rows, uint32_t depth, float* panel) {
  for (uint32_t d = 0; d < depth; ++d)
    for (uint32_t lane = 0; lane < kLanes; ++lane)
      panel[d * kLanes + lane] = lane < rows ? from[size_t{lane} * width + d] : 0.0f;
}

// Scores users (count, width) by their products with all items' panels, tile by tile, so that a tile stays in the
// cache for all of them.
inline void scorePanels(const Kernels& kernels, const float* users, uint32_t width, uint32_t count,
                        const float* panels, uint32_t depth, uint32_t items, float* thresholds, Offer offer,
                        void* context) {
  const uint32_t all = panelsOf(items);
  const uint32_t tile = std::max(1u, kTileFloats / (kLanes * depth));
  for (uint32_t from = 0; from < all; from += tile)
    kernels.score(users, width, count, panels, depth, from, std::min(from + tile, all), thresholds, offer, context);
}

}  // namespace adt
