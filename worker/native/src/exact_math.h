// Owns the scalar log, sine and cosine: plain arithmetic, so that every machine gets the same bits (libm differs).
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

namespace adt {

// Natural logarithm of a normal x > 0 in double: x = m * 2^e with m in [sqrt(1/2), sqrt(2)),
// log m = 2 atanh((m - 1) / (m + 1)) by its series; |error| < 1e-15.
inline double logExact(double x) {
  uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  int64_t exponent = static_cast<int64_t>(bits >> 52) - 1023;
  bits = (bits & 0x000FFFFFFFFFFFFFull) | 0x3FF0000000000000ull;
  double m;
  std::memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent += 1;
  }
  const double s = (m - 1.0) / (m + 1.0);
  const double s2 = s * s;
  double sum = 0.0;
  for (int n = 21; n >= 1; n -= 2) sum = sum * s2 + 1.0 / n;  // s2 <= 0.0295: the next term is below 1e-17
  return 2.0 * s * sum + static_cast<double>(exponent) * 0.6931471805599453;
}

inline float logExact(float x) { return static_cast<float>(logExact(static_cast<double>(x))); }

// Sine and cosine of word / 2^32 of a turn. The top two bits are the quadrant; Taylor in double on [-pi/4, pi/4].
inline void sinCosTurns(uint32_t word, float& sine, float& cosine) {
  const uint32_t quadrant = (word + 0x20000000u) >> 30;
  const int32_t rest = static_cast<int32_t>(word - (quadrant << 30));  // [-2^29, 2^29)
  const double x = static_cast<double>(rest) * (6.283185307179586 / 4294967296.0);
  const double x2 = x * x;
  const double s =
      x * (1.0 + x2 * (-1.0 / 6 + x2 * (1.0 / 120 + x2 * (-1.0 / 5040 + x2 * (1.0 / 362880)))));
  const double c =
      1.0 + x2 * (-0.5 + x2 * (1.0 / 24 + x2 * (-1.0 / 720 + x2 * (1.0 / 40320 + x2 * (-1.0 / 3628800)))));
  const double sines[4] = {s, c, -s, -c};
  const double cosines[4] = {c, -s, -c, s};
  sine = static_cast<float>(sines[quadrant]);
  cosine = static_cast<float>(cosines[quadrant]);
}

}  // namespace adt
