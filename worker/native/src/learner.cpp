// Does a step.
#include "learner.h"

namespace adt {

Learner::Learner(Model& model, AdamClock& adam, const LossOptions& loss, uint32_t batchSize)
    : model_(model),
      adam_(adam),
      options_(loss),
      loss_(loss, batchSize),
      logit_(allocateFloats(size_t{padded(batchSize)} * logitsOf(loss))) {}

double Learner::step(const Samples& batch) {
  const uint32_t samples = static_cast<uint32_t>(batch.size());
  model_.begin(batch);
  model_.forward(batch, logit_.get());
  const double mean = loss_.evaluate(model_.kernels(), batch, samples, logit_.get(), adam_.stepsDone() + 1);
  model_.backward(batch, loss_.residual());
  adam_.advance();
  return mean;
}

void Learner::diagnose(const Samples& batch, Diagnostics& to) {
  const float* positiveLoss =
      loss_.positiveLoss(model_.kernels(), static_cast<uint32_t>(batch.size()), logit_.get());
  to.add(options_, batch, positiveLoss, loss_.sampleLoss(), loss_.dropped());
}

}  // namespace adt
