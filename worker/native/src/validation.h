// Owns the validation loss: the training's own loss on validation positives and as many fresh negatives.
#pragma once
#include <cstdint>
#include <vector>

#include "batch_loss.h"
#include "model.h"
#include "sampler.h"
#include "thread_pool.h"

namespace adt {

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

  double batchLoss(const Kernels& kernels, const PermutationView& order, uint32_t step, uint32_t batch,
                   Scratch& scratch);

  std::vector<uint32_t> users_;  // who have validation positives
  Sampler sampler_;
  uint32_t batchSize_;
  std::vector<Scratch> scratch_;  // one a thread
};

}  // namespace adt
