// Owns 16 floats at once, in as many registers as ADT_WIDTH floats fit in each. Included once per instruction set,
// inside that set's namespace. Only +, -, *, /, square root and fused multiply-add, each correctly rounded: the same
// bits everywhere.

typedef float Vec __attribute__((vector_size(ADT_WIDTH * 4)));
typedef float Unaligned __attribute__((vector_size(ADT_WIDTH * 4), aligned(4), may_alias));
typedef int32_t Ints __attribute__((vector_size(ADT_WIDTH * 4)));
typedef float Quad __attribute__((vector_size(16)));
typedef float UnalignedQuad __attribute__((vector_size(16), aligned(4), may_alias));

constexpr int kParts = kLanes / ADT_WIDTH;

struct F16 {
  Vec part[kParts];
};

#define ADT_INLINE static inline __attribute__((always_inline))
#define ADT_LAMBDA __attribute__((always_inline))
#define ADT_EACH for (int i = 0; i < kParts; ++i)

// Part by part: GCC copies a whole F16 through the stack in 16-byte pieces, which made AVX2 slower than SSE2.
ADT_INLINE F16 load(const float* at) {
  F16 x;
  ADT_EACH x.part[i] = *(const Unaligned*)(at + i * ADT_WIDTH);
  return x;
}
ADT_INLINE void store(float* at, const F16& x) {
  ADT_EACH *(Unaligned*)(at + i * ADT_WIDTH) = x.part[i];
}
#if !defined(ADT_LOAD_FIRST)
ADT_INLINE void copyFirst(const float* from, uint32_t count, float* to) {
  uint32_t c = 0;
  for (; c + 4 <= count; c += 4) *(UnalignedQuad*)(to + c) = *(const UnalignedQuad*)(from + c);
  for (; c < count; ++c) to[c] = from[c];
}
#endif
// The first `count` lanes; the others are 0 when loaded and are not stored.
ADT_INLINE F16 loadFirst(const float* at, uint32_t count) {
  if (count == kLanes) return load(at);
#if defined(ADT_LOAD_FIRST)
  return {{ADT_LOAD_FIRST(at, count)}};
#else
  float lanes[kLanes] = {};
  copyFirst(at, count, lanes);
  return load(lanes);
#endif
}
ADT_INLINE void storeFirst(float* at, const F16& x, uint32_t count) {
  if (count == kLanes) return store(at, x);
#if defined(ADT_STORE_FIRST)
  ADT_STORE_FIRST(at, x.part[0], count);
#else
  float lanes[kLanes];
  store(lanes, x);
  copyFirst(lanes, count, at);
#endif
}
ADT_INLINE F16 all(float value) {
  F16 x;
  ADT_EACH x.part[i] = value - Vec{};
  return x;
}
ADT_INLINE F16 operator+(const F16& a, const F16& b) {
  F16 x;
  ADT_EACH x.part[i] = a.part[i] + b.part[i];
  return x;
}
ADT_INLINE F16 operator-(const F16& a, const F16& b) {
  F16 x;
  ADT_EACH x.part[i] = a.part[i] - b.part[i];
  return x;
}
ADT_INLINE F16 operator*(const F16& a, const F16& b) {
  F16 x;
  ADT_EACH x.part[i] = a.part[i] * b.part[i];
  return x;
}
ADT_INLINE F16 operator/(const F16& a, const F16& b) {
  F16 x;
  ADT_EACH x.part[i] = a.part[i] / b.part[i];
  return x;
}
ADT_INLINE F16 root(const F16& a) {
  F16 x;
  ADT_EACH x.part[i] = ADT_SQRT(a.part[i]);
  return x;
}
ADT_INLINE F16 magnitude(const F16& a) {
  F16 x;
  ADT_EACH x.part[i] = (Vec)((Ints)a.part[i] & 0x7FFFFFFF);
  return x;
}
// a < limit ? limit : a; a NaN stays.
ADT_INLINE F16 atLeast(const F16& a, float limit) {
  F16 x;
  ADT_EACH {
    const Vec bound = limit - Vec{};
    x.part[i] = a.part[i] < bound ? bound : a.part[i];
  }
  return x;
}
// at >= 0 ? a : b
ADT_INLINE F16 whereNotNegative(const F16& at, const F16& a, const F16& b) {
  F16 x;
  ADT_EACH x.part[i] = at.part[i] >= Vec{} ? a.part[i] : b.part[i];
  return x;
}
// gate > 0 ? a : 0
ADT_INLINE F16 wherePositive(const F16& gate, const F16& a) {
  F16 x;
  ADT_EACH x.part[i] = gate.part[i] > Vec{} ? a.part[i] : Vec{};
  return x;
}
ADT_INLINE bool anyAbove(const F16& a, float limit) {
#if defined(ADT_ANY_ABOVE)
  bool found = false;
  ADT_EACH found |= ADT_ANY_ABOVE(a.part[i], limit - Vec{});
  return found;
#else
  Ints found = {};
  ADT_EACH found |= a.part[i] > (limit - Vec{});
  typedef long long Longs __attribute__((vector_size(ADT_WIDTH * 4)));
  const Longs wide = (Longs)found;
  long long bits = 0;
  for (int i = 0; i < ADT_WIDTH / 2; ++i) bits |= wide[i];
  return bits != 0;
#endif
}

