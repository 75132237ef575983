// Sums the validation loss; batches go to threads whole, and their means are added in order.
#include "validation.h"

#include <algorithm>

namespace adt {
Validation::Validation(const Dataset& data, const LossOptions& loss, uint32_t batchSize, uint32_t seed,
                       unsigned threads)
    : sampler_(data.valid, data.train, data.items, 1, seed, Stream::kValidOrder, Stream::kValidNegative,
               takesFalseForNegative(loss)),
      batchSize_(std::min(batchSize, std::max(sampler_.samplesPerRound(), 1u))),
      scratch_(threads) {
  for (uint32_t user = 0; user < data.valid.users; ++user)
    if (data.valid.count(user) > 0) users_.push_back(user);
  for (Scratch& scratch : scratch_) {
    scratch.samples.resize(padded(batchSize_));
    scratch.loss = std::make_unique<BatchLoss>(loss, batchSize);
    scratch.logit = allocateFloats(size_t{padded(batchSize)} * logitsOf(loss));
  }
}

double Validation::loss(Model& model, ThreadPool& pool, uint32_t step) {
  model.prepareForPairs(users_);
  for (Scratch& scratch : scratch_)
    if (!scratch.scorer) scratch.scorer = model.scorer();
  const uint32_t samples = sampler_.samplesPerRound();
  const PermutationView order = sampler_.order(step);
  std::vector<double> means((samples + batchSize_ - 1) / batchSize_);
  pool.run(static_cast<uint32_t>(means.size()), [&](uint32_t batch, unsigned thread) {
    means[batch] = batchLoss(model.kernels(), order, step, batch, scratch_[thread]);
  });
  double total = 0.0;
  for (double mean : means) total += mean;
  return total;
}

double Validation::batchLoss(const Kernels& kernels, const PermutationView& order, uint32_t step, uint32_t batch,
                             Scratch& scratch) {
  const uint32_t from = batch * batchSize_;
  const uint32_t samples = std::min(batchSize_, sampler_.samplesPerRound() - from);
  sampler_.draw(kernels, order, step, from, samples, scratch.samples, 0);
  for (uint32_t at = 0; at < samples; at += Scorer::kPairs)
    scratch.scorer->pairs(scratch.samples.users.data() + at, scratch.samples.items.data() + at,
                          std::min(Scorer::kPairs, samples - at), scratch.logit.get() + at);
  return scratch.loss->evaluate(kernels, scratch.samples, samples, scratch.logit.get(), step);
}

}  // namespace adt
