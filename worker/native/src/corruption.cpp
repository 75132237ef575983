// Draws inputs: users in chunks, each at the place of its whole history, then moved together.
#include "corruption.h"

#include <algorithm>

#include "rng.h"

namespace adt {

void Corruption::draw(uint32_t step, Samples& batch, ThreadPool& pool) {
  constexpr uint32_t kUsersPerChunk = 16;
  Inputs& inputs = batch.inputs;
  inputs.users = batch.users;
  std::sort(inputs.users.begin(), inputs.users.end());
  inputs.users.erase(std::unique(inputs.users.begin(), inputs.users.end()), inputs.users.end());
  const uint32_t users = static_cast<uint32_t>(inputs.users.size());
  fullStarts_.assign(1, 0);
  for (uint32_t user : inputs.users) fullStarts_.push_back(fullStarts_.back() + train_.count(user));
  kept_.resize(fullStarts_.back());
  inputs.rowStarts.resize(users + 1);
  const uint32_t chunks = (users + kUsersPerChunk - 1) / kUsersPerChunk;
  pool.run(chunks, [&](uint32_t chunk, unsigned) {
    for (uint32_t k = chunk * kUsersPerChunk; k < std::min((chunk + 1) * kUsersPerChunk, users); ++k) {
      uint32_t to = fullStarts_[k];
      const uint32_t end = train_.rowStarts[inputs.users[k] + 1];
      for (uint32_t pair = train_.rowStarts[inputs.users[k]]; pair < end; ++pair) {
        kept_[to] = train_.items[pair];
        to += unitFloat(philox(seed_, pair, 0, step, Stream::kCorruption).word[0]) > share_;
      }
      inputs.rowStarts[k + 1] = to - fullStarts_[k];
    }
  });
  inputs.rowStarts[0] = 0;
  for (uint32_t k = 0; k < users; ++k) inputs.rowStarts[k + 1] += inputs.rowStarts[k];
  inputs.items.resize(inputs.rowStarts[users]);
  for (uint32_t k = 0; k < users; ++k)
    std::copy_n(kept_.begin() + fullStarts_[k], inputs.rowStarts[k + 1] - inputs.rowStarts[k],
                inputs.items.begin() + inputs.rowStarts[k]);
}

}  // namespace adt
