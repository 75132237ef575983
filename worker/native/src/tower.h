// Owns the MLP tower of NeuMF in training: its layers, their activations on a batch, and what flows back.
//
// Layer l of L reads 2w / 2^l values and puts half as many out, through a ReLU; the first reads [user w, item w].
// Dropout on what a layer reads: the value in column c of sample n is kept if word c % 4 of draw (index n, block
// layer * 2^24 + c / 4, round step, stream kDropout) as a number in (0, 1] is above p, and scaled by 1 / (1 - p).
#pragma once
#include <cstdint>
#include <vector>

#include "model.h"

namespace adt {

class Tower {
 public:
  Tower(const ModelContext& context, uint32_t width, uint32_t layers, float dropout);

  // mlpW0, mlpB0, mlpW1, ...: weights uniform in +-sqrt(6 / (in + out)), biases 0.
  void appendParameters(std::vector<Parameter>& to);
  // Where these lie, with their moments.
  void appendState(std::vector<DenseState>& to) const;
  // After weights were replaced.
  void parametersChanged();

  uint32_t layers() const { return static_cast<uint32_t>(layers_.size()); }
  uint32_t halfInput() const { return padded(width_); }  // floats of the user's half of the input, then the item's
  // (batch, 2 halfInput), to be filled before `forward`.
  float* input() { return layers_.front().input.get(); }
  // (batch, padded(f)) of the last layer, and its derivative, gated by the ReLU, to be filled before `backward`.
  const float* output() const { return output_.get(); }
  float* outputGradient() { return layers_.back().gradient.get(); }

  // Samples [from, to): each is computed by itself.
  void forward(uint32_t from, uint32_t to);
  // Writes the derivatives by the input's halves at user, item (batch, stride).
  void backward(uint32_t from, uint32_t to, float* user, float* item, size_t stride);

  // The gradients of the weights and their Adam step, after all of `backward`, in so many independent parts.
  uint32_t updates() const { return static_cast<uint32_t>(tiles_.size()); }
  void update(uint32_t part, uint32_t samples, const AdamStep& step);

  // --- evaluation: the first layer is linear before its ReLU, so a pair's is the sum of a user's and an item's part.
  // Rows of `stride` floats to rows of `toStride`, halfInput() floats read and written; the user's has the bias.
  void userPart(const float* users, size_t stride, uint32_t count, float* to, size_t toStride) const;
  void itemPart(const float* items, size_t stride, uint32_t count, float* to, size_t toStride) const;
  // The rest of the layers on `count` samples whose first layer is done; returns the last's output, (count, padded(f)).
  const float* restOf(float* first, uint32_t count, std::vector<Floats>& scratch) const;
  // Memory for one thread's `restOf` of at most `count` samples.
  std::vector<Floats> scratch(uint32_t count) const;

  // --- ranking, kTileItems of one user at a time (tower_ranking.cpp). With x what goes into the first ReLU,
  //   relu(x) = max(x, 0)  or  x + max(-x, 0),
  // and the second layer's product with x is a user's and an item's part, too. So each unit of the first layer takes
  // the form whose maximum is 0 more often, and nothing is computed where it is 0 for all items of a tile.
  // Chooses the forms from the first layers, (count, halfInput()), of some users and of as many items; what ranks
  // hangs on the choice in its last bits.
  void chooseForms(const float* users, const float* items, uint32_t count);
  // The second layer's width; 0: there is none.
  uint32_t secondWidth() const { return layers() > 1 ? layers_[1].outWidth : 0; }
  // Splits what userPart or itemPart left in first (count, stride): what the maxima are taken of stays there, the part
  // of the second layer's product goes to second (count, secondStride), the user's with the bias.
  void split(float* first, size_t stride, uint32_t count, float* second, size_t secondStride, bool isUser) const;
  struct TileScratch {
    Floats values, raw;            // (width, kTileItems), of the widest layer
    std::vector<uint32_t> active;  // (width)
  };
  TileScratch tileScratch() const;
  // From a user's rows and the items' by columns, (halfInput(), kTileItems) and (secondWidth(), kTileItems), to the
  // tower's values (padded(f), kTileItems); returns how many of them are active.
  uint32_t scoreTile(const float* user, const float* userSecond, const float* items, const float* itemsSecond,
                     TileScratch& scratch) const;

 private:
  struct Layer {
    uint32_t in, out;              // as the fixtures have them
    uint32_t inWidth, outWidth;    // with padding
    Floats weights, bias;          // p, m, v of (outWidth, inWidth) and of (outWidth)
    Floats transposed;             // (inWidth, outWidth)
    Floats input, gradient;        // (batch, inWidth); (batch, outWidth): derivative by what goes into the ReLU
    Floats weightGradient, biasGradient;
  };
  struct Tile {
    uint32_t layer, column;  // the tile's first column; kBias: the bias
  };
  static constexpr uint32_t kTile = 32, kBias = UINT32_MAX;

  void transpose(Layer& layer, uint32_t from, uint32_t to);
  void drop(uint32_t layer, uint32_t from, uint32_t to, float* left, float* right, size_t stride) const;
  Product layerProduct(const Layer& layer, const float* from, float* to) const;

  const ModelContext& context_;
  uint32_t width_;
  float dropout_;
  std::vector<Layer> layers_;
  std::vector<Tile> tiles_;
  Floats output_;
  std::vector<float> form_;  // (halfInput) 1: max(x, 0); -1: x + max(-x, 0)
};

}  // namespace adt
