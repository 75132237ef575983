// Trains and scores NeuMF; samples go through the tower in chunks of fixed size.
#include "neumf.h"

#include <cmath>

#include "item_order.h"

namespace adt {
namespace {

constexpr uint32_t kSamplesPerChunk = 64;
constexpr uint32_t kItemsPerChunk = 64;
constexpr uint32_t kFormSamples = 128;  // users, and items, that the tower's forms are chosen by
constexpr float kInitialDeviation = 0.01f;

Initial embedding(uint32_t round) { return {Initial::kNormal, kInitialDeviation, round}; }

}  // namespace

NeuMf::NeuMf(const ModelContext& context, uint32_t factors, uint32_t layers, float dropout)
    : Model(context),
      factors_(factors),
      gmfWidth_(padded(factors)),
      users_(context.users, gmfWidth_ + padded(factors << (layers - 1)), context.batchSize),
      items_(context.items, users_.width(), context.batchSize),
      tower_(context_, factors << (layers - 1), layers, dropout),
      out_(allocateFloats(3 * (2 * gmfWidth_ + kLanes))),
      outGradient_(allocateFloats(2 * gmfWidth_ + kLanes)),
      work_(allocateFloats(workFloats())) {
  const uint32_t width = factors << (layers - 1);
  parameters_ = {
      {"userGmf", context.users, factors, embedding(0), &users_.table()},
      {"itemGmf", context.items, factors, embedding(1), &items_.table()},
      {"userMlp", context.users, width, embedding(3), &users_.table(), gmfWidth_},
      {"itemMlp", context.items, width, embedding(4), &items_.table(), gmfWidth_},
  };
  tower_.appendParameters(parameters_);
  const Initial output{Initial::kUniform, static_cast<float>(std::sqrt(3.0 / (2.0 * factors))), 2};
  parameters_.push_back({"outW", 1, 2 * factors, output, nullptr, 0, out_.get(), 0, factors});
  parameters_.push_back({"outB", 1, 1, {Initial::kZero, 0.0f, 0}, nullptr, 2 * gmfWidth_, out_.get()});
  tower_.appendState(dense_);
  dense_.push_back({out_.get(), 3 * (2 * gmfWidth_ + kLanes)});
}

size_t NeuMf::workFloats() const {
  return std::max({size_t{2} * padded(context_.batchSize) * rowWidth(), size_t{pairBlock()} * rowWidth(),
                   size_t{kTileItems} * chunksOf(rankBlock(), kTileItems) * tileDepth()});
}

MergeView NeuMf::merge() const {
  return {users_.current(), users_.rowOfSample(), items_.current(), items_.rowOfSample(), rowWidth(),
          tower_.output(), gmfWidth_, out_.get()};
}

void NeuMf::gatherInput(uint32_t from, uint32_t to) {
  const uint32_t half = tower_.halfInput();
  float* input = tower_.input() + size_t{2} * half * from;
  for (uint32_t n = from; n < to; ++n, input += 2 * half) {
    const float* user = users_.current() + size_t{rowWidth()} * users_.rowOfSample()[n] + gmfWidth_;
    const float* item = items_.current() + size_t{rowWidth()} * items_.rowOfSample()[n] + gmfWidth_;
    std::copy_n(user, half, input);
    std::copy_n(item, half, input + half);
  }
}

void NeuMf::forward(const Samples& batch, float* logit) {
  const uint32_t samples = static_cast<uint32_t>(batch.size());
  const MergeView view = merge();
  context_.pool.run(chunksOf(samples, kSamplesPerChunk), [&](uint32_t chunk, unsigned) {
    const uint32_t from = chunk * kSamplesPerChunk, to = std::min(from + kSamplesPerChunk, samples);
    gatherInput(from, to);
    tower_.forward(from, to);
    kernels().mergeLogits(view, from, to, logit);
  });
}

void NeuMf::backward(const Samples& batch, const float* residual) {
  const uint32_t samples = static_cast<uint32_t>(batch.size());
  const AdamStep step = context_.adam.step();
  const MergeView view = merge();
  context_.pool.run(chunksOf(samples, kSamplesPerChunk), [&](uint32_t chunk, unsigned) {
    const uint32_t from = chunk * kSamplesPerChunk, to = std::min(from + kSamplesPerChunk, samples);
    kernels().mergeGradients(view, residual, from, to,
                             {userGradient(), itemGradient(), tower_.outputGradient()});
    tower_.backward(from, to, userGradient() + gmfWidth_, itemGradient() + gmfWidth_, rowWidth());
  });
  const auto updateOf = [&](Embedding& table, const float* gradient) -> RowUpdate {
    return {table.groups().view(), table.table().view(), table.current(), nullptr, gradient, nullptr, nullptr,
            step};
  };
  const RowUpdate userUpdate = updateOf(users_, userGradient()), itemUpdate = updateOf(items_, itemGradient());
  // The output layer's update comes last: nothing else of this job reads it, and it is small.
  const uint32_t firstUser = tower_.updates(), firstItem = firstUser + users_.chunks();
  const uint32_t output = firstItem + items_.chunks();
  context_.pool.run(output + 1, [&](uint32_t part, unsigned) {
    if (part < firstUser) {
      tower_.update(part, samples, step);
    } else if (part < output) {
      const bool isUser = part < firstItem;
      const uint32_t chunk = part - (isUser ? firstUser : firstItem);
      kernels().updateRows(isUser ? userUpdate : itemUpdate, chunk * kRowsPerChunk,
                           (isUser ? users_ : items_).chunkEnd(chunk));
    } else {
      const uint32_t width = 2 * gmfWidth_ + kLanes;
      kernels().mergeOutGradient(view, residual, samples, outGradient_.get());
      kernels().updateDense(step, out_.get(), width, outGradient_.get(), width);
    }
  });
}

// --- evaluation ---------------------------------------------------------------------------------------------------

void NeuMf::itemParts(const uint32_t* ids, uint32_t from, uint32_t count, float* to, size_t stride,
                      float* scratch) const {
  kernels().bringUp(context_.adam.gaps(), items_.view(), ids, ids ? 0 : from, ids ? count : from + count, scratch);
  tower_.itemPart(scratch + gmfWidth_, rowWidth(), count, to, stride);
}

void NeuMf::prepareForPairs(const uint32_t* ids, uint32_t count) {
  context_.adam.prepareToRead();
  first_ = ids[0];
  context_.pool.run(chunksOf(count, kItemsPerChunk), [&](uint32_t chunk, unsigned) {
    const uint32_t at = chunk * kItemsPerChunk, most = std::min(kItemsPerChunk, count - at);
    std::vector<float> scratch(size_t{kItemsPerChunk} * rowWidth());
    float* rows = evaluation() + size_t{at} * rowWidth();
    itemParts(nullptr, first_ + at, most, rows + gmfWidth_, rowWidth(), scratch.data());
    for (uint32_t n = 0; n < most; ++n)
      std::copy_n(scratch.data() + size_t{rowWidth()} * n, gmfWidth_, rows + size_t{rowWidth()} * n);
  });
}

void NeuMf::prepareForRanking(uint32_t from, uint32_t to) {
  context_.adam.prepareToRead();
  first_ = from, end_ = to;
  chooseForms();
  const uint32_t half = tower_.halfInput();
  context_.pool.run(chunksOf(to - from, kItemsPerChunk), [&](uint32_t chunk, unsigned) {
    const uint32_t at = chunk * kItemsPerChunk;
    std::vector<float> scratch(size_t{kItemsPerChunk} * rowWidth());
    itemParts(nullptr, from + at, std::min(kItemsPerChunk, to - from - at), evaluation() + size_t{at} * half, half,
              scratch.data());
  });
  orderByLikeness(evaluation(), half, half, to - from, order_);
  context_.pool.run(chunksOf(to - from, kTileItems), [&](uint32_t tile, unsigned) { fillTile(from, tile); });
}

// By the same users and items whatever is ranked: the same bits then.
void NeuMf::chooseForms() {
  const uint32_t half = tower_.halfInput();
  const size_t floats = size_t{kFormSamples} * half;
  std::vector<float> rows(size_t{kFormSamples} * rowWidth()), users(floats), items(floats);
  uint32_t ids[kFormSamples];
  for (uint64_t n = 0; n < kFormSamples; ++n) ids[n] = static_cast<uint32_t>(n * items_.rows() / kFormSamples);
  itemParts(ids, 0, kFormSamples, items.data(), half, rows.data());
  for (uint64_t n = 0; n < kFormSamples; ++n) ids[n] = static_cast<uint32_t>(n * users_.rows() / kFormSamples);
  kernels().bringUp(context_.adam.gaps(), users_.view(), ids, 0, kFormSamples, rows.data());
  tower_.userPart(rows.data() + gmfWidth_, rowWidth(), kFormSamples, users.data(), half);
  tower_.chooseForms(users.data(), items.data(), kFormSamples);
}

void NeuMf::fillTile(uint32_t from, uint32_t tile) {
  const uint32_t at = tile * kTileItems, count = std::min(kTileItems, end_ - from - at);
  uint32_t ids[kTileItems];
  for (uint32_t n = 0; n < count; ++n) ids[n] = from + order_[at + n];
  std::vector<float> own(size_t{kTileItems} * rowWidth()), rows(size_t{kTileItems} * tileDepth());
  itemParts(ids, 0, count, rows.data() + gmfWidth_, tileDepth(), own.data());
  tower_.split(rows.data() + gmfWidth_, tileDepth(), count, rows.data() + rowWidth(), tileDepth(), false);
  for (uint32_t n = 0; n < count; ++n)
    std::copy_n(own.data() + size_t{rowWidth()} * n, gmfWidth_, rows.data() + size_t{tileDepth()} * n);
  float* const to = evaluation() + size_t{at} * tileDepth();
  for (uint32_t d = 0; d < tileDepth(); ++d)
    for (uint32_t n = 0; n < kTileItems; ++n) to[size_t{kTileItems} * d + n] = rows[size_t{tileDepth()} * n + d];
}

class NeuMf::NeuMfScorer : public Scorer {
 public:
  explicit NeuMfScorer(NeuMf& model)
      : model_(model),
        half_(model.tower_.halfInput()),
        second_(model.tower_.secondWidth()),
        users_(allocateFloats(size_t{kPairs} * model.rowWidth())),
        userPart_(allocateFloats(size_t{kPairs} * half_)),
        userSecond_(allocateFloats(size_t{kUsers} * second_ + 1)),
        scratch_(model.tower_.scratch(kPairs)),
        tile_(model.tower_.tileScratch()) {
    for (uint32_t n = 0; n < kPairs; ++n) identity_[n] = n;
  }

