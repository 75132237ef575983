// Trains and scores NMTR with GMF's kernels: each task is a GMF of its own output layer on the same rows.
#include "nmtr.h"

#include <cmath>

#include "panels.h"

namespace adt {
namespace {

constexpr uint32_t kSamplesPerChunk = 64;
constexpr float kInitialDeviation = 0.01f;
// Rounds of the other parameters are GMF's; this one no other model draws.
constexpr uint32_t kSecondOutRound = 64;

}  // namespace

Nmtr::Nmtr(const ModelContext& context, uint32_t factors)
    : Model(context),
      factors_(factors),
      users_(context.users, factors, context.batchSize),
      items_(context.items, factors, context.batchSize),
      partial_(allocateFloats(size_t{chunksOf(context.batchSize, kSamplesPerChunk)} * (width() + kLanes))),
      outGradient_(allocateFloats(width() + kLanes)),
      evaluation_(allocateFloats(size_t{pairBlock()} * width())) {
  for (int task = 0; task < 2; ++task) {
    out_[task] = allocateFloats(3 * (width() + kLanes));
    residual_[task] = allocateFloats(stride());
    gradient_[task] = allocateFloats(size_t{context.batchSize} * width());
  }
  const float bound = static_cast<float>(std::sqrt(3.0 / factors));
  parameters_ = {
      {"userGmf", context.users, factors, {Initial::kNormal, kInitialDeviation, 0}, &users_.table()},
      {"itemGmf", context.items, factors, {Initial::kNormal, kInitialDeviation, 1}, &items_.table()},
      {"outW", 1, factors, {Initial::kUniform, bound, 2}, nullptr, 0, out_[0].get()},
      {"outB", 1, 1, {Initial::kZero, 0.0f, 0}, nullptr, width(), out_[0].get()},
      {"outW2", 1, factors, {Initial::kUniform, bound, kSecondOutRound}, nullptr, 0, out_[1].get()},
      {"outB2", 1, 1, {Initial::kZero, 0.0f, 0}, nullptr, width(), out_[1].get()},
  };
  for (const Floats& head : out_) dense_.push_back({head.get(), 3 * (width() + kLanes)});
}

PairsView Nmtr::pairs(int task) const {
  return {users_.current(), users_.rowOfSample(), items_.current(), items_.rowOfSample(), head(task), width()};
}

void Nmtr::forward(const Samples& batch, float* logit) {
  const uint32_t samples = static_cast<uint32_t>(batch.size());
  float* second = logit + stride();
  context_.pool.run(chunksOf(samples, kSamplesPerChunk), [&](uint32_t chunk, unsigned) {
    const uint32_t from = chunk * kSamplesPerChunk, to = std::min(from + kSamplesPerChunk, samples);
    kernels().logits(pairs(0), from, to, logit);
    kernels().logits(pairs(1), from, to, second);
    for (uint32_t n = from; n < to; ++n) second[n] += logit[n];
  });
}

void Nmtr::backward(const Samples& batch, const float* residual) {
  const uint32_t samples = static_cast<uint32_t>(batch.size());
  const AdamStep step = context_.adam.step();
  for (uint32_t n = 0; n < samples; ++n) {
    residual_[1][n] = residual[stride() + n];
    residual_[0][n] = residual[n] + residual_[1][n];  // the first output is part of both logits
  }
  context_.pool.run(chunksOf(samples, kSamplesPerChunk), [&](uint32_t chunk, unsigned) {
    combine(chunk * kSamplesPerChunk, std::min((chunk + 1) * kSamplesPerChunk, samples));
  });
  const auto updateOf = [&](Embedding& table, int side) -> RowUpdate {
    return {table.groups().view(), table.table().view(), table.current(), nullptr, gradient_[side].get(),
            nullptr,               nullptr,              step};
  };
  const RowUpdate userUpdate = updateOf(users_, 0), itemUpdate = updateOf(items_, 1);
  const uint32_t firstItem = users_.chunks();
  // The heads need the rows as they were before the step, which the updates leave in `current`.
  context_.pool.run(firstItem + items_.chunks(), [&](uint32_t chunk, unsigned) {
    const bool isUser = chunk < firstItem;
    const uint32_t at = isUser ? chunk : chunk - firstItem;
    kernels().updateRows(isUser ? userUpdate : itemUpdate, at * kRowsPerChunk,
                         (isUser ? users_ : items_).chunkEnd(at));
  });
  for (int task = 0; task < 2; ++task) updateHead(task, samples, step);
}

// A sample's gradient by z is a sum over both outputs, so that it can't be one number times one vector as in GMF.
void Nmtr::combine(uint32_t from, uint32_t to) {
  for (uint32_t n = from; n < to; ++n) {
    const float* user = users_.current() + size_t{width()} * users_.rowOfSample()[n];
    const float* item = items_.current() + size_t{width()} * items_.rowOfSample()[n];
    float* byUser = gradient_[0].get() + size_t{width()} * n;
    float* byItem = gradient_[1].get() + size_t{width()} * n;
    for (uint32_t f = 0; f < width(); ++f) {
      const float byProduct = residual_[0][n] * head(0)[f] + residual_[1][n] * head(1)[f];
      byUser[f] = byProduct * item[f];
      byItem[f] = byProduct * user[f];
    }
  }
}

void Nmtr::updateHead(int task, uint32_t samples, const AdamStep& step) {
  const uint32_t outWidth = width() + kLanes, chunks = chunksOf(samples, kSamplesPerChunk);
  context_.pool.run(chunks, [&](uint32_t chunk, unsigned) {
    const uint32_t from = chunk * kSamplesPerChunk;
    kernels().outGradient(pairs(task), residual_[task].get(), from, std::min(from + kSamplesPerChunk, samples),
                          partial_.get() + size_t{chunk} * outWidth);
  });
  std::fill_n(outGradient_.get(), outWidth, 0.0f);
  for (uint32_t chunk = 0; chunk < chunks; ++chunk)
    for (uint32_t c = 0; c < outWidth; ++c) outGradient_[c] += partial_[size_t{chunk} * outWidth + c];
  kernels().updateDense(step, out_[task].get(), outWidth, outGradient_.get(), outWidth);
}

// --- evaluation ---------------------------------------------------------------------------------------------------

void Nmtr::prepareForPairs(const uint32_t* ids, uint32_t count) {
  context_.adam.prepareToRead();
  first_ = ids[0];
  readRows(items_, first_, first_ + count, evaluation_.get());
}

void Nmtr::prepareForRanking(uint32_t from, uint32_t to) {
  context_.adam.prepareToRead();
  first_ = from, end_ = to;
  context_.pool.run(panelsOf(to - from), [&](uint32_t panel, unsigned) {
    std::vector<float> rows(size_t{kLanes} * width());
    const uint32_t first = from + panel * kLanes, end = std::min(first + kLanes, to);
    kernels().bringUp(context_.adam.gaps(), items_.table().view(), nullptr, first, end, rows.data());
    packPanel(rows.data(), width(), end - first, factors_, evaluation_.get() + size_t{panel} * kLanes * factors_);
  });
}

class Nmtr::NmtrScorer : public Scorer {
 public:
  explicit NmtrScorer(Nmtr& model) : model_(model), users_(allocateFloats(size_t{kPairs} * model.width())) {
    for (uint32_t n = 0; n < kPairs; ++n) identity_[n] = n;
  }

