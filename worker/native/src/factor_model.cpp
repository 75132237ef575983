// Scores, evaluates and updates GMF and NMTR; each part of a step is spread over the threads by chunks of fixed size.
#include "factor_model.h"

#include <cmath>

#include "panels.h"

namespace adt {
namespace {

constexpr float kInitialDeviation = 0.01f;
// What names the draws of each task's outW; the second is one that no other parameter of any model has.
constexpr uint32_t kOutRound[] = {2, 64};

}  // namespace

FactorModel::FactorModel(const ModelContext& context, uint32_t factors, uint32_t tasks)
    : Model(context),
      users_(context.users, factors, context.batchSize),
      items_(context.items, factors, context.batchSize),
      factors_(factors),
      tasks_(tasks),
      mostChunks_(chunksOf(context.batchSize, kSamplesPerChunk)),
      partial_(allocateFloats(size_t{tasks} * mostChunks_ * outWidth())),
      outGradient_(allocateFloats(outWidth())),
      evaluation_(allocateFloats(size_t{pairBlock()} * width())) {
  const float bound = static_cast<float>(std::sqrt(3.0 / factors));
  parameters_ = {
      {"userGmf", context.users, factors, {Initial::kNormal, kInitialDeviation, 0}, &users_.table()},
      {"itemGmf", context.items, factors, {Initial::kNormal, kInitialDeviation, 1}, &items_.table()},
  };
  for (uint32_t task = 0; task < tasks; ++task) {
    out_.push_back(allocateFloats(size_t{3} * outWidth()));
    const std::string suffix = task == 0 ? "" : std::to_string(task + 1);
    float* const at = out_.back().get();
    dense_.push_back({at, size_t{3} * outWidth()});
    parameters_.push_back(
        {"outW" + suffix, 1, factors, {Initial::kUniform, bound, kOutRound[task]}, nullptr, 0, at});
    parameters_.push_back({"outB" + suffix, 1, 1, {Initial::kZero, 0.0f, 0}, nullptr, width(), at});
  }
}

// --- a step -------------------------------------------------------------------------------------------------------

void FactorModel::arrange(Samples& batch) const {
  const uint32_t samples = static_cast<uint32_t>(batch.size());
  batch.byUser.build(batch.users.data(), samples, users_.rows());
  batch.byItem.build(batch.items.data(), samples, items_.rows());
  batch.isArranged = true;
}

PairsView FactorModel::batchPairs(uint32_t task) const {
  return {users_.current(), users_.rowOfSample(), items_.current(), items_.rowOfSample(), out(task), width()};
}

void FactorModel::logits(PairsView view, uint32_t from, uint32_t to, float* logit) const {
  for (uint32_t task = 0; task < tasks_; ++task) {
    float* const own = logit + size_t{stride()} * task;
    view.out = out(task);
    kernels().logits(view, from, to, own);
    if (task > 0)
      for (uint32_t n = from; n < to; ++n) own[n] += own[n - size_t{stride()}];
  }
}

void FactorModel::forward(const Samples& batch, float* logit) {
  const uint32_t samples = static_cast<uint32_t>(batch.size());
  const PairsView view = batchPairs(0);
  context_.pool.run(chunksOf(samples, kSamplesPerChunk), [&](uint32_t chunk, unsigned) {
    const uint32_t from = chunk * kSamplesPerChunk;
    logits(view, from, std::min(from + kSamplesPerChunk, samples), logit);
  });
}

RowUpdate FactorModel::updateOf(Embedding& table) const {
  RowUpdate update{};
  update.groups = table.groups().view();
  update.rows = table.view();
  update.current = table.current();
  update.step = context_.adam.step();
  return update;
}

float* FactorModel::partial(uint32_t task, uint32_t chunk) {
  return partial_.get() + (size_t{mostChunks_} * task + chunk) * outWidth();
}

void FactorModel::update(const RowUpdate& users, const RowUpdate& items, const float* const* residual,
                         uint32_t samples) {
  const uint32_t outChunks = chunksOf(samples, kSamplesPerChunk);
  const uint32_t firstItem = users_.chunks(), firstOut = firstItem + items_.chunks();
  // The output layers need the rows as they were before the step, which the updates leave in `current`.
  context_.pool.run(firstOut + tasks_ * outChunks, [&](uint32_t chunk, unsigned) {
    if (chunk >= firstOut) {
      const uint32_t task = (chunk - firstOut) / outChunks, at = (chunk - firstOut) % outChunks;
      kernels().outGradient(batchPairs(task), residual[task], at * kSamplesPerChunk,
                            std::min((at + 1) * kSamplesPerChunk, samples), partial(task, at));
      return;
    }
    const bool isUser = chunk < firstItem;
    const uint32_t at = isUser ? chunk : chunk - firstItem;
    kernels().updateRows(isUser ? users : items, at * kRowsPerChunk, (isUser ? users_ : items_).chunkEnd(at));
  });
  for (uint32_t task = 0; task < tasks_; ++task) stepOut(task, users.step, outChunks);
}

void FactorModel::stepOut(uint32_t task, const AdamStep& step, uint32_t chunks) {
  std::fill_n(outGradient_.get(), outWidth(), 0.0f);
  for (uint32_t chunk = 0; chunk < chunks; ++chunk)
    for (uint32_t c = 0; c < outWidth(); ++c) outGradient_[c] += partial(task, chunk)[c];
  kernels().updateDense(step, out_[task].get(), outWidth(), outGradient_.get(), outWidth());
}

// --- evaluation ---------------------------------------------------------------------------------------------------

void FactorModel::prepareForPairs(const uint32_t* ids, uint32_t count) {
  context_.adam.prepareToRead();
  first_ = ids[0];
  readRows(items_, first_, first_ + count, evaluation_.get());
}

void FactorModel::prepareForRanking(uint32_t from, uint32_t to) {
  context_.adam.prepareToRead();
  first_ = from, end_ = to;
  context_.pool.run(panelsOf(to - from), [&](uint32_t panel, unsigned) {
    std::vector<float> rows(size_t{kLanes} * width());
    const uint32_t first = from + panel * kLanes, end = std::min(first + kLanes, to);
    kernels().bringUp(context_.adam.gaps(), items_.table().view(), nullptr, first, end, rows.data());
    packPanel(rows.data(), width(), end - first, factors_, evaluation_.get() + size_t{panel} * kLanes * factors_);
  });
}

class FactorModel::FactorScorer : public Scorer {
 public:
  explicit FactorScorer(FactorModel& model)
      : model_(model), users_(allocateFloats(size_t{kPairs} * model.width())) {}

