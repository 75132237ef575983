// Owns Adam with dense semantics at sparse cost: what a row's zero-gradient steps add up to.
//
// Dense Adam moves every row at every step, by its momentum where it has no gradient. A row last updated at step
// t, read k steps later, has moved by -m * lr * sum_{s=1..k} c_s / (a * d_s + eps) with a = sqrt(v) and
//   c_s = b1^s / (1 - b1^(t+s)),   d_s = sqrt(b2^s / (1 - b2^(t+s))),
// and m, v have become b1^k m, b2^k v. Here that sum costs one square root and one division an element,
// whatever k. With u = 1/d the summand is c * u / (a + eps * u). Expanded about the c-weighted mean U of u, with
// w = 1 / (a + eps * U), x = eps * U * w (so 1 - x = a * w) and M_n the n-th central moment of u / U:
//   sum = C * U * w * (1 - (1 - x) * x * (M_2 - x * (M_3 - x * (M_4 - x * M_5)))) + smaller terms.
// C, U and M_n come from sums over s of c_s u_s^n, n = 0..5. The infinite sum R_n(t) obeys
//   R_n(t) = c_1(t) u_1(t)^n + b1 b2^(-n/2) R_n(t+1),
// so a table over t is filled backwards once, in double, and a gap of k is R_n(t) - (b1 b2^(-n/2))^k R_n(t+k).
//
// Small t: u varies fast there (bias correction of v) and the series converges badly. A row last updated before
// `seriesFrom` is therefore replayed step by step up to that step. seriesFrom is where the first neglected
// term, at its worst x, is under 2e-7 of the whole; 85 for (0.9, 0.999). See README.md for measured errors.
#pragma once
#include <cstdint>
#include <vector>

#include "kernels.h"
#include "power_table.h"

namespace adt {

struct AdamOptions {
  double lr, beta1, beta2, eps;
};

class AdamSchedule {
 public:
  // Tables for steps 1..totalSteps: at most some 40,000 entries of 104 bytes with b2 = 0.999, for any length.
  AdamSchedule(const AdamOptions& options, uint64_t totalSteps);

  // The view stays valid until the next call.
  GapView gapsEndingAt(uint32_t end);
  AdamStep step(uint32_t step) const;

 private:
  static constexpr int kMoments = 6;  // five in the series, the sixth to know its error
  struct Sums {
    double r[kMoments + 1];
  };

  void fillSums();
  void chooseSeriesStart();
  Gap gapOf(const double sums[kMoments + 1]) const;
  const Sums& sums(uint64_t t) const { return sums_[t < lastStart_ ? t : lastStart_]; }

  AdamOptions options_;
  uint32_t replayLimit_ = 0;
  uint32_t lastStart_;     // 1 - b2^t is 1 to the last bit after it
  uint32_t seriesFrom_ = 0;
  uint32_t longest_ = 0;
  PowerTable power1_, power2_;
  double ratio_[kMoments + 1];            // b1 * b2^(-n/2)
  std::vector<Sums> sums_;                // [t], t in 0..lastStart
  std::vector<Gap> byStart_, byGap_;
  std::vector<double> tail_[kMoments + 1];  // [k] ratio_n^k
  std::vector<float> stepGain_, stepScale_, decay1_, rootDecay2_;
};

}  // namespace adt