  void pairs(const uint32_t* users, const uint32_t* items, uint32_t count, float* logit) override {
    readUsers(users, count);
    for (uint32_t n = 0; n < count; ++n) itemRow_[n] = items[n] - model_.first_;
    float* second = logit + model_.stride();
    for (int task = 0; task < 2; ++task) {
      const PairsView view{users_.get(),       identity_,      model_.evaluation_.get(), itemRow_,
                           model_.head(task), model_.width()};
      model_.kernels().logits(view, 0, count, task == 0 ? logit : second);
    }
    for (uint32_t n = 0; n < count; ++n) second[n] += logit[n];
  }

  // By satisfaction; the biases are the same for all.
  void rank(const uint32_t* users, uint32_t count, float* thresholds, Offer offer, void* context) override {
    readUsers(users, count);
    const uint32_t width = model_.width();
    for (uint32_t n = 0; n < count; ++n)
      for (uint32_t f = 0; f < model_.factors_; ++f)
        users_[size_t{n} * width + f] *= model_.head(0)[f] + model_.head(1)[f];
    scorePanels(model_.kernels(), users_.get(), width, count, model_.evaluation_.get(), model_.factors_,
                model_.end_ - model_.first_, thresholds, offer, context);
  }

 private:
  void readUsers(const uint32_t* users, uint32_t count) {
    model_.kernels().bringUp(model_.context_.adam.gaps(), model_.users_.table().view(), users, 0, count,
                             users_.get());
  }

  Nmtr& model_;
  Floats users_;  // (kPairs, width)
  uint32_t identity_[kPairs], itemRow_[kPairs];
};

std::unique_ptr<Scorer> Nmtr::scorer() { return std::make_unique<NmtrScorer>(*this); }

}  // namespace adt