  void pairs(const uint32_t* users, const uint32_t* items, uint32_t count, float* logit) override {
    uint32_t ids[kPairs], userRow[kPairs], itemRow[kPairs], rows = 0;
    for (uint32_t n = 0; n < count; ++n) {
      if (rows == 0 || ids[rows - 1] != users[n]) ids[rows++] = users[n];  // a user's pairs mostly follow each other
      userRow[n] = rows - 1;
      itemRow[n] = items[n] - model_.first_;
    }
    readUsers(ids, rows);
    model_.logits({users_.get(), userRow, model_.evaluation_.get(), itemRow, nullptr, model_.width()}, 0, count,
                  logit);
  }

  // By the last task; the biases are the same for all.
  void rank(const uint32_t* users, uint32_t count, float* thresholds, Offer offer, void* context) override {
    readUsers(users, count);
    const uint32_t width = model_.width();
    for (uint32_t f = 0; f < model_.factors_; ++f) {
      float weight = model_.out(0)[f];
      for (uint32_t task = 1; task < model_.tasks_; ++task) weight += model_.out(task)[f];
      for (uint32_t n = 0; n < count; ++n) users_[size_t{n} * width + f] *= weight;
    }
    scorePanels(model_.kernels(), users_.get(), width, count, model_.evaluation_.get(), model_.factors_,
                model_.end_ - model_.first_, thresholds, offer, context);
  }

 private:
  void readUsers(const uint32_t* users, uint32_t count) {
    model_.kernels().bringUp(model_.context_.adam.gaps(), model_.users_.table().view(), users, 0, count,
                             users_.get());
  }

  FactorModel& model_;
  Floats users_;  // (kPairs, width)
};

std::unique_ptr<Scorer> FactorModel::scorer() { return std::make_unique<FactorScorer>(*this); }

}  // namespace adt
