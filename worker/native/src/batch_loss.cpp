// Computes the losses of a batch; that takes microseconds, so one thread does it.
#include "batch_loss.h"

#include <algorithm>

namespace adt {

BatchLoss::BatchLoss(const LossOptions& options, uint32_t batchSize)
    : options_(options),
      stride_(padded(batchSize)),
      loss_(allocateFloats(stride_)),
      residual_(allocateFloats(size_t{stride_} * logitsOf(options))) {
  keys_.reserve(batchSize);
  dropped_.reserve(batchSize);
  if (options.kind == LossKind::kCe || options.kind == LossKind::kTruncated) return;
  for (Floats* array : {&ones_, &secondSign_, &secondLoss_, &ignored_}) *array = allocateFloats(stride_);
  std::fill_n(ones_.get(), stride_, -1.0f);
}

double BatchLoss::evaluate(const Kernels& kernels, const Samples& batch, uint32_t samples, const float* logit,
                           uint64_t t) {
  uint32_t positives = 0;
  for (uint32_t n = 0; n < samples; ++n) positives += batch.sign[n] < 0;
  const uint32_t drop = std::min(dropCount(options_, t, samples), positives);
  const uint32_t kept = samples - drop;
  const float scale = static_cast<float>(1.0 / kept);
  if (options_.kind == LossKind::kCascade) {
    cascade(kernels, batch, samples, logit, scale);
  } else {
    kernels.losses({batch.sign.data(), logit, weightExponent(options_), scale, loss_.get(), residual_.get()}, 0,
                   samples);
    if (options_.kind == LossKind::kFeedback) weightByFeedback(batch, samples);
  }
  chooseDropped(loss_.get(), batch.sign.data(), samples, drop, keys_, dropped_);
  for (uint32_t n : dropped_) residual_[n] = 0.0f;

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

void BatchLoss::weightByFeedback(const Samples& batch, uint32_t samples) {
  const float weights[] = {static_cast<float>(options_.negativeWeight), 1.0f,
                           static_cast<float>(options_.falseWeight)};
  for (uint32_t n = 0; n < samples; ++n) {
    const float weight = weights[batch.kind[n]];
    loss_[n] *= weight;
    residual_[n] *= weight;
  }
}

void BatchLoss::cascade(const Kernels& kernels, const Samples& batch, uint32_t samples, const float* logit,
                        float scale) {
  const float click = static_cast<float>(options_.clickWeight), satisfaction = 1.0f - click;
  for (uint32_t n = 0; n < samples; ++n) secondSign_[n] = batch.kind[n] == Samples::kPositive ? -1.0f : 1.0f;
  kernels.losses({batch.sign.data(), logit, 0.0f, click * scale, loss_.get(), residual_.get()}, 0, samples);
  kernels.losses({secondSign_.get(), logit + stride_, 0.0f, satisfaction * scale, secondLoss_.get(),
                  residual_.get() + stride_},
                 0, samples);
  for (uint32_t n = 0; n < samples; ++n) loss_[n] = click * loss_[n] + satisfaction * secondLoss_[n];
}

const float* BatchLoss::positiveLoss(const Kernels& kernels, uint32_t samples, const float* logit) {
  if (!ones_) return loss_.get();  // CE and T-CE: what a positive costs already
  const float* ranks = logit + size_t{stride_} * (logitsOf(options_) - 1);
  kernels.losses({ones_.get(), ranks, 0.0f, 1.0f, secondLoss_.get(), ignored_.get()}, 0, samples);
  return secondLoss_.get();
}

}  // namespace adt
