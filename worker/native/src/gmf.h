// Owns the GMF model in training: its tables, its output layer and one step of each.
//
// logit(u, i) = outW . (userGmf_u * itemGmf_i) + outB. He et al., "Neural collaborative filtering", WWW 2017, eq. 9.
#pragma once
#include <cstdint>
#include <vector>

#include "adam.h"
#include "groups.h"
#include "kernels.h"
#include "loss.h"
#include "parameter_table.h"
#include "sampler.h"
#include "thread_pool.h"

namespace adt {

struct GmfOptions {
  uint32_t users, items, factors;
  uint32_t batchSize;   // most samples a step may have
  uint64_t totalSteps;  // most steps there may be
  AdamOptions adam;
  LossOptions loss;
};

class Gmf {
 public:
  Gmf(const GmfOptions& options, ThreadPool& pool, const Kernels& kernels);

  // Embeddings N(0, 0.01^2), outW uniform in +-sqrt(3 / f), outB 0. Element e of table n (users 0, items 1) is
  // normal e % 4 of draw (index, block) = low and high half of e / 4, round n; outW_f is unit (index f, round 2).
  void initialise(uint32_t seed);

  // One step of training on the samples. Returns the loss that was back-propagated: the mean over the kept.
  double step(const Samples& batch);

  uint32_t stepsDone() const { return done_; }
  // Positions dropped by the last step, ascending.
  const std::vector<uint32_t>& dropped() const { return dropped_; }
  // Loss of each sample of the last step, of the dropped ones too.
  const float* sampleLoss() const { return loss_.get(); }

  enum Table { kUser = 0, kItem = 1 };
  uint32_t rows(Table table) const { return tables_[table].rows(); }
  uint32_t width() const { return tables_[kUser].width(); }
  uint32_t factors() const { return tables_[kUser].columns(); }

  // Rows (ids ? ids[n] : n), n in [from, to), as of the last step done, into out (to - from, width). Training
  // goes on as if they had not been read: how often a model is evaluated does not change it. The tables of gaps
  // for this moment must have been filled by `prepareToRead`.
  void read(Table table, const uint32_t* ids, uint32_t from, uint32_t to, float* out) {
    kernels_.bringUp(gaps_, tables_[table].view(), ids, from, to, out);
  }
  void prepareToRead() { gaps_ = schedule_.gapsEndingAt(done_); }

  // (width) weights, the padding zero, then the bias.
  const float* out() const { return out_.get(); }

  // Replaces all parameters, (rows, factors) each, and forgets their moments.
  void load(const float* users, const float* items, const float* outW, float outB);
  // The other way: outW (factors), then outB.
  void copyOut(float* to) const;

  const Kernels& kernels() const { return kernels_; }
  const LossOptions& loss() const { return options_.loss; }

 private:
  void readBatchRows();
  void forward(const Samples& batch, float scale);
  void update(uint32_t samples);
  PairsView pairs() const;

  GmfOptions options_;
  ThreadPool& pool_;
  const Kernels& kernels_;
  AdamSchedule schedule_;
  ParameterTable tables_[2];
  Floats out_;  // p, m, v of (width + kLanes)
  uint32_t done_ = 0;
  GapView gaps_{};

  Groups groups_[2];
  Floats current_[2];  // (groups, width): the batch's rows as of the step before
  Floats logit_, loss_, residual_, partial_, outGradient_;
  std::vector<uint64_t> keys_;
  std::vector<uint32_t> dropped_;
};

}  // namespace adt
