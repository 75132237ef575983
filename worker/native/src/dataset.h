// Owns the view of a data set: arrays that JavaScript holds, never copied here.
#pragma once
#include <cstdint>

namespace adt {

// The items of user u are items[rowStarts[u] .. rowStarts[u + 1]), ascending and unique.
struct Csr {
  const uint32_t* rowStarts = nullptr;
  const uint32_t* items = nullptr;
  uint32_t users = 0;
  const uint8_t* truePositive = nullptr;  // (pairs) 0: known to be a false positive; nullptr: nothing is known

  const uint32_t* begin(uint32_t user) const { return items + rowStarts[user]; }
  const uint32_t* end(uint32_t user) const { return items + rowStarts[user + 1]; }
  uint32_t count(uint32_t user) const { return rowStarts[user + 1] - rowStarts[user]; }
  uint32_t pairs() const { return rowStarts[users]; }
};

struct Dataset {
  uint32_t users = 0, items = 0;
  Csr train, valid, test;
  Csr positives;  // what is learnt from: train, or for clean training a part of it
};

}  // namespace adt
