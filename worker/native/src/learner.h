// Owns one step of training: logits to losses, T-CE's choice, and the derivatives that go back into the model.
#pragma once
#include <cstdint>
#include <vector>

#include "adam_clock.h"
#include "loss.h"
#include "model.h"

namespace adt {

class Learner {
 public:
  // A step has at most `batchSize` samples.
  Learner(Model& model, AdamClock& adam, const LossOptions& loss, uint32_t batchSize);

  // One step on the samples. Returns the loss that was back-propagated: the mean over the kept.
  double step(const Samples& batch);

  // Positions dropped by the last step, ascending.
  const std::vector<uint32_t>& dropped() const { return dropped_; }
  // Loss of each sample of the last step, R-CE's weight included, of the dropped ones too.
  const float* sampleLoss() const { return loss_.get(); }

 private:
  Model& model_;
  AdamClock& adam_;
  LossOptions options_;
  Floats logit_, loss_, residual_;
  std::vector<uint64_t> keys_;
  std::vector<uint32_t> dropped_;
};

}  // namespace adt
