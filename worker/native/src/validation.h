// Owns the validation loss: the training's own loss on validation positives and as many fresh negatives.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "batch_loss.h"
#include "model.h"
#include "sampler.h"
#include "thread_pool.h"

namespace adt {

// Some hundred batches at a time are drawn, then scored by blocks of items (CDAE: users), so that what a model computes
// once an item is in memory for a block of them alone, and at last every batch's loss is taken.
class Validation {
 public:
  Validation(const Dataset& data, const LossOptions& loss, uint32_t batchSize, uint32_t seed, unsigned threads);

  // The loss as of iteration `step` (drop or weight included), mean over each batch, summed over the batches.
  // Samples: round `step` of the sampler, one negative a positive.
  double loss(Model& model, ThreadPool& pool, uint32_t step);

 private:
  struct Scratch {
    Samples samples;
    std::unique_ptr<Scorer> scorer;
    std::unique_ptr<BatchLoss> loss;
    Floats logit;
  };
  // A sample, then its logits.
  union Slot {
    struct {
      uint32_t user, item;
    } sample;
    float logit[2];
  };

  uint32_t batches() const { return (sampler_.samplesPerRound() + batchSize_ - 1) / batchSize_; }
  uint32_t samplesOf(uint32_t batch) const {
    return std::min(batchSize_, sampler_.samplesPerRound() - batch * batchSize_);
  }
  // Of the items, or users, whose rows a model prepares.
  uint32_t rowCount(const Model& model) const {
    return model.pairsByUser() ? static_cast<uint32_t>(users_.size()) : items_;
  }
  double lossInOneBlock(Model& model, ThreadPool& pool, const PermutationView& order, uint32_t step);
  // Where a batch's samples are in the window.
  uint32_t placeOf(uint32_t batch) const { return (batch - firstBatch_) * batchSize_; }
  void drawBatch(const Kernels& kernels, const PermutationView& order, uint32_t step, uint32_t batch,
                 Scratch& scratch);
  void scoreWindow(Model& model, ThreadPool& pool);
  void sortByBlock(bool byUser, uint32_t size);
  void rowsOfBlock(bool byUser, uint32_t from, uint32_t size, std::vector<uint32_t>& ids) const;
  void score(uint32_t from, uint32_t to, Scratch& scratch);
  double batchLoss(const Kernels& kernels, uint32_t step, uint32_t batch, Scratch& scratch);

  uint32_t items_;
  std::vector<uint32_t> users_;  // who have validation positives
  Sampler sampler_;
  bool falseIsNegative_;
  uint32_t batchSize_, logits_, stride_;
  std::vector<Scratch> scratch_;  // one a thread
  // The window, from a batch on: (samples); (samples), by block; (blocks + 1), where each begins in it.
  uint32_t firstBatch_ = 0;
  std::vector<Slot> slots_;
  std::vector<uint8_t> kinds_;
  std::vector<uint32_t> order_, starts_;
};

}  // namespace adt
