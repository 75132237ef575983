// Owns an order of items in which neighbours are alike.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace adt {

// order (count): the rows [0, count) of (any, stride), of which `width` floats are read, so that each kTileItems of
// them are close to each other: halved again and again at the median of the column that varies most. Results never
// depend on it. Bentley, "Multidimensional binary search trees", CACM 1975. The direction of largest variance
// instead of a column left 3 to 5 % fewer active rows, for several times the work.
void orderByLikeness(const float* rows, size_t stride, uint32_t width, uint32_t count, std::vector<uint32_t>& order);

}  // namespace adt
