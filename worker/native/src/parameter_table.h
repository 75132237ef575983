// Owns the memory of one embedding table: parameters and both moments of a row side by side.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "kernels.h"

namespace adt {

struct FreeAligned {
  void operator()(void* at) const { std::free(at); }
};
template <class Value>
using Aligned = std::unique_ptr<Value[], FreeAligned>;
using Floats = Aligned<float>;

// Zeroed, aligned to 2 MiB where it pays: rows are read at random, and huge pages save most TLB misses.
template <class Value>
Aligned<Value> allocate(size_t count) {
  const size_t bytes = count * sizeof(Value);
  const size_t alignment = bytes >= (size_t{4} << 20) ? size_t{2} << 20 : 64;
  void* at = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (!at) throw std::bad_alloc();
#if defined(__linux__)
  // Whole ones: the last would take 2 MiB for what is left of the array.
  if (alignment > 64) madvise(at, bytes / alignment * alignment, MADV_HUGEPAGE);
#endif
  __builtin_memset(at, 0, bytes);
  return Aligned<Value>(static_cast<Value*>(at));
}
inline Floats allocateFloats(size_t count) { return allocate<float>(count); }

class ParameterTable {
 public:
  // Rows to work on have `width` floats, whole lanes and not less than columns.
  ParameterTable(uint32_t rows, uint32_t columns, uint32_t width)
      : rows_(rows),
        columns_(columns),
        width_(width),
        cells_(allocateFloats(size_t{3} * rows * columns)),
        last_(rows, 0) {}

  uint32_t rows() const { return rows_; }
  uint32_t columns() const { return columns_; }
  uint32_t width() const { return width_; }
  RowsView view() const { return {cells_.get(), const_cast<uint32_t*>(last_.data()), width_, columns_}; }

  float* row(uint32_t row) { return cells_.get() + size_t{3} * columns_ * row; }

  // Replaces a row's parameters (columns) and forgets its moments.
  void reset(uint32_t row, const float* parameters) {
    float* to = this->row(row);
    __builtin_memcpy(to, parameters, columns_ * sizeof(float));
    __builtin_memset(to + columns_, 0, size_t{2} * columns_ * sizeof(float));
    last_[row] = 0;
  }

 private:
  uint32_t rows_, columns_, width_;
  Floats cells_;
  std::vector<uint32_t> last_;
};

}  // namespace adt
