// Owns the matrix products, and what surrounds them in NeuMF. Included once per
// instruction set, after kernels.inl.
//
// Every element of a product is one chain of fused multiply-adds over the inner dimension, in ascending order: how
// the work is cut into tiles, blocks or threads can't change a bit.

constexpr uint32_t kTileColumns = kLanes * ADT_TILE_LANES;
constexpr uint32_t kDepthBlock = 256;  // a tile of B that deep is 32 KB at most: it stays in the first-level cache

// Rows [row, row + Rows) by kTileColumns columns, over `depth` steps. `b` is (depth, stride), or all of B when Listed.
template <int Rows, int Lanes, bool Listed>
ADT_INLINE void productTile(const Product& product, uint32_t row, uint32_t column, uint32_t firstStep, uint32_t depth,
                            const float* b, size_t stride) {
  F16 total[Rows][Lanes];
  float* to = product.c + product.cRow * row + column;
  for (int r = 0; r < Rows; ++r)
    for (int l = 0; l < Lanes; ++l) {
      if (firstStep > 0)
        total[r][l] = load(to + product.cRow * r + l * kLanes);
      else if (product.start)
        total[r][l] = load(product.start + product.startRow * (row + r) + column + l * kLanes);
      else if (product.columnBias)
        total[r][l] = load(product.columnBias + column + l * kLanes);
      else
        total[r][l] = all(0.0f);
    }
  const float* const a = product.a + product.aRow * row;
  for (uint32_t k = 0; k < depth; ++k) {
    const size_t step = Listed ? product.steps[firstStep + k] : firstStep + k;
    const float* const at = a + product.aStep * step;
    const float* const from = b + stride * (Listed ? step : k);
    F16 wide[Lanes];
    for (int l = 0; l < Lanes; ++l) wide[l] = load(from + l * kLanes);
    for (int r = 0; r < Rows; ++r) {
      const F16 one = all(at[product.aRow * r]);
      for (int l = 0; l < Lanes; ++l) total[r][l] = fused(one, wide[l], total[r][l]);
    }
  }
  const bool last = firstStep + depth == product.depth;
  for (int r = 0; r < Rows; ++r)
    for (int l = 0; l < Lanes; ++l) {
      F16 value = total[r][l];
      if (last && product.relu) value = atLeast(value, 0.0f);
      if (last && product.gate) {
        const float* gate = product.gate + product.gateRow * (row + r) + column;
        value = wherePositive(load(gate + l * kLanes), value);
      }
      store(to + product.cRow * r + l * kLanes, value);
    }
}

template <int Lanes, bool Listed>
static void productColumns(const Product& product, uint32_t from, uint32_t to, uint32_t column) {
  alignas(64) float packed[kDepthBlock * kLanes * Lanes];
  uint32_t step = 0;
  do {  // once where there is nothing to add
    const uint32_t depth = product.depth - step < kDepthBlock ? product.depth - step : kDepthBlock;
    const float* b = product.b + (Listed ? 0 : product.bStep * step) + column;
    size_t stride = product.bStep;
    // Rows of B a multiple of the page apart would share a few sets of the cache.
    if (!Listed && stride != kLanes * Lanes && to - from > ADT_TILE_ROWS) {
      for (uint32_t k = 0; k < depth; ++k)
        for (int l = 0; l < Lanes; ++l)
          store(packed + (size_t{k} * Lanes + l) * kLanes, load(b + stride * k + l * kLanes));
      b = packed;
      stride = kLanes * Lanes;
    }
    uint32_t row = from;
    for (; row + ADT_TILE_ROWS <= to; row += ADT_TILE_ROWS)
      productTile<ADT_TILE_ROWS, Lanes, Listed>(product, row, column, step, depth, b, stride);
    for (; row < to; ++row) productTile<1, Lanes, Listed>(product, row, column, step, depth, b, stride);
    step += kDepthBlock;
  } while (step < product.depth);
}

