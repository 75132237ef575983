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

  void prepareForPairs(const std::vector<uint32_t>& users) override;
  void prepareForRanking() override;
  std::unique_ptr<Scorer> scorer() override;

 private:
  class GmfScorer;

  uint32_t width() const { return users_.width(); }
  PairsView pairs() const;

  uint32_t factors_;
  Embedding users_, items_;
  Floats out_;  // p, m, v of (width + kLanes): weights, the padding zero, then the bias
  Floats partial_, outGradient_;
  Floats evaluation_;  // rows (items, width) or panels (factors, 16) of all items
};

}  // namespace adt
