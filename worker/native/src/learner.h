// Owns one step of training: the model's logits, their loss, the derivatives that go back into the model.
#pragma once
#include <cstdint>
#include <vector>

#include "adam_clock.h"
#include "batch_loss.h"
#include "diagnostics.h"
#include "model.h"

namespace adt {

class Learner {
 public:
  // A step has at most `batchSize` samples.
  Learner(Model& model, AdamClock& adam, const LossOptions& loss, uint32_t batchSize);

  // One step on the samples. Returns the loss that was back-propagated: the mean over the kept.
  double step(const Samples& batch);

  // Positions dropped by the last step, ascending.
  const std::vector<uint32_t>& dropped() const { return loss_.dropped(); }
  // Loss of each sample of the last step, its weight included, of the dropped ones too.
  const float* sampleLoss() const { return loss_.sampleLoss(); }
  // Adds what the last step did.
  void diagnose(const Samples& batch, Diagnostics& to);

 private:
  Model& model_;
  AdamClock& adam_;
  LossOptions options_;
  BatchLoss loss_;
  Floats logit_;  // (logits, padded(batchSize))
};

}  // namespace adt
