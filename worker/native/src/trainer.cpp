// Runs the training; what its parts mean is in their headers.
#include "trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace adt {
namespace {

constexpr uint32_t kSamplesPerChunk = 128;
constexpr uint32_t kRowsPerChunk = 256;

double secondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Trainer::Trainer(const TrainerOptions& options)
    : options_(options),
      pool_(options.threads),
      model_({options.data.users, options.data.items, options.factors, options.batchSize, options.totalSteps,
              options.adam, options.loss},
             pool_, *options.kernels),
      sampler_(options.data.train, options.data.train, options.data.items, options.negatives, options.seed,
               Stream::kTrainOrder, Stream::kTrainNegative),
      validation_(options.data, options.batchSize, options.seed, options.threads, model_.width()),
      stepsPerEpoch_((sampler_.samplesPerRound() + options.batchSize - 1) / options.batchSize),
      items_(allocateFloats(size_t{padded(options.data.items)} * model_.width())) {
  model_.initialise(options.seed);
}

void Trainer::draw(uint32_t step, Samples& batch) {
  const uint32_t epoch = (step - 1) / stepsPerEpoch_;
  const uint32_t from = (step - 1) % stepsPerEpoch_ * options_.batchSize;
  const uint32_t count = std::min(options_.batchSize, sampler_.samplesPerRound() - from);
  batch.resize(count);
  const Permutation order = sampler_.order(epoch);
  pool_.run((count + kSamplesPerChunk - 1) / kSamplesPerChunk, [&](uint32_t chunk, unsigned) {
    const uint32_t at = chunk * kSamplesPerChunk;
    sampler_.draw(order, epoch, from + at, std::min(kSamplesPerChunk, count - at), batch, at);
  });
}

ChunkResult Trainer::run(uint32_t count) {
  ChunkResult result;
  for (uint32_t n = 0; n < count && result.notFiniteAt == 0; ++n) {
    auto start = std::chrono::steady_clock::now();
    draw(stepsDone() + 1, batch_);
    result.sampleSeconds += secondsSince(start);
    start = std::chrono::steady_clock::now();
    const double loss = model_.step(batch_);
    result.trainSeconds += secondsSince(start);
    result.lossSum += loss;
    result.dropped += model_.dropped().size();
    result.samples += batch_.size();
    ++result.steps;
    if (!std::isfinite(loss)) result.notFiniteAt = stepsDone();
  }
  return result;
}

RankingResult Trainer::rankValid(const std::vector<uint32_t>& topk) {
  return rank(model_, pool_, options_.data.valid, {options_.data.train}, topk, items_.get());
}

RankingResult Trainer::rankTest(const std::vector<uint32_t>& topk) {
  return rank(model_, pool_, options_.data.test, {options_.data.train, options_.data.valid}, topk, items_.get());
}

void Trainer::readRows(Gmf::Table table, uint32_t from, uint32_t count, float* out) {
  const uint32_t factors = model_.factors(), width = model_.width();
  model_.prepareToRead();
  pool_.run((count + kRowsPerChunk - 1) / kRowsPerChunk, [&](uint32_t chunk, unsigned) {
    const uint32_t at = chunk * kRowsPerChunk;
    const uint32_t rows = std::min(kRowsPerChunk, count - at);
    std::vector<float> wide(size_t{rows} * width);
    model_.read(table, nullptr, from + at, from + at + rows, wide.data());
    for (uint32_t row = 0; row < rows; ++row)
      std::copy_n(wide.data() + size_t{row} * width, factors, out + size_t{at + row} * factors);
  });
}

void Trainer::keepBest() {
  const uint32_t users = options_.data.users, items = options_.data.items;
  const size_t factors = model_.factors();
  if (!best_) best_ = allocateFloats((size_t{users} + items + 1) * factors + 1);
  readRows(Gmf::kUser, 0, users, best_.get());
  readRows(Gmf::kItem, 0, items, best_.get() + users * factors);
  model_.copyOut(best_.get() + (size_t{users} + items) * factors);
}

bool Trainer::restoreBest() {
  if (!best_) return false;
  const size_t factors = model_.factors();
  const float* items = best_.get() + options_.data.users * factors;
  const float* out = items + options_.data.items * factors;
  model_.load(best_.get(), items, out, out[factors]);
  return true;
}

}  // namespace adt
