// Trains and scores CDAE. A step reads each history item's row once, and adds it to all its users of the batch.
#include "cdae.h"

#include <cmath>
#include <numeric>

#include "panels.h"

namespace adt {
namespace {

constexpr uint32_t kUsersPerChunk = 32;
constexpr uint32_t kSamplesPerChunk = 64;
constexpr uint32_t kHistoryRows = 32;  // of a history that are brought up at a time

}  // namespace

Cdae::Cdae(const ModelContext& context, uint32_t hidden, double corruption)
    : Model(context),
      hidden_(hidden),
      scale_(static_cast<float>(1.0 / (1.0 - corruption))),
      itemIn_(context.items, hidden, 0, padded(hidden + 1)),
      userIn_(context.users, hidden, context.batchSize, padded(hidden + 1)),
      itemOut_(context.items, hidden + 1, 0),
      hiddenB_(allocateFloats(3 * width())),
      biasGradient_(allocateFloats(width())),
      ones_(allocateFloats(width() + kLanes)),
      identity_(context.batchSize + 1) {
  std::fill_n(ones_.get(), width(), 1.0f);
  std::iota(identity_.begin(), identity_.end(), 0u);
  const float deviation = static_cast<float>(std::sqrt(2.0 / (double{1} * context.items + hidden)));
  const auto normal = [&](uint32_t round) { return Initial{Initial::kNormal, deviation, round}; };
  const Initial zero{Initial::kZero, 0.0f, 0};
  parameters_ = {
      {"itemIn", context.items, hidden, normal(5), &itemIn_.table()},
      {"userIn", context.users, hidden, normal(6), &userIn_.table()},
      {"hiddenB", 1, hidden, zero, nullptr, 0, hiddenB_.get()},
      {"itemOut", context.items, hidden, normal(7), &itemOut_.table()},
      {"itemOutB", context.items, 1, zero, &itemOut_.table(), hidden},
  };
  dense_ = {{hiddenB_.get(), 3 * width()}};
}

// --- training -----------------------------------------------------------------------------------------------------

void Cdae::begin(const Samples& batch) {
  const uint32_t samples = static_cast<uint32_t>(batch.size());
  const Inputs& inputs = batch.inputs;
  userOfInput_.resize(inputs.items.size());
  if (!work_) {
    for (Floats* floats : {&evaluation_, &rankedZ_}) floats->reset();
    work_ = allocateFloats(size_t{kParts} * context_.batchSize * width());
  }
  context_.pool.run(5, [&](uint32_t job, unsigned) {
    if (job == 0) itemIn_.group(inputs.items.data(), static_cast<uint32_t>(inputs.items.size()));
    if (job == 1) userIn_.group(batch.users.data(), samples);
    if (job == 2) itemOut_.group(batch.items.data(), samples);
    if (job == 3) context_.adam.prepareToRead();
    if (job == 4)
      for (uint32_t k = 0; k < inputs.users.size(); ++k)
        std::fill(userOfInput_.begin() + inputs.rowStarts[k], userOfInput_.begin() + inputs.rowStarts[k + 1], k);
  });
  divideInputs();
  const uint32_t users = userIn_.groups().count();
  const EncodeInputs view{itemIn_.groups().view(), itemIn_.view(), userOfInput_.data()};
  context_.pool.run(kParts + userIn_.chunks(), [&](uint32_t chunk, unsigned) {
    if (chunk < kParts) {
      float* sums = part(chunk);
      std::fill_n(sums, size_t{users} * width(), 0.0f);
      kernels().sumInputs(context_.adam.gaps(), view, partStarts_[chunk], partStarts_[chunk + 1], sums);
    } else {
      userIn_.bringUpChunk(kernels(), context_.adam.gaps(), chunk - kParts);
    }
  });
}

// Evaluations have the memory of the steps next, and give it back.
void Cdae::releaseStep() {
  for (Embedding* table : {&itemIn_, &userIn_, &itemOut_}) table->releaseBatch();
  std::vector<uint32_t>().swap(userOfInput_);
  work_.reset();
}

// Groups of the inputs into kParts of about as many inputs.
void Cdae::divideInputs() {
  const uint32_t count = itemIn_.groups().count();
  const uint32_t* starts = itemIn_.groups().view().starts;
  for (uint32_t part = 1; part < kParts; ++part) {
    const uint64_t at = uint64_t{starts[count]} * part / kParts;
    partStarts_[part] = static_cast<uint32_t>(std::lower_bound(starts, starts + count, at) - starts);
  }
  partStarts_[kParts] = count;
}

void Cdae::encode(const EncodeView& view, uint32_t from, uint32_t to) const {
  kernels().encode(view, from, to);
  for (uint32_t n = from; n < to; ++n) {
    float* z = view.z + size_t{width()} * n;
    z[hidden_] = 1.0f;
    std::fill(z + hidden_ + 1, z + width(), 0.0f);
  }
}

PairsView Cdae::pairs() const {
  return {z(), userIn_.rowOfSample(), items(), itemOut_.rowOfSample(), ones_.get(), width()};
}

void Cdae::forward(const Samples& batch, float* logit) {
  const uint32_t samples = static_cast<uint32_t>(batch.size()), users = userIn_.groups().count();
  const EncodeView view{part(0), kParts, size_t{users} * width(), scale_, userIn_.current(), hiddenB_.get(),
                        z(), width()};
  context_.pool.run(chunksOf(users, kUsersPerChunk), [&](uint32_t chunk, unsigned) {
    const uint32_t from = chunk * kUsersPerChunk;
    encode(view, from, std::min(from + kUsersPerChunk, users));
  });
  context_.pool.run(itemOut_.chunks(), [&](uint32_t chunk, unsigned) {
    itemOut_.bringUpChunk(kernels(), context_.adam.gaps(), chunk, items());
  });
  context_.pool.run(chunksOf(samples, kSamplesPerChunk), [&](uint32_t chunk, unsigned) {
    const uint32_t from = chunk * kSamplesPerChunk;
    kernels().logits(pairs(), from, std::min(from + kSamplesPerChunk, samples), logit);
  });
}

void Cdae::backward(const Samples&, const float* residual) {
  const AdamStep step = context_.adam.step();
  const uint32_t users = userIn_.groups().count();
  const EncodeGradient back{userIn_.groups().view(), residual, items(), itemOut_.rowOfSample(), z(),
                            scale_, gradient(), scaledGradient(), width()};
  context_.pool.run(chunksOf(users, kUsersPerChunk), [&](uint32_t chunk, unsigned) {
    const uint32_t from = chunk * kUsersPerChunk;
    kernels().encodeGradient(back, from, std::min(from + kUsersPerChunk, users));
  });
  const RowUpdate inputs{itemIn_.groups().view(), itemIn_.view(), nullptr, nullptr, scaledGradient(),
                         userOfInput_.data(), nullptr, step, &context_.adam.gaps()};
  const RowUpdate outputs{itemOut_.groups().view(), itemOut_.view(), items(), residual, z(),
                          userIn_.rowOfSample(), nullptr, step};
  // A user has one gradient, whatever the number of his samples.
  const GroupsView eachUser{userIn_.groups().view().ids, identity_.data(), identity_.data()};
  const RowUpdate own{eachUser, userIn_.view(), userIn_.current(), nullptr, gradient(), nullptr, nullptr, step};
  const uint32_t firstOutput = itemIn_.chunks(), firstUser = firstOutput + itemOut_.chunks();
  const uint32_t bias = firstUser + userIn_.chunks();
  context_.pool.run(bias + 1, [&](uint32_t part, unsigned) {
    if (part == bias) {
      kernels().product({ones_.get(), 0, 0, gradient(), width(), biasGradient_.get(), width(), users, width()},
                        0, 1);
      kernels().updateDense(step, hiddenB_.get(), width(), biasGradient_.get(), width());
      return;
    }
    const uint32_t first = part < firstOutput ? 0 : part < firstUser ? firstOutput : firstUser;
    const Embedding& table = part < firstOutput ? itemIn_ : part < firstUser ? itemOut_ : userIn_;
    const RowUpdate& update = part < firstOutput ? inputs : part < firstUser ? outputs : own;
    kernels().updateRows(update, (part - first) * kRowsPerChunk, table.chunkEnd(part - first));
  });
}

// --- evaluation ---------------------------------------------------------------------------------------------------

class Cdae::CdaeScorer : public Scorer {
 public:
  explicit CdaeScorer(Cdae& model)
      : model_(model),
        width_(model.width()) {
    for (uint32_t n = 0; n < kPairs; ++n) identity_[n] = n;
  }

