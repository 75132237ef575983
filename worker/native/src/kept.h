// Owns the parameters that a training has kept as its best: one copy, in a file without a name where there can be one.
//
// A table's parameters are a quarter of what a training holds with them in memory, and they are read once, at its end.
#pragma once
#include <cstddef>
#include <string>

#include "model.h"
#include "parameter_table.h"

namespace adt {

class KeptParameters {
 public:
  // `folder`: where the file is made; empty, or a folder that takes none: memory is used.
  explicit KeptParameters(std::string folder) : folder_(std::move(folder)) {}
  ~KeptParameters();
  KeptParameters(const KeptParameters&) = delete;
  KeptParameters& operator=(const KeptParameters&) = delete;

  // Whether there are any.
  bool any() const { return any_; }
  bool inFile() const { return file_ >= 0; }

  // Copies all parameters of the model as they are now, by blocks on the pool's threads.
  void keep(Model& model, ThreadPool& pool);
  // Gives the copy back to it, without moments.
  void restore(Model& model);

  // The copy as bytes, all parameters in the model's order, (rows, columns) floats each.
  static size_t bytesOf(const Model& model);
  void read(size_t from, size_t bytes, void* to);
  // What is written last makes it a copy.
  void write(const Model& model, size_t from, size_t bytes, const void* data);

 private:
  void prepare(const Model& model);
  void useMemory();
  bool putBlocks(Model& model, ThreadPool& pool);
  void put(size_t from, size_t bytes, const void* data);

  std::string folder_;
  size_t bytes_ = 0;
  size_t written_ = 0;  // of the file, from its start
  int file_ = -1;
  Floats memory_;
  bool any_ = false;
};

}  // namespace adt