  void pairs(const uint32_t* users, const uint32_t* items, uint32_t count, float* logit) override {
    readUsers(users, count);
    for (uint32_t n = 0; n < count; ++n) {
      itemRow_[n] = items[n] - model_.first_;
      const float* item = model_.evaluation() + size_t{model_.rowWidth()} * itemRow_[n] + model_.gmfWidth_;
      float* first = userPart_.get() + size_t{half_} * n;
      for (uint32_t c = 0; c < half_; ++c) first[c] = first[c] + item[c] < 0.0f ? 0.0f : first[c] + item[c];
    }
    const float* tower = model_.tower_.restOf(userPart_.get(), count, scratch_);
    model_.kernels().mergeLogits({users_.get(), identity_, model_.evaluation(), itemRow_, model_.rowWidth(), tower,
                                  model_.gmfWidth_, model_.out_.get()},
                                 0, count, logit);
  }

  void rank(const uint32_t* users, uint32_t count, float* thresholds, Offer offer, void* context) override {
    readUsers(users, count);
    model_.tower_.split(userPart_.get(), half_, count, userSecond_.get(), second_, true);
    for (uint32_t n = 0; n < count; ++n)
      for (uint32_t f = 0; f < model_.gmfWidth_; ++f) users_[size_t{n} * model_.rowWidth() + f] *= model_.out_[f];
    const uint32_t items = model_.end_ - model_.first_;
    for (uint32_t at = 0; at < items; at += kTileItems)
      for (uint32_t n = 0; n < count; ++n) {
        scoreTile(n, model_.evaluation() + size_t{at} * model_.tileDepth());
        for (uint32_t p = 0; p < kTileItems; p += kLanes) {
          bool found = false;
          for (uint32_t lane = 0; lane < kLanes; ++lane) found |= scores_[p + lane] >= thresholds[n];
          if (found) thresholds[n] = offer(context, n, at + p, scores_ + p);
        }
      }
  }