  // z of at most kUsers users, as evaluations have it, into to (count, width).
  void encode(const uint32_t* users, uint32_t count, float* to) {
    ensure(history_, kHistoryRows);
    ensure(sums_, kUsers);
    std::fill_n(sums_.get(), size_t{count} * width_, 0.0f);
    for (uint32_t n = 0; n < count; ++n) sumHistory(users[n], sums_.get() + size_t{n} * width_);
    model_.kernels().bringUp(model_.context_.adam.gaps(), model_.userIn_.view(), users, 0, count, to);
    model_.encode({sums_.get(), 1, 0, 1.0f, to, model_.hiddenB_.get(), to, width_}, 0, count);
  }

  void pairs(const uint32_t* users, const uint32_t* items, uint32_t count, float* logit) override {
    ensure(items_, kPairs);
    uint32_t userRow[kPairs];
    for (uint32_t n = 0; n < count; ++n) userRow[n] = model_.rowOf(users[n]);
    model_.kernels().bringUp(model_.context_.adam.gaps(), model_.itemOut_.view(), items, 0, count, items_.get());
    model_.kernels().logits({model_.evaluation_.get(), userRow, items_.get(), identity_, model_.ones_.get(), width_}, 0,
                            count, logit);
  }

  void rank(const uint32_t* users, uint32_t count, float* thresholds, Offer offer, void* context) override {
    ensure(users_, kUsers);
    for (uint32_t n = 0; n < count; ++n)
      std::copy_n(model_.rankedZ_.get() + size_t{model_.rowOf(users[n])} * width_, width_,
                  users_.get() + size_t{n} * width_);
    scorePanels(model_.kernels(), users_.get(), width_, count, model_.evaluation_.get(), model_.hidden_ + 1,
                model_.end_ - model_.first_, thresholds, offer, context);
  }

