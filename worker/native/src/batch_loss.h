// Owns what a batch's logits cost: each sample's loss, T-CE's choice, and the derivative by each logit.
//
// A model has one logit a sample, or two: NMTR's click and satisfaction (nmtr.h), in this order, `stride` apart.
#pragma once
#include <cstdint>
#include <vector>

#include "kernels.h"
#include "loss.h"
#include "parameter_table.h"
#include "samples.h"

namespace adt {

class BatchLoss {
 public:
  // Batches have at most `batchSize` samples.
  BatchLoss(const LossOptions& options, uint32_t batchSize);

  // The loss of the first `samples` of a batch at iteration t, from 1: the mean over the kept.
  double evaluate(const Kernels& kernels, const Samples& batch, uint32_t samples, const float* logit, uint64_t t);

  // Of the last evaluation. (samples): weight included, of the dropped ones too.
  const float* sampleLoss() const { return loss_.get(); }
  // (logits, stride): the derivative of the mean by each logit; 0 for the dropped.
  const float* residual() const { return residual_.get(); }
  // Positions, ascending.
  const std::vector<uint32_t>& dropped() const { return dropped_; }
  // (samples): -ln of the probability that the logit which ranks gives to a positive.
  const float* positiveLoss(const Kernels& kernels, uint32_t samples, const float* logit);

 private:
  void weightByFeedback(const Samples& batch, uint32_t samples);
  void cascade(const Kernels& kernels, const Samples& batch, uint32_t samples, const float* logit, float scale);

  LossOptions options_;
  uint32_t stride_;
  Floats loss_, residual_;
  Floats ones_, secondSign_, secondLoss_, ignored_;  // working memory of the losses that need it
  std::vector<uint64_t> keys_;
  std::vector<uint32_t> dropped_;
};

}  // namespace adt
