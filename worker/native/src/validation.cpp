// Sums the validation loss; batches are summed whole by a thread, and their means added in order.
#include "validation.h"

#include <algorithm>
#include <numeric>

namespace adt {
namespace {

constexpr uint32_t kWindowSamples = 1u << 17;  // of 12 bytes

}  // namespace

Validation::Validation(const Dataset& data, const LossOptions& loss, uint32_t batchSize, uint32_t seed,
                       unsigned threads)
    : part_(data.valid),
      items_(data.items),
      numbered_(data.valid, data.train, data.items, 1, seed, Stream::kValidOrder, Stream::kValidNegative,
                takesFalseForNegative(loss)),
      batchSize_(std::min(batchSize, std::max(samples(), 1u))),
      logits_(logitsOf(loss)),
      stride_(padded(batchSize)),
      scratch_(threads) {
  for (Scratch& scratch : scratch_) {
    scratch.samples.resize(padded(batchSize_));
    scratch.loss = std::make_unique<BatchLoss>(loss, batchSize);
    scratch.logit = allocateFloats(size_t{stride_} * logits_);
  }
}

double Validation::loss(Model& model, ThreadPool& pool, uint32_t step) {
  if (samples() == 0) return 0.0;
  logit_.resize(size_t{samples()} * logits_);
  for (Scratch& scratch : scratch_)
    scratch.scorer = model.scorer();
  if (model.pairsByUser())
    scoreByUsers(model, pool, step);
  else
    scoreByItems(model, pool, step);
  const PermutationView order = numbered_.order(step);
  std::vector<double> means(chunksOf(samples(), batchSize_));
  pool.run(static_cast<uint32_t>(means.size()), [&](uint32_t batch, unsigned thread) {
    means[batch] = batchLoss(model.kernels(), order, step, batch, scratch_[thread]);
  });
  // Rankings and steps have this memory next. Swapped, since an assignment of {} would keep it.
  for (Scratch& scratch : scratch_) scratch.scorer.reset();
  std::vector<float>().swap(logit_);
  for (auto* array : {&windowUsers_, &windowItems_, &byBlock_}) std::vector<uint32_t>().swap(*array);
  return std::accumulate(means.begin(), means.end(), 0.0);
}

// By blocks of users, who have their samples one after the other.
void Validation::scoreByUsers(Model& model, ThreadPool& pool, uint32_t step) {
  std::vector<uint32_t> block;
  const auto scoreBlock = [&] {
    if (block.empty()) return;
    model.prepareForPairs(block.data(), static_cast<uint32_t>(block.size()));
    scoreInOrder(pool, step, numbered_.firstOf(block.front()), numbered_.firstOf(block.back() + 1));
    block.clear();
  };
  for (uint32_t user = 0; user < part_.users; ++user) {
    if (part_.count(user) > 0) block.push_back(user);
    if (block.size() == model.pairBlock()) scoreBlock();
  }
  scoreBlock();
}

// By blocks of items. Where they are one block, as GMF's of Adressa are, nothing has to wait for its own.
void Validation::scoreByItems(Model& model, ThreadPool& pool, uint32_t step) {
  const uint32_t size = model.pairBlock();
  std::vector<uint32_t> ids;
  const auto prepare = [&](uint32_t first) {
    ids.resize(std::min(size, items_ - first));
    std::iota(ids.begin(), ids.end(), first);
    model.prepareForPairs(ids.data(), static_cast<uint32_t>(ids.size()));
  };
  if (size >= items_) {
    prepare(0);
    return scoreInOrder(pool, step, 0, samples());
  }
  for (uint32_t from = 0; from < samples(); from += kWindowSamples) {
    sortWindow(pool, step, from, std::min(kWindowSamples, samples() - from), size);
    for (uint32_t block = 0; block + 1 < starts_.size(); ++block) {
      const uint32_t first = starts_[block], end = starts_[block + 1];
      if (first == end) continue;
      prepare(block * size);
      pool.run(chunksOf(end - first, piece()), [&](uint32_t chunk, unsigned thread) {
        Scratch& scratch = scratch_[thread];
        const uint32_t at = first + chunk * piece(), count = std::min(piece(), end - at);
        for (uint32_t n = 0; n < count; ++n) {
          scratch.samples.users[n] = windowUsers_[byBlock_[at + n]];
          scratch.samples.items[n] = windowItems_[byBlock_[at + n]];
        }
        scratch.scorer->pairs(scratch.samples.users.data(), scratch.samples.items.data(), count, scratch.logit.get());
        for (uint32_t n = 0; n < count; ++n) keepLogits(scratch, n, from + byBlock_[at + n]);
      });
    }
  }
}

void Validation::scoreInOrder(ThreadPool& pool, uint32_t step, uint32_t from, uint32_t to) {
  pool.run(chunksOf(to - from, piece()), [&](uint32_t chunk, unsigned thread) {
    Scratch& scratch = scratch_[thread];
    const uint32_t at = from + chunk * piece(), count = std::min(piece(), to - at);
    uint32_t* users = scratch.samples.users.data();
    uint32_t* items = scratch.samples.items.data();
    numbered_.inOrder(step, at, count, users, items);
    scratch.scorer->pairs(users, items, count, scratch.logit.get());
    for (uint32_t n = 0; n < count; ++n) keepLogits(scratch, n, at + n);
  });
}

// Draws a window; a counting sort of its samples by the block of their items, users ascending in each.
void Validation::sortWindow(ThreadPool& pool, uint32_t step, uint32_t from, uint32_t samples, uint32_t blockSize) {
  for (auto* array : {&windowUsers_, &windowItems_, &byBlock_}) array->resize(samples);
  pool.run(chunksOf(samples, piece()), [&](uint32_t chunk, unsigned) {
    const uint32_t at = chunk * piece();
    numbered_.inOrder(step, from + at, std::min(piece(), samples - at), windowUsers_.data() + at,
                      windowItems_.data() + at);
  });
  starts_.assign(chunksOf(items_, blockSize) + 1, 0);
  for (uint32_t item : windowItems_) ++starts_[item / blockSize + 1];
  std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
  std::vector<uint32_t> next = starts_;
  for (uint32_t n = 0; n < samples; ++n) byBlock_[next[windowItems_[n] / blockSize]++] = n;
}

void Validation::keepLogits(const Scratch& scratch, uint32_t at, uint32_t number) {
  for (uint32_t logit = 0; logit < logits_; ++logit)
    logit_[size_t{number} * logits_ + logit] = scratch.logit[size_t{stride_} * logit + at];
}

double Validation::batchLoss(const Kernels& kernels, const PermutationView& order, uint32_t step, uint32_t batch,
                             Scratch& scratch) {
  const uint32_t from = batch * batchSize_, count = std::min(batchSize_, samples() - from);
  Samples& to = scratch.samples;
  uint32_t* numbers = to.items.data();
  kernels.permute(order, from, count, numbers);
  for (uint32_t n = 0; n < count; ++n) {
    const Samples::Kind kind = numbered_.kindOf(numbers[n]);
    to.kind[n] = kind;
    to.sign[n] = numbered_.signOf(kind);
    for (uint32_t logit = 0; logit < logits_; ++logit)
      scratch.logit[size_t{stride_} * logit + n] = logit_[size_t{numbers[n]} * logits_ + logit];
  }
  return scratch.loss->evaluate(kernels, to, count, scratch.logit.get(), step);
}

}  // namespace adt
