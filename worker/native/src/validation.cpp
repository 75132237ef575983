// Sums the validation loss; batches are drawn and summed whole by a thread, and their means added in order.
#include "validation.h"

#include <algorithm>
#include <numeric>

namespace adt {
namespace {

constexpr uint32_t kWindowSamples = 1u << 17;  // of 13 bytes

}  // namespace

Validation::Validation(const Dataset& data, const LossOptions& loss, uint32_t batchSize, uint32_t seed,
                       unsigned threads)
    : items_(data.items),
      sampler_(data.valid, data.train, data.items, 1, seed, Stream::kValidOrder, Stream::kValidNegative,
               takesFalseForNegative(loss)),
      falseIsNegative_(takesFalseForNegative(loss)),
      batchSize_(std::min(batchSize, std::max(sampler_.samplesPerRound(), 1u))),
      logits_(logitsOf(loss)),
      stride_(padded(batchSize)),
      scratch_(threads) {
  for (uint32_t user = 0; user < data.valid.users; ++user)
    if (data.valid.count(user) > 0) users_.push_back(user);
  for (Scratch& scratch : scratch_) {
    scratch.samples.resize(padded(batchSize_));
    scratch.loss = std::make_unique<BatchLoss>(loss, batchSize);
    scratch.logit = allocateFloats(size_t{stride_} * logits_);
  }
}

double Validation::loss(Model& model, ThreadPool& pool, uint32_t step) {
  for (Scratch& scratch : scratch_)
    if (!scratch.scorer) scratch.scorer = model.scorer();
  const PermutationView order = sampler_.order(step);
  if (batches() > 0 && chunksOf(rowCount(model), model.pairBlock()) == 1) return lossInOneBlock(model, pool, order, step);
  // z of a user costs as much as twenty of his pairs: users are gone through once.
  const uint32_t most = model.pairsByUser() ? batches() : std::max(1u, kWindowSamples / batchSize_);
  double total = 0.0;
  for (firstBatch_ = 0; firstBatch_ < batches(); firstBatch_ += most) {
    const uint32_t count = std::min(most, batches() - firstBatch_);
    const uint32_t samples = std::min(count * batchSize_, sampler_.samplesPerRound() - firstBatch_ * batchSize_);
    slots_.resize(samples);
    kinds_.resize(samples);
    pool.run(count, [&](uint32_t n, unsigned thread) {
      drawBatch(model.kernels(), order, step, firstBatch_ + n, scratch_[thread]);
    });
    scoreWindow(model, pool);
    std::vector<double> means(count);
    pool.run(count, [&](uint32_t n, unsigned thread) {
      means[n] = batchLoss(model.kernels(), step, firstBatch_ + n, scratch_[thread]);
    });
    for (double mean : means) total += mean;
  }
  // Rankings have this memory next; CDAE's window is all samples.
  slots_ = {}, kinds_ = {}, order_ = {};
  return total;
}

// Nothing has to wait for its block: a batch is drawn, scored and summed by a thread at once.
double Validation::lossInOneBlock(Model& model, ThreadPool& pool, const PermutationView& order, uint32_t step) {
  std::vector<uint32_t> ids;
  rowsOfBlock(model.pairsByUser(), 0, rowCount(model), ids);
  model.prepareForPairs(ids.data(), static_cast<uint32_t>(ids.size()));
  std::vector<double> means(batches());
  pool.run(batches(), [&](uint32_t batch, unsigned thread) {
    Scratch& scratch = scratch_[thread];
    const uint32_t samples = samplesOf(batch);
    sampler_.draw(model.kernels(), order, step, batch * batchSize_, samples, scratch.samples, 0);
    for (uint32_t at = 0; at < samples; at += Scorer::kPairs)
      scratch.scorer->pairs(scratch.samples.users.data() + at, scratch.samples.items.data() + at,
                            std::min(Scorer::kPairs, samples - at), scratch.logit.get() + at);
    means[batch] = scratch.loss->evaluate(model.kernels(), scratch.samples, samples, scratch.logit.get(), step);
  });
  double total = 0.0;
  for (double mean : means) total += mean;
  return total;
}

void Validation::scoreWindow(Model& model, ThreadPool& pool) {
  const uint32_t size = model.pairBlock();
  sortByBlock(model.pairsByUser(), size);
  std::vector<uint32_t> ids;
  for (uint32_t block = 0; block + 1 < starts_.size(); ++block) {
    const uint32_t from = starts_[block], count = starts_[block + 1] - from;
    if (count == 0) continue;
    rowsOfBlock(model.pairsByUser(), block * size, size, ids);
    model.prepareForPairs(ids.data(), static_cast<uint32_t>(ids.size()));
    // A thread's memory is a batch's.
    const uint32_t most = std::min(Scorer::kPairs, batchSize_);
    pool.run(chunksOf(count, most), [&](uint32_t piece, unsigned thread) {
      const uint32_t at = piece * most;
      score(from + at, from + std::min(at + most, count), scratch_[thread]);
    });
  }
}

void Validation::drawBatch(const Kernels& kernels, const PermutationView& order, uint32_t step, uint32_t batch,
                           Scratch& scratch) {
  const uint32_t from = placeOf(batch), samples = samplesOf(batch);
  sampler_.draw(kernels, order, step, batch * batchSize_, samples, scratch.samples, 0);
  for (uint32_t n = 0; n < samples; ++n) {
    slots_[from + n].sample = {scratch.samples.users[n], scratch.samples.items[n]};
    kinds_[from + n] = scratch.samples.kind[n];
  }
}

// A counting sort of the samples' numbers by block.
void Validation::sortByBlock(bool byUser, uint32_t size) {
  const uint32_t samples = static_cast<uint32_t>(slots_.size());
  const uint32_t blocks = chunksOf(byUser ? static_cast<uint32_t>(users_.size()) : items_, size);
  order_.resize(samples);
  std::vector<uint32_t> firstUsers;
  for (uint32_t block = 1; byUser && block < blocks; ++block) firstUsers.push_back(users_[size_t{block} * size]);
  const auto blockOf = [&](const Slot& slot) {
    if (!byUser) return slot.sample.item / size;
    return static_cast<uint32_t>(std::upper_bound(firstUsers.begin(), firstUsers.end(), slot.sample.user) -
                                 firstUsers.begin());
  };
  std::vector<uint32_t> next(blocks + 1, 0);
  for (const Slot& slot : slots_) ++next[blockOf(slot) + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  starts_ = next;
  for (uint32_t n = 0; n < samples; ++n) order_[next[blockOf(slots_[n])]++] = n;
}

// The items, or users, from the place `from` on.
void Validation::rowsOfBlock(bool byUser, uint32_t from, uint32_t size, std::vector<uint32_t>& ids) const {
  const uint32_t all = byUser ? static_cast<uint32_t>(users_.size()) : items_;
  ids.resize(std::min(size, all - from));
  if (byUser)
    std::copy_n(users_.begin() + from, ids.size(), ids.begin());
  else
    std::iota(ids.begin(), ids.end(), from);
}

// Samples at [from, to) of the order: their logits take the place of what they are.
void Validation::score(uint32_t from, uint32_t to, Scratch& scratch) {
  const auto slot = [&](uint32_t at) -> Slot& { return slots_[order_[at]]; };
  const uint32_t count = to - from;
  for (uint32_t n = 0; n < count; ++n) {
    scratch.samples.users[n] = slot(from + n).sample.user;
    scratch.samples.items[n] = slot(from + n).sample.item;
  }
  scratch.scorer->pairs(scratch.samples.users.data(), scratch.samples.items.data(), count, scratch.logit.get());
  for (uint32_t n = 0; n < count; ++n)
    for (uint32_t logit = 0; logit < logits_; ++logit)
      slot(from + n).logit[logit] = scratch.logit[size_t{stride_} * logit + n];
}

double Validation::batchLoss(const Kernels& kernels, uint32_t step, uint32_t batch, Scratch& scratch) {
  const uint32_t from = placeOf(batch), samples = samplesOf(batch);
  Samples& to = scratch.samples;
  for (uint32_t n = 0; n < samples; ++n) {
    to.kind[n] = kinds_[from + n];
    const bool isPositive = to.kind[n] == Samples::kPositive ||
                            (to.kind[n] == Samples::kFalsePositive && !falseIsNegative_);
    to.sign[n] = isPositive ? -1.0f : 1.0f;
    for (uint32_t logit = 0; logit < logits_; ++logit)
      scratch.logit[size_t{stride_} * logit + n] = slots_[from + n].logit[logit];
  }
  return scratch.loss->evaluate(kernels, to, samples, scratch.logit.get(), step);
}

}  // namespace adt
