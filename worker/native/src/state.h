// Owns what a checkpoint holds of a training: blocks of memory by name, the same for every training of a configuration.
#pragma once
#include <cstddef>
#include <string>

namespace adt {

struct StateBlock {
  std::string name;
  void* at;
  size_t bytes;
};

}  // namespace adt
