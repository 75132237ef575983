// Owns what every model is to the rest of the core: a step in three parts, parameters by name, scorers.
//
// A model knows nothing of losses, samplers or metrics: it turns samples into logits, and the derivative of a loss
// by each logit into an Adam step of all its parameters.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "adam_clock.h"
#include "dataset.h"
#include "embedding.h"
#include "kernels.h"
#include "samples.h"
#include "state.h"
#include "thread_pool.h"

namespace adt {

struct ModelContext {
  ThreadPool& pool;
  const Kernels& kernels;
  AdamClock& adam;
  uint32_t users, items;
  uint32_t batchSize;  // most samples a step may have
  uint32_t seed;
  Csr train;           // each user's history; without users in a replay
};

// What a training starts with, drawn from the stream kInit.
struct Initial {
  enum Kind { kZero, kNormal, kUniform } kind;
  float scale;     // deviation, or bound
  uint32_t round;  // names the parameter's draws
};

// One of the model's parameters, by the name and shape that the parity fixtures give it, row-major.
struct Parameter {
  std::string name;
  uint32_t rows, columns;
  Initial initial;

  // Where it lies: in a table from column `at` on, or in a dense array with `stride` floats a row.
  ParameterTable* table = nullptr;
  uint32_t at = 0;
  float* dense = nullptr;
  uint32_t stride = 0;
  // Columns lie in blocks of `block`, each padded to whole lanes; 0: in one.
  uint32_t block = 0;

  uint32_t place(uint32_t column) const {
    return at + (block == 0 ? column : column / block * padded(block) + column % block);
  }
};

// Where dense parameters lie with their moments, which Adam alone knows the order of.
struct DenseState {
  float* at;
  size_t floats;
};

// Floats that evaluations hold of a model's items or users at a time: 1 MB, so that a training's memory is its
// parameters'. Larger tables are gone through in blocks.
constexpr uint32_t kEvaluationFloats = 1u << 18;

// Rows of `width` floats that make up a block of an evaluation, whole panels of them; all where they fit.
constexpr uint32_t evaluationBlock(uint32_t rows, uint32_t width) {
  return std::min(padded(rows), std::max(kLanes, kEvaluationFloats / width / kLanes * kLanes));
}

// Scores users and items for one thread, as of the model's last `prepareFor...`; changes nothing of the model.
class Scorer {
 public:
  static constexpr uint32_t kPairs = 256;
  static constexpr uint32_t kUsers = 64;

  virtual ~Scorer() = default;

  // The logits of at most kPairs pairs, after prepareForPairs.
  virtual void pairs(const uint32_t* users, const uint32_t* items, uint32_t count, float* logit) = 0;

  // Scores at most kUsers users against the items that prepareForRanking took: offers 16 of them at once, in the
  // model's rankOrder(), when one of them beats the user's threshold or, in an order of its own, ties with it. They
  // are counted from the first; padding has any score.
  virtual void rank(const uint32_t* users, uint32_t count, float* thresholds, Offer offer, void* context) = 0;
};

class Model {
 public:
  explicit Model(const ModelContext& context) : context_(context) {}
  virtual ~Model() = default;
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  // A step is these three, once each, in this order, on the same samples.
  // Groups the samples by row and brings the rows of the batch up to the step before.
  virtual void begin(const Samples& batch) = 0;
  // What can be done for a step before it begins, be it on another thread while the last one runs.
  virtual void arrange(Samples& batch) const { (void)batch; }
  // Whether a step is so short that another thread does more good by drawing and arranging the next ones.
  virtual bool stepsAlone() const { return false; }
  // logit (padded(batch)) of each sample; NMTR has two (nmtr.h).
  virtual void forward(const Samples& batch, float* logit) = 0;
  // residual (batch): the derivative of the loss by each logit. Does the Adam step `adam.step()` of all parameters
  // that it reaches.
  virtual void backward(const Samples& batch, const float* residual) = 0;

  // Gives back what only a step needs and the next one takes again.
  virtual void releaseStep() {}

  // An evaluation as of now; training goes on as if there had been none. Each fills memory that all threads'
  // scorers share, so that only the last of them holds, until the next step.
  // Pairs of these items, which have no gaps, or where `pairsByUser` of these users; ascending, at most pairBlock().
  virtual bool pairsByUser() const { return false; }
  virtual uint32_t pairBlock() const = 0;
  virtual void prepareForPairs(const uint32_t* ids, uint32_t count) = 0;
  // Ranking of `users`, at most kRankedUsers, among the items [from, to), at most rankBlock() of them and from a
  // multiple of kLanes on.
  static constexpr uint32_t kRankedUsers = 16 * Scorer::kUsers;
  virtual uint32_t rankBlock() const = 0;
  virtual void prepareUsers(const uint32_t* users, uint32_t count) { (void)users, (void)count; }
  virtual void prepareForRanking(uint32_t from, uint32_t to) = 0;
  // In which order those items are offered, counted from the first; nullptr: ascending.
  virtual const uint32_t* rankOrder() const { return nullptr; }
  virtual std::unique_ptr<Scorer> scorer() = 0;

  // In the order of the fixtures' `shapes`.
  const std::vector<Parameter>& parameters() const { return parameters_; }
  // Draws all parameters from the seed. Element e of a normal one is normal e % 4 of draw (index, block) = low and
  // high half of e / 4; element e of a uniform one is the first word of draw (index e).
  void initialise();
  // Rows [from, from + count) of a parameter, (count, columns), as of now.
  void read(const Parameter& parameter, uint32_t from, uint32_t count, float* to);
  // The same by one thread of several, after `prepareToRead`.
  void prepareToRead() { context_.adam.prepareToRead(); }
  void readPrepared(const Parameter& parameter, uint32_t from, uint32_t count, float* to) const;
  // Replaces rows [from, from + count) of a parameter and, of a table's, forgets the moments.
  void write(const Parameter& parameter, uint32_t from, uint32_t count, const float* values);

  // All that the model has to remember from step to step. Whoever writes into the blocks calls `stateReplaced` then,
  // with the step that they are as of; it throws when a row claims a later one.
  std::vector<StateBlock> state();
  void stateReplaced(uint32_t step);

  const Kernels& kernels() const { return context_.kernels; }

 protected:
  // Called when dense parameters were replaced.
  virtual void parametersChanged() {}
  // Groups by users and items and brings the rows up, for models with one table of each.
  void beginRows(Embedding& users, Embedding& items, const Samples& batch);
  // Rows [from, to) of a table as of now, (to - from, width).
  void readRows(Embedding& table, uint32_t from, uint32_t to, float* out);

  ModelContext context_;
  std::vector<Parameter> parameters_;
  std::vector<DenseState> dense_;  // of all parameters that lie in no table
};

}  // namespace adt
