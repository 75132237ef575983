// Owns one table in training: its rows, and those of the current batch brought up to date.
#pragma once
#include <algorithm>
#include <cstdint>

#include "groups.h"
#include "kernels.h"
#include "parameter_table.h"

namespace adt {

// Rows that a thread takes at a time.
constexpr uint32_t kRowsPerChunk = 32;

constexpr uint32_t chunksOf(uint32_t n, uint32_t size) { return (n + size - 1) / size; }

class Embedding {
 public:
  // A batch has at most `samples` samples; 0: there may be any number of them, and `current` has no place for rows.
  Embedding(uint32_t rows, uint32_t columns, uint32_t samples) : Embedding(rows, columns, samples, padded(columns)) {}
  // Where rows to work on are wider than they must be.
  Embedding(uint32_t rows, uint32_t columns, uint32_t samples, uint32_t width)
      : table_(rows, columns, width), batchRows_(std::min(samples, rows)) {
    groups_.reserve(samples);
    takeCurrent();
  }

  uint32_t rows() const { return table_.rows(); }
  uint32_t width() const { return table_.width(); }
  ParameterTable& table() { return table_; }
  RowsView view() const { return table_.view(); }

  // Sorts the batch's samples by row.
  void group(const uint32_t* rowOfSample, uint32_t samples) {
    groups_.build(rowOfSample, samples, rows());
    batch_ = &groups_;
    if (!current_) takeCurrent();
  }
  // Forgets the batch and gives its memory back; the next `group` takes it again.
  void releaseBatch() {
    groups_ = Groups();
    current_.reset();
  }
  // Takes a batch whose samples have been sorted before, and stay where they are for the step.
  void take(const Groups& batch) { batch_ = &batch; }
  const Groups& groups() const { return *batch_; }
  // (samples): where in `current` a sample's row is.
  const uint32_t* rowOfSample() const { return batch_->groupOfSample(); }

  // The batch's distinct rows, a chunk of kRowsPerChunk of them at a time.
  uint32_t chunks() const { return chunksOf(batch_->count(), kRowsPerChunk); }
  uint32_t chunkEnd(uint32_t chunk) const { return std::min((chunk + 1) * kRowsPerChunk, batch_->count()); }
  void bringUpChunk(const Kernels& kernels, const GapView& gaps, uint32_t chunk) {
    bringUpChunk(kernels, gaps, chunk, current_.get());
  }
  // To (groups, width).
  void bringUpChunk(const Kernels& kernels, const GapView& gaps, uint32_t chunk, float* to) const {
    const uint32_t from = chunk * kRowsPerChunk;
    kernels.bringUp(gaps, table_.view(), batch_->view().ids, from, chunkEnd(chunk), to + size_t{from} * width());
  }
  // (groups, width): the distinct rows as of the step before.
  const float* current() const { return current_.get(); }

 private:
  void takeCurrent() { current_ = allocateFloats(size_t{batchRows_} * width() + 1); }

  ParameterTable table_;
  uint32_t batchRows_;
  Groups groups_;
  const Groups* batch_ = &groups_;
  Floats current_;
};

}  // namespace adt
