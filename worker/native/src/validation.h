// Owns the validation loss: the training's own loss on validation positives and as many fresh negatives.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "batch_loss.h"
#include "model.h"
#include "numbered_samples.h"
#include "thread_pool.h"

namespace adt {

// All logits come first, in the order of the samples' numbers, which is that of the users: a user's row is brought up
// once, and the next one lies beside it. Then every batch picks its own, and its loss is taken.
class Validation {
 public:
  Validation(const Dataset& data, const LossOptions& loss, uint32_t batchSize, uint32_t seed, unsigned threads);

  // The loss as of iteration `step` (drop or weight included), mean over each batch, summed over the batches.
  // Samples: round `step` of the part, one negative a positive; a batch has those at as many positions as it is long.
  double loss(Model& model, ThreadPool& pool, uint32_t step);

 private:
  struct Scratch {
    Samples samples;
    std::unique_ptr<Scorer> scorer;
    std::unique_ptr<BatchLoss> loss;
    Floats logit;  // (logits, stride)
  };

  uint32_t samples() const { return numbered_.samplesPerRound(); }
  // What a thread scores at a time: its memory is a batch's.
  uint32_t piece() const { return std::min(Scorer::kPairs, batchSize_); }
  void scoreByUsers(Model& model, ThreadPool& pool, uint32_t step);
  void scoreByItems(Model& model, ThreadPool& pool, uint32_t step);
  void scoreInOrder(ThreadPool& pool, uint32_t step, uint32_t from, uint32_t to);
  void sortWindow(ThreadPool& pool, uint32_t step, uint32_t from, uint32_t samples, uint32_t blockSize);
  void keepLogits(const Scratch& scratch, uint32_t at, uint32_t number);
  double batchLoss(const Kernels& kernels, const PermutationView& order, uint32_t step, uint32_t batch,
                   Scratch& scratch);

  const Csr part_;
  uint32_t items_;
  NumberedSamples numbered_;
  uint32_t batchSize_, logits_, stride_;
  std::vector<Scratch> scratch_;  // one a thread
  std::vector<float> logit_;      // (samples, logits), by number
  // Where items are more than a block, of some samples at a time: by number; numbers by block; where a block begins.
  std::vector<uint32_t> windowUsers_, windowItems_, byBlock_, starts_;
};

}  // namespace adt