 private:
  void readUsers(const uint32_t* users, uint32_t count) {
    model_.kernels().bringUp(model_.context_.adam.gaps(), model_.users_.view(), users, 0, count, users_.get());
    model_.tower_.userPart(users_.get() + model_.gmfWidth_, model_.rowWidth(), count, userPart_.get(), half_);
  }

  // Scores of one user with a tile of items, (tileDepth, kTileItems).
  void scoreTile(uint32_t user, const float* items) {
    const float* first = items + size_t{kTileItems} * model_.gmfWidth_;
    const uint32_t active =
        model_.tower_.scoreTile(userPart_.get() + size_t{half_} * user, userSecond_.get() + size_t{second_} * user,
                                first, first + size_t{kTileItems} * half_, tile_);
    model_.kernels().product({users_.get() + size_t{model_.rowWidth()} * user, 0, 1, items, kTileItems, scores_,
                              kTileItems, model_.factors_, kTileItems},
                             0, 1);
    Product rest{model_.out_.get() + model_.gmfWidth_, 0, 1, tile_.values.get(), kTileItems, scores_, kTileItems,
                 active, kTileItems};
    rest.start = scores_;
    rest.steps = tile_.active.data();
    model_.kernels().product(rest, 0, 1);
  }

  NeuMf& model_;
  uint32_t half_, second_;
  Floats users_, userPart_, userSecond_;  // (kPairs, rowWidth); (kPairs, half); (kUsers, second)
  std::vector<Floats> scratch_;
  Tower::TileScratch tile_;
  alignas(64) float scores_[kTileItems];
  uint32_t identity_[kPairs], itemRow_[kPairs];
};

std::unique_ptr<Scorer> NeuMf::scorer() { return std::make_unique<NeuMfScorer>(*this); }

}  // namespace adt
