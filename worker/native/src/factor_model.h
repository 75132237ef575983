// Owns what GMF and NMTR have in common: a row a user, a row an item, and output layers on the product of the two.
//
// With z = userGmf_u * itemGmf_i, task t's logit is that of task t - 1 plus out_t . z + bias_t. GMF has one task, NMTR
// two; a model says what a sample's loss is by each row.
#pragma once
#include <cstdint>

#include "model.h"

namespace adt {

// `tasks` logits a sample, padded(batchSize) apart: in `forward`, `backward` and `Scorer::pairs`. The last one ranks.
class FactorModel : public Model {
 public:
  void begin(const Samples& batch) override { beginRows(users_, items_, batch); }
  void arrange(Samples& batch) const override;
  bool stepsAlone() const override { return uint64_t{context_.batchSize} * width() * tasks_ <= kMostAlone; }
  void forward(const Samples& batch, float* logit) override;

  uint32_t pairBlock() const override { return evaluationBlock(items_.rows(), width()); }
  void prepareForPairs(const uint32_t* ids, uint32_t count) override;
  uint32_t rankBlock() const override { return pairBlock(); }
  void prepareForRanking(uint32_t from, uint32_t to) override;
  std::unique_ptr<Scorer> scorer() override;

 protected:
  static constexpr uint32_t kSamplesPerChunk = 64;
  // Floats of a batch's rows. At this size two threads in one step are not worth their CPU time: us of it a step, two
  // runs, on busy cores: batches of 4,096 with 32 factors 1,121 and 881 so, 906 and 895 by one thread and one that
  // draws; 1,024 with 128 factors 771 and 764, 640 and 674. Larger sizes have not been compared.
  static constexpr uint32_t kMostAlone = 1u << 17;

  // Embeddings start N(0, 0.01^2), each outW uniform in +-sqrt(3 / f), each outB 0.
  FactorModel(const ModelContext& context, uint32_t factors, uint32_t tasks);

  uint32_t width() const { return users_.width(); }
  uint32_t stride() const { return padded(context_.batchSize); }
  const float* out(uint32_t task) const { return out_[task].get(); }
  // The batch's rows, or those of an evaluation, with a task's output layer.
  PairsView batchPairs(uint32_t task) const;
  // Row gradients: how they come from the samples is for the model to fill in.
  RowUpdate updateOf(Embedding& table) const;
  // The Adam step of both tables and all output layers; residual[t] (batch) is the derivative by out_t . z + bias_t.
  void update(const RowUpdate& users, const RowUpdate& items, const float* const* residual, uint32_t samples);

  Embedding users_, items_;

 private:
  class FactorScorer;

  // Logits of samples [from, to) of the view, each task's `stride` after the one before.
  void logits(PairsView view, uint32_t from, uint32_t to, float* logit) const;
  void stepOut(uint32_t task, const AdamStep& step, uint32_t chunks);
  uint32_t outWidth() const { return width() + kLanes; }
  float* partial(uint32_t task, uint32_t chunk);

  uint32_t factors_, tasks_, mostChunks_;
  std::vector<Floats> out_;       // [task] p, m, v of (width + kLanes): weights, the padding zero, then the bias
  Floats partial_, outGradient_;  // (tasks, chunks, width + kLanes), (width + kLanes)
  Floats evaluation_;             // rows (items, width) or panels (factors, 16) of a block of items
  uint32_t first_ = 0, end_ = 0;  // of these items
};

}  // namespace adt
