// Owns every random number: a counter-based generator, so that draw n needs no draw before it.
//
// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). A draw is named by
// (seed; index, block, round, stream); the same name gives the same bits in any thread, order or engine.
#pragma once
#include <cstdint>

#include "exact_math.h"
#include "kernels.h"

namespace adt {

enum class Stream : uint32_t { kInit = 1, kTrainOrder = 2, kTrainNegative = 3, kValidOrder = 4, kValidNegative = 5,
                               kCorruption = 6, kDropout = 7 };

struct Words4 {
  uint32_t word[4];
};

inline Words4 philox(uint32_t seed, uint32_t index, uint32_t block, uint32_t round, Stream stream) {
  uint32_t c0 = index, c1 = block, c2 = round, c3 = static_cast<uint32_t>(stream);
  uint32_t k0 = seed, k1 = 0x41445431u;  // "ADT1": the version of all these definitions
  for (int turn = 0; turn < 10; ++turn) {
    const uint64_t a = 0xD2511F53ull * c0;
    const uint64_t b = 0xCD9E8D57ull * c2;
    c0 = static_cast<uint32_t>(b >> 32) ^ c1 ^ k0;
    c1 = static_cast<uint32_t>(b);
    c2 = static_cast<uint32_t>(a >> 32) ^ c3 ^ k1;
    c3 = static_cast<uint32_t>(a);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// Exactly uniform in [0, n), n >= 1 (Lemire's multiplication with rejection). Takes the first of the words of
// blocks 0, 1, 2, ... whose low product is not in the short last interval; nearly always the very first word.
inline uint32_t uniformBelow(uint32_t n, uint32_t seed, uint32_t index, uint32_t round, Stream stream) {
  const uint32_t rejectBelow = (0u - n) % n;
  for (uint32_t block = 0;; ++block) {
    const Words4 draw = philox(seed, index, block, round, stream);
    for (uint32_t word : draw.word) {
      const uint64_t product = static_cast<uint64_t>(word) * n;
      if (static_cast<uint32_t>(product) >= rejectBelow) return static_cast<uint32_t>(product >> 32);
    }
  }
}

// (0, 1], 24 bits.
inline float unitFloat(uint32_t word) { return static_cast<float>((word >> 8) + 1) * 0x1p-24f; }

// Four standard normals from four words (Box-Muller, twice).
inline void normals4(const Words4& draw, float out[4]) {
  for (int pair = 0; pair < 2; ++pair) {
    const float radius = std::sqrt(-2.0f * logExact(unitFloat(draw.word[2 * pair])));
    float sine, cosine;
    sinCosTurns(draw.word[2 * pair + 1], sine, cosine);
    out[2 * pair] = radius * cosine;
    out[2 * pair + 1] = radius * sine;
  }
}

// A permutation of [0, n) that needs no memory and gives any position at once: a Feistel network of six rounds
// over the next power of two, walked on until the value falls below n. permutation.inl computes it.
inline PermutationView permutationOf(uint32_t n, uint32_t seed, uint32_t round, Stream stream) {
  uint32_t bits = 6;
  while (bits < 32 && (uint64_t{1} << bits) < n) ++bits;
  PermutationView view{n, bits - bits / 2, bits / 2, {}};
  const Words4 a = philox(seed, 0, 0, round, stream);
  const Words4 b = philox(seed, 1, 0, round, stream);
  for (int i = 0; i < PermutationView::kRounds; ++i) view.key[i] = i < 4 ? a.word[i] : b.word[i - 4];
  return view;
}

}  // namespace adt
