// Owns the GMF model: two tables and an output layer.
//
// logit(u, i) = outW . (userGmf_u * itemGmf_i) + outB. He et al., "Neural collaborative filtering", WWW 2017, eq. 9.
#pragma once
#include <cstdint>

#include "model.h"

namespace adt {

class Gmf : public Model {
 public:
  // Embeddings start N(0, 0.01^2), outW uniform in +-sqrt(3 / f), outB 0.
  Gmf(const ModelContext& context, uint32_t factors);

  void begin(const Samples& batch) override { beginRows(users_, items_, batch); }
  void forward(const Samples& batch, float* logit) override;
  void backward(const Samples& batch, const float* residual) override;

  uint32_t pairBlock() const override { return evaluationBlock(items_.rows(), width()); }
  void prepareForPairs(const uint32_t* ids, uint32_t count) override;
  uint32_t rankBlock() const override { return pairBlock(); }
  void prepareForRanking(uint32_t from, uint32_t to) override;
  std::unique_ptr<Scorer> scorer() override;

 private:
  class GmfScorer;

  uint32_t width() const { return users_.width(); }
  PairsView pairs() const;

  uint32_t factors_;
  Embedding users_, items_;
  Floats out_;  // p, m, v of (width + kLanes): weights, the padding zero, then the bias
  Floats partial_, outGradient_;
  Floats evaluation_;  // rows (items, width) or panels (factors, 16) of a block of items
  uint32_t first_ = 0, end_ = 0;  // of these items
};

}  // namespace adt
