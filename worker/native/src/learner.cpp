// Does a step; the losses of a batch take microseconds, so one thread computes them.
#include "learner.h"

#include <algorithm>

namespace adt {

Learner::Learner(Model& model, AdamClock& adam, const LossOptions& loss, uint32_t batchSize)
    : model_(model), adam_(adam), options_(loss) {
  for (Floats* array : {&logit_, &loss_, &residual_}) *array = allocateFloats(padded(batchSize));
  keys_.reserve(batchSize);
  dropped_.reserve(batchSize);
}

double Learner::step(const Samples& batch) {
  const uint32_t samples = static_cast<uint32_t>(batch.size());
  uint32_t positives = 0;
  for (uint32_t n = 0; n < samples; ++n) positives += batch.sign[n] < 0;
  const uint32_t drop = std::min(dropCount(options_, adam_.stepsDone() + 1, samples), positives);
  const uint32_t kept = samples - drop;

  model_.begin(batch);
  model_.forward(batch, logit_.get());
  model_.kernels().losses({batch.sign.data(), logit_.get(), weightExponent(options_), static_cast<float>(1.0 / kept),
                           loss_.get(), residual_.get()},
                          0, samples);
  chooseDropped(loss_.get(), batch.sign.data(), samples, drop, keys_, dropped_);
  for (uint32_t n : dropped_) residual_[n] = 0.0f;
  model_.backward(batch, residual_.get());
  adam_.advance();

  double total = 0.0;
  auto skip = dropped_.begin();
  for (uint32_t n = 0; n < samples; ++n) {
    if (skip != dropped_.end() && *skip == n)
      ++skip;
    else
      total += loss_[n];
  }
  return total / kept;
}

}  // namespace adt
