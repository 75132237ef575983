// Scores the tower for one user and a tile of items, without what is 0 for all of them.
#include <algorithm>

#include "tower.h"

namespace adt {

void Tower::chooseForms(const float* users, const float* items, uint32_t count) {
  form_.assign(halfInput(), 1.0f);
  if (layers() == 1) return;  // there is no product to take a part of
  for (uint32_t c = 0; c < width_; ++c) {
    float sum = 0.0f;
    for (uint32_t n = 0; n < count; ++n) sum += users[size_t{halfInput()} * n + c] + items[size_t{halfInput()} * n + c];
    if (sum > 0.0f) form_[c] = -1.0f;
  }
}

void Tower::split(float* first, size_t stride, uint32_t count, float* second, size_t secondStride, bool isUser) const {
  if (layers() == 1) return;
  const Layer& next = layers_[1];
  std::vector<float> linear(size_t{count} * halfInput(), 0.0f);
  for (uint32_t n = 0; n < count; ++n)
    for (uint32_t c = 0; c < halfInput(); ++c) {
      float& x = first[stride * n + c];
      if (form_[c] > 0.0f) continue;
      linear[size_t{halfInput()} * n + c] = x;
      x = -x;
    }
  Product product{linear.data(), halfInput(), 1, next.transposed.get(), next.outWidth, second, secondStride,
                  halfInput(), next.outWidth};
  product.columnBias = isUser ? next.bias.get() : nullptr;
  context_.kernels.product(product, 0, count);
}

Tower::TileScratch Tower::tileScratch() const {
  const size_t floats = size_t{halfInput()} * kTileItems;
  return {allocateFloats(floats), allocateFloats(floats), std::vector<uint32_t>(halfInput())};
}

uint32_t Tower::scoreTile(const float* user, const float* userSecond, const float* items, const float* itemsSecond,
                          TileScratch& scratch) const {
  const Kernels& kernels = context_.kernels;
  float *values = scratch.values.get(), *raw = scratch.raw.get();
  uint32_t count = kernels.activeRows(user, items, halfInput(), values, scratch.active.data());
  for (uint32_t l = 1; l < layers(); ++l) {
    const Layer& layer = layers_[l];
    Product product{layer.transposed.get(), 1, layer.outWidth, values, kTileItems, raw, kTileItems, count, kTileItems};
    if (l == 1) product.start = itemsSecond, product.startRow = kTileItems;
    product.steps = scratch.active.data();
    kernels.product(product, 0, layer.outWidth);
    count = kernels.activeRows(l == 1 ? userSecond : layer.bias.get(), raw, layer.outWidth, values,
                               scratch.active.data());
  }
  return count;
}

}  // namespace adt