template <bool Listed>
static void productOf(const Product& product, uint32_t from, uint32_t to) {
  uint32_t column = 0;
  for (; column + kTileColumns <= product.columns; column += kTileColumns)
    productColumns<ADT_TILE_LANES, Listed>(product, from, to, column);
  for (; column < product.columns; column += kLanes) productColumns<1, Listed>(product, from, to, column);
}

static void product(const Product& product, uint32_t from, uint32_t to) {
  if (product.steps)
    productOf<true>(product, from, to);
  else
    productOf<false>(product, from, to);
}

// --- NeuMF --------------------------------------------------------------------------------------------------------

static void mergeLogits(const MergeView& view, uint32_t from, uint32_t to, float* logit) {
  const uint32_t width = view.gmfWidth;
  for (uint32_t n = from; n < to; ++n) {
    const float* user = view.user + view.rowWidth * view.userRow[n];
    const float* item = view.item + view.rowWidth * view.itemRow[n];
    const float* tower = view.tower + size_t{width} * n;
    F16 total = all(0.0f);
    for (uint32_t c = 0; c < width; c += kLanes)
      total = total + load(view.out + c) * (load(user + c) * load(item + c));
    for (uint32_t c = 0; c < width; c += kLanes) total = total + load(view.out + width + c) * load(tower + c);
    logit[n] = sum(total) + view.out[2 * width];
  }
}

static void mergeGradients(const MergeView& view, const float* residual, uint32_t from, uint32_t to,
                           const MergeGradients& gradients) {
  const uint32_t width = view.gmfWidth;
  for (uint32_t n = from; n < to; ++n) {
    const float* user = view.user + view.rowWidth * view.userRow[n];
    const float* item = view.item + view.rowWidth * view.itemRow[n];
    const float* tower = view.tower + size_t{width} * n;
    const F16 by = all(residual[n]);
    for (uint32_t c = 0; c < width; c += kLanes) {
      const F16 scaled = by * load(view.out + c);
      store(gradients.user + view.rowWidth * n + c, scaled * load(item + c));
      store(gradients.item + view.rowWidth * n + c, scaled * load(user + c));
      store(gradients.tower + size_t{width} * n + c,
            wherePositive(load(tower + c), by * load(view.out + width + c)));
    }
  }
}

static void mergeOutGradient(const MergeView& view, const float* residual, uint32_t samples, float* gradient) {
  const uint32_t width = view.gmfWidth;
  for (uint32_t c = 0; c < 2 * width; c += kLanes) store(gradient + c, all(0.0f));
  float bias = 0.0f;
  for (uint32_t n = 0; n < samples; ++n) {
    const float* user = view.user + view.rowWidth * view.userRow[n];
    const float* item = view.item + view.rowWidth * view.itemRow[n];
    const float* tower = view.tower + size_t{width} * n;
    const F16 by = all(residual[n]);
    for (uint32_t c = 0; c < width; c += kLanes) {
      store(gradient + c, load(gradient + c) + by * (load(user + c) * load(item + c)));
      store(gradient + width + c, load(gradient + width + c) + by * load(tower + c));
    }
    bias += residual[n];
  }
  store(gradient + 2 * width, all(0.0f));
  gradient[2 * width] = bias;
}

static uint32_t activeRows(const float* base, const float* rows, uint32_t depth, float* out, uint32_t* active) {
  uint32_t found = 0;
  for (uint32_t d = 0; d < depth; ++d, rows += kTileItems, out += kTileItems) {
    const F16 add = all(base[d]);
    F16 most = all(0.0f);
    for (uint32_t c = 0; c < kTileItems; c += kLanes) {
      const F16 value = atLeast(add + load(rows + c), 0.0f);
      store(out + c, value);
      most = most + value;
    }
    active[found] = d;
    found += anyAbove(most, 0.0f);
  }
  return found;
}
