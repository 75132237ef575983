// Trains GMF; a step is five phases, each spread over the threads by chunks of fixed size.
#include "gmf.h"

#include <algorithm>
#include <cmath>

#include "rng.h"

namespace adt {
namespace {

constexpr uint32_t kRowsPerChunk = 32;
constexpr uint32_t kSamplesPerChunk = 64;  // a multiple of kLanes
constexpr float kInitialDeviation = 0.01f;

uint32_t chunks(uint32_t n, uint32_t size) { return (n + size - 1) / size; }

}  // namespace

Gmf::Gmf(const GmfOptions& options, ThreadPool& pool, const Kernels& kernels)
    : options_(options),
      pool_(pool),
      kernels_(kernels),
      schedule_(options.adam, options.totalSteps),
      tables_{{options.users, options.factors}, {options.items, options.factors}},
      out_(allocateFloats(3 * (width() + kLanes))) {
  const uint32_t batch = padded(options.batchSize);
  for (int table = 0; table < 2; ++table) {
    groups_[table].reserve(options.batchSize);
    const uint32_t most = std::min(options.batchSize, tables_[table].rows());
    current_[table] = allocateFloats(size_t{most} * width());
  }
  for (Floats* array : {&logit_, &loss_, &residual_}) *array = allocateFloats(batch);
  partial_ = allocateFloats(size_t{chunks(batch, kSamplesPerChunk)} * (width() + kLanes));
  outGradient_ = allocateFloats(width() + kLanes);
  keys_.reserve(batch);
  dropped_.reserve(batch);
  prepareToRead();
}

void Gmf::initialise(uint32_t seed) {
  for (uint32_t table = 0; table < 2; ++table) {
    const uint32_t columns = factors();
    constexpr uint32_t kRows = 256;
    pool_.run(chunks(tables_[table].rows(), kRows), [&](uint32_t chunk, unsigned) {
      const uint64_t from = uint64_t{chunk} * kRows * columns;
      const uint64_t to = std::min(uint64_t{chunk + 1} * kRows, uint64_t{tables_[table].rows()}) * columns;
      for (uint64_t quad = from / 4; quad * 4 < to; ++quad) {
        float normal[4];
        normals4(philox(seed, static_cast<uint32_t>(quad), static_cast<uint32_t>(quad >> 32), table, Stream::kInit),
                 normal);
        for (uint64_t e = std::max(from, quad * 4); e < std::min(to, quad * 4 + 4); ++e)
          tables_[table].row(static_cast<uint32_t>(e / columns))[e % columns] = kInitialDeviation * normal[e % 4];
      }
    });
  }
  const float bound = static_cast<float>(std::sqrt(3.0 / factors()));
  for (uint32_t f = 0; f < factors(); ++f)
    out_[f] = bound * (2.0f * unitFloat(philox(seed, f, 0, 2, Stream::kInit).word[0]) - 1.0f);
}

void Gmf::load(const float* users, const float* items, const float* outW, float outB) {
  const float* from[2] = {users, items};
  for (int table = 0; table < 2; ++table)
    for (uint32_t row = 0; row < tables_[table].rows(); ++row)
      tables_[table].reset(row, from[table] + size_t{row} * factors());
  std::copy_n(outW, factors(), out_.get());
  out_[width()] = outB;
}

void Gmf::copyOut(float* to) const {
  std::copy_n(out_.get(), factors(), to);
  to[factors()] = out_[width()];
}

PairsView Gmf::pairs() const {
  return {current_[kUser].get(), groups_[kUser].groupOfSample(), current_[kItem].get(),
          groups_[kItem].groupOfSample(), out_.get(), width()};
}

double Gmf::step(const Samples& batch) {
  const uint32_t samples = static_cast<uint32_t>(batch.size());
  const uint32_t* rowOfSample[2] = {batch.users.data(), batch.items.data()};
  pool_.run(3, [&](uint32_t chunk, unsigned) {
    if (chunk < 2)
      groups_[chunk].build(rowOfSample[chunk], samples, tables_[chunk].rows());
    else
      prepareToRead();
  });
  readBatchRows();

  uint32_t positives = 0;
  for (uint32_t n = 0; n < samples; ++n) positives += batch.sign[n] < 0;
  const uint32_t drop = std::min(dropCount(options_.loss, done_ + 1, samples), positives);
  const uint32_t kept = samples - drop;
  forward(batch, static_cast<float>(1.0 / kept));
  chooseDropped(loss_.get(), batch.sign.data(), samples, drop, keys_, dropped_);
  for (uint32_t n : dropped_) residual_[n] = 0.0f;
  update(samples);

  double total = 0.0;
  auto skip = dropped_.begin();
  for (uint32_t n = 0; n < samples; ++n) {
    if (skip != dropped_.end() && *skip == n)
      ++skip;
    else
      total += loss_[n];
  }
  return total / kept;
}

void Gmf::readBatchRows() {
  const uint32_t userChunks = chunks(groups_[kUser].count(), kRowsPerChunk);
  const uint32_t itemChunks = chunks(groups_[kItem].count(), kRowsPerChunk);
  pool_.run(userChunks + itemChunks, [&](uint32_t chunk, unsigned) {
    const Table table = chunk < userChunks ? kUser : kItem;
    const uint32_t from = (table == kUser ? chunk : chunk - userChunks) * kRowsPerChunk;
    const uint32_t to = std::min(from + kRowsPerChunk, groups_[table].count());
    read(table, groups_[table].view().ids, from, to, current_[table].get() + size_t{from} * width());
  });
}

void Gmf::forward(const Samples& batch, float scale) {
  const uint32_t samples = static_cast<uint32_t>(batch.size());
  const PairsView view = pairs();
  const float beta = options_.loss.kind == LossKind::kReweighted ? static_cast<float>(options_.loss.beta) : 0.0f;
  const LossView loss{batch.sign.data(), logit_.get(), beta, scale, loss_.get(), residual_.get()};
  pool_.run(chunks(samples, kSamplesPerChunk), [&](uint32_t chunk, unsigned) {
    const uint32_t from = chunk * kSamplesPerChunk;
    const uint32_t to = std::min(from + kSamplesPerChunk, samples);
    kernels_.logits(view, from, to, logit_.get());
    kernels_.losses(loss, from, to);
  });
}

void Gmf::update(uint32_t samples) {
  const AdamStep step = schedule_.step(done_ + 1);
  const PairsView view = pairs();
  const uint32_t outWidth = width() + kLanes;
  RowUpdate updates[2];
  uint32_t first[3] = {0, 0, 0};  // first chunk of each table, then of the output layer
  for (int table = 0; table < 2; ++table) {
    const int other = 1 - table;
    updates[table] = {groups_[table].view(), tables_[table].view(), current_[table].get(), residual_.get(),
                      current_[other].get(), groups_[other].groupOfSample(), out_.get(), step};
    first[table + 1] = first[table] + chunks(groups_[table].count(), kRowsPerChunk);
  }
  const uint32_t outChunks = chunks(samples, kSamplesPerChunk);
  pool_.run(first[2] + outChunks, [&](uint32_t chunk, unsigned) {
    if (chunk >= first[2]) {
      const uint32_t from = (chunk - first[2]) * kSamplesPerChunk;
      const uint32_t to = std::min(from + kSamplesPerChunk, samples);
      kernels_.outGradient(view, residual_.get(), from, to,
                           partial_.get() + size_t{chunk - first[2]} * outWidth);
      return;
    }
    const int table = chunk < first[1] ? kUser : kItem;
    const uint32_t from = (chunk - first[table]) * kRowsPerChunk;
    kernels_.updateRows(updates[table], from, std::min(from + kRowsPerChunk, groups_[table].count()));
  });
  for (uint32_t c = 0; c < outWidth; ++c) outGradient_[c] = 0.0f;
  for (uint32_t chunk = 0; chunk < outChunks; ++chunk)
    for (uint32_t c = 0; c < outWidth; ++c) outGradient_[c] += partial_[size_t{chunk} * outWidth + c];
  kernels_.updateDense(step, out_.get(), outGradient_.get(), outWidth);
  ++done_;
}

}  // namespace adt
