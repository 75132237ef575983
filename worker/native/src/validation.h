// Owns the validation loss: the training's own loss on validation positives and as many fresh negatives.
#pragma once
#include <cstdint>
#include <vector>

#include "gmf.h"
#include "sampler.h"
#include "thread_pool.h"

namespace adt {

class Validation {
 public:
  Validation(const Dataset& data, uint32_t batchSize, uint32_t seed, unsigned threads, uint32_t width);

  // The loss as of iteration t = stepsDone (drop or weight included), mean over each batch, summed over the
  // batches. Samples: round t of the sampler, one negative a positive. `items` is (items, width) working memory.
  double loss(Gmf& model, ThreadPool& pool, float* items);

 private:
  struct Scratch {
    Samples samples;
    Floats users, logit, loss, residual;
    std::vector<uint32_t> identity, dropped;
    std::vector<uint64_t> keys;
  };

  double batchLoss(Gmf& model, const Permutation& order, uint32_t batch, const float* items, Scratch& scratch);

  Sampler sampler_;
  uint32_t batchSize_;
  std::vector<Scratch> scratch_;  // one a thread
};

}  // namespace adt
