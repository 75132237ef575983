// Owns NMTR on GMF: click and satisfaction, two cascaded tasks on shared embeddings.
//
// With z = userGmf_u * itemGmf_i, click = outW . z + outB and satisfaction = click + outW2 . z + outB2: a task's
// prediction builds on the one before it. Gao et al., "Neural multi-task recommendation from multi-behavior data",
// ICDE 2019, section III. Every training interaction is a click, the true positives among them also satisfied; the
// satisfaction ranks.
#pragma once
#include <cstdint>

#include "model.h"

namespace adt {

// Two logits a sample, click and satisfaction, padded(batchSize) apart: in `forward`, `backward` and `Scorer::pairs`.
class Nmtr : public Model {
 public:
  // Embeddings start as GMF's; outW and outW2 uniform in +-sqrt(3 / f), outB and outB2 0.
  Nmtr(const ModelContext& context, uint32_t factors);

  void begin(const Samples& batch) override { beginRows(users_, items_, batch); }
  void forward(const Samples& batch, float* logit) override;
  void backward(const Samples& batch, const float* residual) override;

  uint32_t pairBlock() const override { return evaluationBlock(items_.rows(), width()); }
  void prepareForPairs(const uint32_t* ids, uint32_t count) override;
  uint32_t rankBlock() const override { return pairBlock(); }
  void prepareForRanking(uint32_t from, uint32_t to) override;
  std::unique_ptr<Scorer> scorer() override;

 private:
  class NmtrScorer;

  uint32_t width() const { return users_.width(); }
  uint32_t stride() const { return padded(context_.batchSize); }
  const float* head(int task) const { return out_[task].get(); }
  PairsView pairs(int task) const;
  void combine(uint32_t from, uint32_t to);
  void updateHead(int task, uint32_t samples, const AdamStep& step);

  uint32_t factors_;
  Embedding users_, items_;
  Floats out_[2];       // p, m, v of (width + kLanes): weights, the padding zero, then the bias
  Floats residual_[2];  // (stride): of the loss by outW . z and by outW2 . z
  Floats gradient_[2];  // (batch, width): by each sample's user row and item row
  Floats partial_, outGradient_;
  Floats evaluation_;  // rows (items, width) or panels (factors, 16) of a block of items
  uint32_t first_ = 0, end_ = 0;  // of these items
};

}  // namespace adt