#if !defined(ADT_FMA)
// a * b + c rounded once, where the processor has no such instruction. The product is exact in double; the sum is
// rounded to odd there, so that rounding it to float gives what rounding the exact sum would (Boldo and Melquiond,
// "Emulation of a FMA and correctly rounded sums", IEEE Trans. Computers 2008). Some twenty times slower.
typedef double Doubles __attribute__((vector_size(16)));
typedef int64_t Longs2 __attribute__((vector_size(16)));
typedef float Half __attribute__((vector_size(8)));
ADT_INLINE Half fusedHalf(Half a, Half b, Half c) {
  const Doubles product = __builtin_convertvector(a, Doubles) * __builtin_convertvector(b, Doubles);
  const Doubles addend = __builtin_convertvector(c, Doubles);
  const Doubles rounded = product + addend;
  const Doubles part = rounded - product;
  const Doubles error = (product - (rounded - part)) + (addend - part);
  const Longs2 bits = (Longs2)rounded;
  const Longs2 inexact = (Longs2)(error > 0.0) | (Longs2)(error < 0.0);  // not for a NaN
  const Longs2 even = (bits & 1) - 1;
  const Longs2 towards = (((Longs2)error ^ bits) >> 63) | 1;  // +1: the exact sum is larger in magnitude
  return __builtin_convertvector((Doubles)(bits + (inexact & even & towards)), Half);
}
ADT_INLINE Vec fusedVec(Vec a, Vec b, Vec c) {
  union Parts {
    Vec vec;
    Half half[ADT_WIDTH / 2];
  };
  const Parts x = {a}, y = {b}, z = {c};
  Parts to = {};
  for (int i = 0; i < ADT_WIDTH / 2; ++i) to.half[i] = fusedHalf(x.half[i], y.half[i], z.half[i]);
  return to.vec;
}
#define ADT_FMA(a, b, c) fusedVec(a, b, c)
#endif

// a * b + c, rounded once.
ADT_INLINE F16 fused(const F16& a, const F16& b, const F16& c) {
  F16 x;
  ADT_EACH x.part[i] = ADT_FMA(a.part[i], b.part[i], c.part[i]);
  return x;
}

// The 16 lanes by halves: ((0+8)+(4+12)) + ((2+10)+(6+14)) and so on; always in this order.
ADT_INLINE float sum(const F16& a) {
  float lanes[kLanes];
  store(lanes, a);
  Quad q[4];
  for (int i = 0; i < 4; ++i) q[i] = *(const UnalignedQuad*)(lanes + 4 * i);
  const Quad s = (q[0] + q[2]) + (q[1] + q[3]);
  return (s[0] + s[2]) + (s[1] + s[3]);
}

// e^x for x <= 0, relative error below 2e-7; below -87 it stays at e^-87.
ADT_INLINE F16 expNonPositive(const F16& unbounded) {
  const F16 x = atLeast(unbounded, -87.0f);
  const F16 magic = all(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer, left in the low bits
  const F16 shifted = x * all(1.44269504f) + magic;
  const F16 n = shifted - magic;
  const F16 r = (x - n * all(0.693359375f)) - n * all(-2.12194440e-4f);  // ln 2 in two parts, the first exact
  F16 y = all(1.0f / 5040);  // Taylor: |r| <= 0.3466, so the next term is below 6e-9
  y = y * r + all(1.0f / 720);
  y = y * r + all(1.0f / 120);
  y = y * r + all(1.0f / 24);
  y = y * r + all(1.0f / 6);
  y = y * r + all(0.5f);
  y = y * r * r + r + all(1.0f);
  F16 power;
  ADT_EACH power.part[i] = (Vec)(((Ints)shifted.part[i] << 23) + 0x3F800000);
  return y * power;
}

// log(1 + e) for e in [0, 1], relative error below 2e-7: 2 atanh(e / (2 + e)).
ADT_INLINE F16 logOnePlus(const F16& e) {
  const F16 s = e / (e + all(2.0f));
  const F16 s2 = s * s;  // <= 1/9
  F16 y = all(1.0f / 17);
  y = y * s2 + all(1.0f / 15);
  y = y * s2 + all(1.0f / 13);
  y = y * s2 + all(1.0f / 11);
  y = y * s2 + all(1.0f / 9);
  y = y * s2 + all(1.0f / 7);
  y = y * s2 + all(1.0f / 5);
  y = y * s2 + all(1.0f / 3);
  y = y * s2 + all(1.0f);
  return (s + s) * y;
}
