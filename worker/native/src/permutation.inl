// Owns the Feistel network of a permutation (rng.h), 16 numbers at once. Included once per instruction set.

typedef uint32_t Words __attribute__((vector_size(ADT_WIDTH * 4)));
typedef uint32_t UnalignedWords __attribute__((vector_size(ADT_WIDTH * 4), aligned(4), may_alias));

ADT_INLINE Words mix(Words x) {
  x *= 0x9E3779B1u;
  x ^= x >> 15;
  x *= 0x85EBCA77u;
  x ^= x >> 13;
  return x;
}

ADT_INLINE Words feistel(const PermutationView& view, Words x) {
  uint32_t leftBits = view.leftBits, rightBits = view.rightBits;
  for (int i = 0; i < PermutationView::kRounds; ++i) {
    const Words right = x & ((1u << rightBits) - 1);
    const Words mixed = ((x >> rightBits) ^ mix(right ^ view.key[i])) & ((1u << leftBits) - 1);
    x = (right << leftBits) | mixed;
    const uint32_t swap = leftBits;
    leftBits = rightBits;
    rightBits = swap;
  }
  return x;
}

// In blocks: all values once, then those that are not below n again, moved together so that none waits for another.
static void permute(const PermutationView& view, uint32_t from, uint32_t count, uint32_t* to) {
  constexpr uint32_t kBlock = 128;
  uint32_t value[kBlock], place[kBlock];
  for (uint32_t at = 0; at < count; at += kBlock) {
    for (uint32_t i = 0; i < kBlock; ++i) {
      value[i] = from + at + i;
      place[i] = i;
    }
    for (uint32_t rest = count - at < kBlock ? count - at : kBlock; rest > 0;) {
      for (uint32_t i = 0; i < rest; i += ADT_WIDTH)
        *(UnalignedWords*)(value + i) = feistel(view, *(const UnalignedWords*)(value + i));
      uint32_t next = 0;
      for (uint32_t i = 0; i < rest; ++i) {
        const uint32_t x = value[i], own = place[i];
        to[at + own] = x;
        value[next] = x;
        place[next] = own;
        next += x >= view.n;
      }
      rest = next;
    }
  }
}
