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
  uint32_t rankBlock() const override { return pairBlock(); }
  void prepareForRanking(uint32_t from, uint32_t to) override;
  std::unique_ptr<Scorer> scorer() override;

 protected:
  void parametersChanged() override { tower_.parametersChanged(); }

 private:
  class NeuMfScorer;

  uint32_t rowWidth() const { return users_.width(); }
  MergeView merge() const;
  void gatherInput(uint32_t from, uint32_t to);
  // Rows [from, to) of the items as evaluations read them: the GMF part and the first layer's item part.
  void evaluationRows(uint32_t from, uint32_t to, float* rows, float* scratch) const;

  uint32_t factors_, gmfWidth_;
  Embedding users_, items_;
  Tower tower_;
  Floats out_;                        // p, m, v of (2 gmfWidth + kLanes)
  Floats outGradient_;
  Floats userGradient_, itemGradient_;  // (batch, rowWidth)
  Floats evaluation_;                 // a block of items: rows (rowWidth), or panels (rowWidth, 16)
  uint32_t first_ = 0, end_ = 0;      // of these items
};

}  // namespace adt
