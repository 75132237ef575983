// Runs the tower; products are defined in kernels.h.
#include "tower.h"

#include <algorithm>
#include <cmath>

#include "rng.h"

namespace adt {
namespace {

constexpr uint32_t kFirstRound = 8;  // layer l draws its weights at round 8 + l
const float kOne = 1.0f;

}  // namespace

Tower::Tower(const ModelContext& context, uint32_t width, uint32_t layers, float dropout)
    : context_(context), width_(width), dropout_(dropout), layers_(layers) {
  const uint32_t batch = padded(context.batchSize);
  for (uint32_t l = 0; l < layers; ++l) {
    Layer& layer = layers_[l];
    layer.in = 2 * width >> l;
    layer.out = width >> l;
    layer.inWidth = l == 0 ? 2 * padded(width) : padded(layer.in);
    layer.outWidth = padded(layer.out);
    const size_t cells = size_t{layer.outWidth} * layer.inWidth;
    layer.weights = allocateFloats(3 * cells);
    layer.bias = allocateFloats(3 * layer.outWidth);
    layer.transposed = allocateFloats(cells);
    layer.input = allocateFloats(size_t{batch} * layer.inWidth);
    layer.gradient = allocateFloats(size_t{batch} * layer.outWidth);
    layer.weightGradient = allocateFloats(cells);
    layer.biasGradient = allocateFloats(layer.outWidth);
    for (uint32_t column = 0; column < layer.inWidth; column += kTile) tiles_.push_back({l, column});
    tiles_.push_back({l, kBias});
  }
  output_ = allocateFloats(size_t{batch} * layers_.back().outWidth);
}

void Tower::appendParameters(std::vector<Parameter>& to) {
  for (uint32_t l = 0; l < layers(); ++l) {
    Layer& layer = layers_[l];
    const float bound = static_cast<float>(std::sqrt(6.0 / (layer.in + layer.out)));
    to.push_back({"mlpW" + std::to_string(l), layer.out, layer.in, {Initial::kUniform, bound, kFirstRound + l},
                  nullptr, 0, layer.weights.get(), layer.inWidth, l == 0 ? width_ : 0});
    to.push_back({"mlpB" + std::to_string(l), 1, layer.out, {Initial::kZero, 0.0f, 0}, nullptr, 0, layer.bias.get()});
  }
}

void Tower::appendState(std::vector<DenseState>& to) const {
  for (const Layer& layer : layers_) {
    to.push_back({layer.weights.get(), size_t{3} * layer.outWidth * layer.inWidth});
    to.push_back({layer.bias.get(), size_t{3} * layer.outWidth});
  }
}

void Tower::parametersChanged() {
  for (Layer& layer : layers_) transpose(layer, 0, layer.inWidth);
}

void Tower::transpose(Layer& layer, uint32_t from, uint32_t to) {
  for (uint32_t in = from; in < to; ++in)
    for (uint32_t out = 0; out < layer.outWidth; ++out)
      layer.transposed[size_t{in} * layer.outWidth + out] = layer.weights[size_t{out} * layer.inWidth + in];
}

// --- training -----------------------------------------------------------------------------------------------------

Product Tower::layerProduct(const Layer& layer, const float* from, float* to) const {
  Product product{from, layer.inWidth, 1, layer.transposed.get(), layer.outWidth, to, layer.outWidth,
                  layer.inWidth, layer.outWidth};
  product.columnBias = layer.bias.get();
  product.relu = true;
  return product;
}

void Tower::forward(uint32_t from, uint32_t to) {
  for (uint32_t l = 0; l < layers(); ++l) {
    Layer& layer = layers_[l];
    if (dropout_ > 0.0f) {
      const uint32_t half = l == 0 ? layer.inWidth / 2 : 0;
      drop(l, from, to, layer.input.get(), layer.input.get() + half, layer.inWidth);
    }
    float* next = l + 1 < layers() ? layers_[l + 1].input.get() : output_.get();
    context_.kernels.product(layerProduct(layer, layer.input.get(), next), from, to);
  }
}

void Tower::backward(uint32_t from, uint32_t to, float* user, float* item, size_t stride) {
  for (uint32_t l = layers() - 1; l > 0; --l) {
    const Layer& layer = layers_[l];
    Layer& below = layers_[l - 1];
    Product product{layer.gradient.get(), layer.outWidth, 1, layer.weights.get(), layer.inWidth,
                    below.gradient.get(), below.outWidth, layer.outWidth, layer.inWidth};
    // What the layer read is 0 where the ReLU below or the dropout cut it off.
    product.gate = layer.input.get();
    product.gateRow = layer.inWidth;
    context_.kernels.product(product, from, to);
    if (dropout_ > 0.0f)
      for (size_t e = size_t{from} * below.outWidth; e < size_t{to} * below.outWidth; ++e)
        below.gradient[e] *= 1.0f / (1.0f - dropout_);
  }
  const Layer& first = layers_.front();
  for (int half = 0; half < 2; ++half) {
    const uint32_t width = first.inWidth / 2;
    context_.kernels.product({first.gradient.get(), first.outWidth, 1, first.weights.get() + half * width,
                              first.inWidth, half == 0 ? user : item, stride, first.outWidth, width},
                             from, to);
  }
  if (dropout_ > 0.0f) drop(0, from, to, user, item, stride);
}

// Columns below the half are at left, the others, counted from it, at right; a layer without halves has them at one
// place, where column c of the right half is column c of the row.
void Tower::drop(uint32_t layer, uint32_t from, uint32_t to, float* left, float* right, size_t stride) const {
  const uint32_t half = layer == 0 ? width_ : 0;
  const float scale = 1.0f / (1.0f - dropout_);
  const uint32_t step = context_.adam.stepsDone() + 1;
  for (uint32_t n = from; n < to; ++n)
    for (uint32_t c = 0; c < layers_[layer].in; c += 4) {
      const Words4 draw = philox(context_.seed, n, (layer << 24) + c / 4, step, Stream::kDropout);
      for (uint32_t e = c; e < std::min(c + 4, layers_[layer].in); ++e) {
        float& value = e < half ? left[stride * n + e] : right[stride * n + (e - half)];
        value = unitFloat(draw.word[e - c]) > dropout_ ? value * scale : 0.0f;
      }
    }
}

void Tower::update(uint32_t part, uint32_t samples, const AdamStep& step) {
  const Tile tile = tiles_[part];
  Layer& layer = layers_[tile.layer];
  if (tile.column == kBias) {
    context_.kernels.product({&kOne, 0, 0, layer.gradient.get(), layer.outWidth, layer.biasGradient.get(),
                              layer.outWidth, samples, layer.outWidth},
                             0, 1);
    context_.kernels.updateDense(step, layer.bias.get(), layer.outWidth, layer.biasGradient.get(), layer.outWidth);
    return;
  }
  const uint32_t columns = std::min(kTile, layer.inWidth - tile.column);
  context_.kernels.product({layer.gradient.get(), 1, layer.outWidth, layer.input.get() + tile.column, layer.inWidth,
                            layer.weightGradient.get() + tile.column, layer.inWidth, samples, columns},
                           0, layer.outWidth);
  for (uint32_t out = 0; out < layer.outWidth; ++out) {
    const size_t at = size_t{out} * layer.inWidth + tile.column;
    context_.kernels.updateDense(step, layer.weights.get() + at, size_t{layer.outWidth} * layer.inWidth,
                                 layer.weightGradient.get() + at, columns);
  }
  transpose(layer, tile.column, tile.column + columns);
}

// --- evaluation ---------------------------------------------------------------------------------------------------

void Tower::userPart(const float* users, size_t stride, uint32_t count, float* to, size_t toStride) const {
  const Layer& first = layers_.front();
  Product product{users, stride, 1, first.transposed.get(), first.outWidth, to, toStride, halfInput(), first.outWidth};
  product.columnBias = first.bias.get();
  context_.kernels.product(product, 0, count);
}

void Tower::itemPart(const float* items, size_t stride, uint32_t count, float* to, size_t toStride) const {
  const Layer& first = layers_.front();
  context_.kernels.product({items, stride, 1, first.transposed.get() + size_t{halfInput()} * first.outWidth,
                            first.outWidth, to, toStride, halfInput(), first.outWidth},
                           0, count);
}

std::vector<Floats> Tower::scratch(uint32_t count) const {
  std::vector<Floats> to;
  for (const Layer& layer : layers_) to.push_back(allocateFloats(size_t{padded(count)} * layer.outWidth));
  return to;
}

const float* Tower::restOf(float* first, uint32_t count, std::vector<Floats>& scratch) const {
  float* at = first;
  for (uint32_t l = 1; l < layers(); ++l) {
    context_.kernels.product(layerProduct(layers_[l], at, scratch[l].get()), 0, count);
    at = scratch[l].get();
  }
  return at;
}

}  // namespace adt