 private:
  // Each use has its own of these: memory for all three would be held twice.
  void ensure(Floats& rows, uint32_t count) {
    if (!rows) rows = allocateFloats(size_t{count} * width_);
  }

  void sumHistory(uint32_t user, float* sum) {
    const Csr& train = model_.context_.train;
    for (uint32_t at = 0; at < train.count(user); at += kHistoryRows) {
      const uint32_t rows = std::min(kHistoryRows, train.count(user) - at);
      model_.kernels().bringUp(model_.context_.adam.gaps(), model_.itemIn_.view(), train.begin(user) + at, 0, rows,
                               history_.get());
      model_.kernels().sumRows(history_.get(), identity_, rows, width_, sum);
    }
  }

  Cdae& model_;
  uint32_t width_;
  Floats history_, sums_, users_, items_;
  uint32_t identity_[kPairs];
};

uint32_t Cdae::rowOf(uint32_t user) const {
  return static_cast<uint32_t>(std::lower_bound(users_.begin(), users_.end(), user) - users_.begin());
}

// A user has many pairs, and is scored against many blocks of items: his z is computed once.
void Cdae::encodeUsers(const uint32_t* users, uint32_t count, float* to) {
  context_.adam.prepareToRead();
  std::vector<std::unique_ptr<CdaeScorer>> scorers(context_.pool.threads());
  context_.pool.run(chunksOf(count, Scorer::kUsers), [&](uint32_t chunk, unsigned thread) {
    if (!scorers[thread]) scorers[thread] = std::make_unique<CdaeScorer>(*this);
    const uint32_t from = chunk * Scorer::kUsers;
    scorers[thread]->encode(users + from, std::min(Scorer::kUsers, count - from), to + size_t{from} * width());
  });
}

void Cdae::prepareForPairs(const uint32_t* ids, uint32_t count) {
  users_.assign(ids, ids + count);
  takeEvaluation();
  encodeUsers(ids, count, evaluation_.get());
}

void Cdae::prepareUsers(const uint32_t* users, uint32_t count) {
  users_.assign(users, users + count);
  if (!rankedZ_) rankedZ_ = allocateFloats(size_t{std::min(kRankedUsers, context_.users)} * width());
  encodeUsers(users, count, rankedZ_.get());
}

void Cdae::prepareForRanking(uint32_t from, uint32_t to) {
  context_.adam.prepareToRead();
  takeEvaluation();
  first_ = from, end_ = to;
  context_.pool.run(panelsOf(to - from), [&](uint32_t panel, unsigned) {
    std::vector<float> rows(size_t{kLanes} * width());
    const uint32_t first = from + panel * kLanes, end = std::min(first + kLanes, to);
    kernels().bringUp(context_.adam.gaps(), itemOut_.view(), nullptr, first, end, rows.data());
    packPanel(rows.data(), width(), end - first, hidden_ + 1,
              evaluation_.get() + size_t{panel} * kLanes * (hidden_ + 1));
  });
}

void Cdae::takeEvaluation() {
  if (!evaluation_) evaluation_ = allocateFloats(size_t{std::max(pairBlock(), rankBlock())} * width());
}

std::unique_ptr<Scorer> Cdae::scorer() { return std::make_unique<CdaeScorer>(*this); }

}  // namespace adt
