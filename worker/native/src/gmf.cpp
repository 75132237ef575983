// Trains and scores GMF; each part of a step is spread over the threads by chunks of fixed size.
#include "gmf.h"

#include <cmath>

#include "panels.h"

namespace adt {
namespace {

constexpr uint32_t kSamplesPerChunk = 64;
constexpr float kInitialDeviation = 0.01f;

}  // namespace

Gmf::Gmf(const ModelContext& context, uint32_t factors)
    : Model(context),
      factors_(factors),
      users_(context.users, factors, context.batchSize),
      items_(context.items, factors, context.batchSize),
      out_(allocateFloats(3 * (width() + kLanes))),
      partial_(allocateFloats(size_t{chunksOf(context.batchSize, kSamplesPerChunk)} * (width() + kLanes))),
      outGradient_(allocateFloats(width() + kLanes)),
      evaluation_(allocateFloats(size_t{pairBlock()} * width())) {
  const Initial embedding{Initial::kNormal, kInitialDeviation, 0};
  const Initial output{Initial::kUniform, static_cast<float>(std::sqrt(3.0 / factors)), 2};
  parameters_ = {
      {"userGmf", context.users, factors, embedding, &users_.table()},
      {"itemGmf", context.items, factors, {Initial::kNormal, kInitialDeviation, 1}, &items_.table()},
      {"outW", 1, factors, output, nullptr, 0, out_.get()},
      {"outB", 1, 1, {Initial::kZero, 0.0f, 0}, nullptr, width(), out_.get()},
  };
  dense_ = {{out_.get(), 3 * (width() + kLanes)}};
}

PairsView Gmf::pairs() const {
  return {users_.current(), users_.rowOfSample(), items_.current(), items_.rowOfSample(), out_.get(), width()};
}

void Gmf::forward(const Samples& batch, float* logit) {
  const uint32_t samples = static_cast<uint32_t>(batch.size());
  const PairsView view = pairs();
  context_.pool.run(chunksOf(samples, kSamplesPerChunk), [&](uint32_t chunk, unsigned) {
    const uint32_t from = chunk * kSamplesPerChunk;
    kernels().logits(view, from, std::min(from + kSamplesPerChunk, samples), logit);
  });
}

void Gmf::backward(const Samples& batch, const float* residual) {
  const uint32_t samples = static_cast<uint32_t>(batch.size());
  const AdamStep step = context_.adam.step();
  const PairsView view = pairs();
  const uint32_t outWidth = width() + kLanes;
  const auto updateOf = [&](Embedding& table, const Embedding& other) -> RowUpdate {
    return {table.groups().view(), table.table().view(), table.current(), residual,
            other.current(), other.rowOfSample(), out_.get(), step};
  };
  const RowUpdate userUpdate = updateOf(users_, items_), itemUpdate = updateOf(items_, users_);
  const uint32_t outChunks = chunksOf(samples, kSamplesPerChunk);
  const uint32_t firstItem = users_.chunks(), firstOut = firstItem + items_.chunks();
  context_.pool.run(firstOut + outChunks, [&](uint32_t chunk, unsigned) {
    if (chunk >= firstOut) {
      const uint32_t from = (chunk - firstOut) * kSamplesPerChunk;
      kernels().outGradient(view, residual, from, std::min(from + kSamplesPerChunk, samples),
                            partial_.get() + size_t{chunk - firstOut} * outWidth);
      return;
    }
    const bool isUser = chunk < firstItem;
    const uint32_t at = isUser ? chunk : chunk - firstItem;
    kernels().updateRows(isUser ? userUpdate : itemUpdate, at * kRowsPerChunk,
                         (isUser ? users_ : items_).chunkEnd(at));
  });
  std::fill_n(outGradient_.get(), outWidth, 0.0f);
  for (uint32_t chunk = 0; chunk < outChunks; ++chunk)
    for (uint32_t c = 0; c < outWidth; ++c) outGradient_[c] += partial_[size_t{chunk} * outWidth + c];
  kernels().updateDense(step, out_.get(), outWidth, outGradient_.get(), outWidth);
}

// --- evaluation ---------------------------------------------------------------------------------------------------

void Gmf::prepareForPairs(const uint32_t* ids, uint32_t count) {
  context_.adam.prepareToRead();
  first_ = ids[0];
  readRows(items_, first_, first_ + count, evaluation_.get());
}

void Gmf::prepareForRanking(uint32_t from, uint32_t to) {
  context_.adam.prepareToRead();
  first_ = from, end_ = to;
  context_.pool.run(panelsOf(to - from), [&](uint32_t panel, unsigned) {
    std::vector<float> rows(size_t{kLanes} * width());
    const uint32_t first = from + panel * kLanes, end = std::min(first + kLanes, to);
    kernels().bringUp(context_.adam.gaps(), items_.table().view(), nullptr, first, end, rows.data());
    packPanel(rows.data(), width(), end - first, factors_, evaluation_.get() + size_t{panel} * kLanes * factors_);
  });
}

class Gmf::GmfScorer : public Scorer {
 public:
  explicit GmfScorer(Gmf& model) : model_(model), users_(allocateFloats(size_t{kPairs} * model.width())) {
    for (uint32_t n = 0; n < kPairs; ++n) identity_[n] = n;
  }

  void pairs(const uint32_t* users, const uint32_t* items, uint32_t count, float* logit) override {
    readUsers(users, count);
    for (uint32_t n = 0; n < count; ++n) itemRow_[n] = items[n] - model_.first_;
    const PairsView view{users_.get(), identity_, model_.evaluation_.get(), itemRow_, model_.out_.get(), model_.width()};
    model_.kernels().logits(view, 0, count, logit);
  }

  void rank(const uint32_t* users, uint32_t count, float* thresholds, Offer offer, void* context) override {
    readUsers(users, count);
    for (uint32_t n = 0; n < count; ++n)
      for (uint32_t f = 0; f < model_.factors_; ++f) users_[size_t{n} * model_.width() + f] *= model_.out_[f];
    scorePanels(model_.kernels(), users_.get(), model_.width(), count, model_.evaluation_.get(), model_.factors_,
                model_.end_ - model_.first_, thresholds, offer, context);
  }

 private:
  void readUsers(const uint32_t* users, uint32_t count) {
    model_.kernels().bringUp(model_.context_.adam.gaps(), model_.users_.table().view(), users, 0, count,
                             users_.get());
  }

  Gmf& model_;
  Floats users_;  // (kPairs, width)
  uint32_t identity_[kPairs], itemRow_[kPairs];
};

std::unique_ptr<Scorer> Gmf::scorer() { return std::make_unique<GmfScorer>(*this); }

}  // namespace adt
