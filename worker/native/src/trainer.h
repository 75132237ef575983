// Owns one training: samples, model, evaluation and the parameters worth keeping.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "dataset.h"
#include "gmf.h"
#include "ranking.h"
#include "sampler.h"
#include "thread_pool.h"
#include "validation.h"

namespace adt {

struct TrainerOptions {
  Dataset data;
  uint32_t factors, negatives, batchSize, seed;
  uint64_t totalSteps;
  AdamOptions adam;
  LossOptions loss;
  unsigned threads;
  const Kernels* kernels;
};

struct ChunkResult {
  uint32_t steps = 0;
  double lossSum = 0.0;
  uint64_t dropped = 0, samples = 0;
  double sampleSeconds = 0.0, trainSeconds = 0.0;
  // The step whose loss was not finite; 0: none. The run ended there.
  uint32_t notFiniteAt = 0;
};

class Trainer {
 public:
  explicit Trainer(const TrainerOptions& options);

  uint32_t stepsPerEpoch() const { return stepsPerEpoch_; }
  uint32_t stepsDone() const { return model_.stepsDone(); }

  // The samples of step t, from 1: batch (t - 1) % stepsPerEpoch of epoch (t - 1) / stepsPerEpoch.
  void draw(uint32_t step, Samples& batch);

  // Up to `count` steps.
  ChunkResult run(uint32_t count);

  double validationLoss() { return validation_.loss(model_, pool_, items_.get()); }
  RankingResult rankValid(const std::vector<uint32_t>& topk);
  RankingResult rankTest(const std::vector<uint32_t>& topk);

  // Copies all parameters as they are now. The second brings the copy back, without moments; false: there is none.
  void keepBest();
  bool restoreBest();

  // Rows [from, from + count) of a table, (count, factors).
  void readRows(Gmf::Table table, uint32_t from, uint32_t count, float* out);
  Gmf& model() { return model_; }

 private:
  TrainerOptions options_;
  ThreadPool pool_;
  Gmf model_;
  Sampler sampler_;
  Validation validation_;
  uint32_t stepsPerEpoch_;
  Samples batch_;
  Floats items_;  // (padded(items), width): all items, for an evaluation
  Floats best_;   // users, items (rows, factors), then outW, outB
};

}  // namespace adt
