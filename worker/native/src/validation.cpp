// Sums the validation loss; batches go to threads whole, and their means are added in order.
#include "validation.h"

#include <algorithm>

namespace adt {
namespace {

// Users are read in blocks, so that working memory does not grow with the batch.
constexpr uint32_t kBlock = 256;

}  // namespace

Validation::Validation(const Dataset& data, uint32_t batchSize, uint32_t seed, unsigned threads, uint32_t width)
    : sampler_(data.valid, data.train, data.items, 1, seed, Stream::kValidOrder, Stream::kValidNegative),
      batchSize_(std::min(batchSize, std::max(sampler_.samplesPerRound(), 1u))),
      scratch_(threads) {
  for (Scratch& scratch : scratch_) {
    const uint32_t batch = padded(batchSize_);
    scratch.samples.resize(batch);
    scratch.users = allocateFloats(size_t{kBlock} * width);
    for (Floats* array : {&scratch.logit, &scratch.loss, &scratch.residual}) *array = allocateFloats(batch);
    scratch.keys.reserve(batch);
    scratch.dropped.reserve(batch);
    for (uint32_t n = 0; n < kBlock; ++n) scratch.identity.push_back(n);
  }
}

double Validation::loss(Gmf& model, ThreadPool& pool, float* items) {
  model.prepareToRead();
  constexpr uint32_t kRows = 256;
  const uint32_t rows = model.rows(Gmf::kItem);
  pool.run((rows + kRows - 1) / kRows, [&](uint32_t chunk, unsigned) {
    const uint32_t from = chunk * kRows;
    model.read(Gmf::kItem, nullptr, from, std::min(from + kRows, rows), items + size_t{from} * model.width());
  });
  const uint32_t samples = sampler_.samplesPerRound();
  const Permutation order = sampler_.order(model.stepsDone());
  std::vector<double> means((samples + batchSize_ - 1) / batchSize_);
  pool.run(static_cast<uint32_t>(means.size()), [&](uint32_t batch, unsigned thread) {
    means[batch] = batchLoss(model, order, batch, items, scratch_[thread]);
  });
  double total = 0.0;
  for (double mean : means) total += mean;
  return total;
}

double Validation::batchLoss(Gmf& model, const Permutation& order, uint32_t batch, const float* items,
                             Scratch& scratch) {
  const uint32_t from = batch * batchSize_;
  const uint32_t samples = std::min(batchSize_, sampler_.samplesPerRound() - from);
  const Kernels& kernels = model.kernels();
  const LossOptions& options = model.loss();
  sampler_.draw(order, model.stepsDone(), from, samples, scratch.samples, 0);
  for (uint32_t at = 0; at < samples; at += kBlock) {
    const uint32_t count = std::min(kBlock, samples - at);
    model.read(Gmf::kUser, scratch.samples.users.data(), at, at + count, scratch.users.get());
    const PairsView pairs{scratch.users.get(), scratch.identity.data(), items,
                          scratch.samples.items.data() + at, model.out(), model.width()};
    kernels.logits(pairs, 0, count, scratch.logit.get() + at);
  }
  const float beta = options.kind == LossKind::kReweighted ? static_cast<float>(options.beta) : 0.0f;
  const float* sign = scratch.samples.sign.data();
  kernels.losses({sign, scratch.logit.get(), beta, 1.0f, scratch.loss.get(), scratch.residual.get()}, 0, samples);
  const uint32_t drop = dropCount(options, model.stepsDone(), samples);
  chooseDropped(scratch.loss.get(), sign, samples, drop, scratch.keys, scratch.dropped);
  for (uint32_t n : scratch.dropped) scratch.loss[n] = 0.0f;
  double total = 0.0;
  for (uint32_t n = 0; n < samples; ++n) total += scratch.loss[n];
  return total / static_cast<double>(samples - scratch.dropped.size());
}

}  // namespace adt
