// Owns the NeuMF model: GMF beside an MLP tower on embeddings of its own, joined by one output layer.
//
// logit(u, i) = outW . [userGmf_u * itemGmf_i, tower(userMlp_u, itemMlp_i)] + outB. He et al., "Neural collaborative
// filtering", WWW 2017, eq. 12. A user's two embeddings are one row here, [gmf | mlp], each padded to whole lanes.
#pragma once
#include <cstdint>

#include "model.h"
#include "tower.h"

namespace adt {

class NeuMf : public Model {
 public:
  // The tower's embeddings have factors * 2^(layers - 1) columns. Embeddings start N(0, 0.01^2), outW uniform in
  // +-sqrt(3 / 2f), outB 0.
  NeuMf(const ModelContext& context, uint32_t factors, uint32_t layers, float dropout);

  void begin(const Samples& batch) override { beginRows(users_, items_, batch); }
  void forward(const Samples& batch, float* logit) override;
  void backward(const Samples& batch, const float* residual) override;

  uint32_t pairBlock() const override { return evaluationBlock(items_.rows(), rowWidth()); }
  void prepareForPairs(const uint32_t* ids, uint32_t count) override;
  uint32_t rankBlock() const override { return evaluationBlock(items_.rows(), tileDepth()); }
  void prepareForRanking(uint32_t from, uint32_t to) override;
  const uint32_t* rankOrder() const override { return order_.data(); }
  std::unique_ptr<Scorer> scorer() override;

 protected:
  void parametersChanged() override { tower_.parametersChanged(); }

 private:
  class NeuMfScorer;

  uint32_t rowWidth() const { return users_.width(); }
  size_t workFloats() const;
  // Of what rankings read of an item: the GMF part, the first layer's, the second's.
  uint32_t tileDepth() const { return rowWidth() + tower_.secondWidth(); }
  MergeView merge() const;
  void gatherInput(uint32_t from, uint32_t to);
  // The first layer's part, (halfInput), of the items ids (count), or from + n, to rows of `stride` floats; leaves the
  // items' own rows in scratch (count, rowWidth).
  void itemParts(const uint32_t* ids, uint32_t from, uint32_t count, float* to, size_t stride, float* scratch) const;
  void chooseForms();
  void fillTile(uint32_t from, uint32_t tile);

  uint32_t factors_, gmfWidth_;
  Embedding users_, items_;
  Tower tower_;
  Floats out_;                        // p, m, v of (2 gmfWidth + kLanes)
  Floats outGradient_;
  // A step: gradients (batch, rowWidth) of the samples' users, then of their items. Between steps, a block of items:
  // rows (rowWidth), or tiles (tileDepth, kTileItems).
  Floats work_;
  float* userGradient() const { return work_.get(); }
  float* itemGradient() const { return work_.get() + size_t{padded(context_.batchSize)} * rowWidth(); }
  float* evaluation() const { return work_.get(); }
  uint32_t first_ = 0, end_ = 0;      // of these items
  std::vector<uint32_t> order_;       // (end - first): in which they make up the tiles
};

}  // namespace adt
