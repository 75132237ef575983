// Owns one training: samples, model, evaluation and the parameters worth keeping.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "dataset.h"
#include "corruption.h"
#include "kept.h"
#include "learner.h"
#include "models.h"
#include "ranking.h"
#include "sampler.h"
#include "thread_pool.h"
#include "validation.h"

namespace adt {

struct TrainerOptions {
  Dataset data;
  ModelOptions model;
  uint32_t negatives, batchSize, seed;
  uint64_t totalSteps;
  AdamOptions adam;
  LossOptions loss;
  unsigned threads;
  const Kernels* kernels;
  std::string scratchFolder;  // for what need not be in memory; may be empty
};

struct ChunkResult {
  uint32_t steps = 0;
  double lossSum = 0.0;
  uint64_t dropped = 0, samples = 0;
  double sampleSeconds = 0.0, trainSeconds = 0.0;
  Diagnostics diagnostics;
  // The step whose loss was not finite; 0: none. The run ended there.
  uint32_t notFiniteAt = 0;
};

class Trainer {
 public:
  explicit Trainer(const TrainerOptions& options);

  uint32_t stepsPerEpoch() const { return stepsPerEpoch_; }
  uint32_t stepsDone() const { return adam_.stepsDone(); }

  // The samples of step t, from 1: batch (t - 1) % stepsPerEpoch of epoch (t - 1) / stepsPerEpoch.
  void draw(uint32_t step, Samples& batch);

  // Up to `count` steps.
  ChunkResult run(uint32_t count);

  double validationLoss() {
    endSteps();
    return validation_.loss(*model_, pool_, stepsDone());
  }
  // Full ranking, on the test part or the validation part, of those `users` who have interactions there; nullptr: of
  // all who have.
  RankingResult rank(bool test, const std::vector<uint32_t>& topk, const std::vector<uint32_t>* users);

  // Copies all parameters as they are now. The second brings the copy back, without moments; false: there is none.
  void keepBest() { kept_.keep(*model_, pool_); }
  bool restoreBest();
  KeptParameters& kept() { return kept_; }

  // Goes on after `step`, with what has been written into the blocks of the model's state.
  void resumeAt(uint32_t step);

  // Whether it is known which training interactions are false positives.
  bool hasFlags() const { return options_.data.positives.truePositive != nullptr; }
  Model& model() { return *model_; }

 private:
  struct Drawn {
    uint32_t step = 0;
    Samples batch;
  };

  // Whether the next batches are drawn on one thread while another does the steps.
  bool isPipelined() const { return pool_.threads() > 1 && model_->stepsAlone(); }
  // Evaluations have the memory of CDAE's inputs, which may be MBs; the next step takes it again.
  void endSteps();
  Samples& drawn(uint32_t step);
  void doStep(const Samples& batch, ChunkResult& result);

  TrainerOptions options_;
  ThreadPool pool_;
  AdamClock adam_;
  std::unique_ptr<Model> model_;
  Learner learner_;
  Sampler sampler_;
  std::optional<Corruption> corruption_;  // CDAE only
  Validation validation_;
  uint32_t stepsPerEpoch_;
  KeptParameters kept_;
  std::vector<Drawn> drawn_;  // that of step t is at t % drawn_.size()
};

}  // namespace adt
