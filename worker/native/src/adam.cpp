// Fills the tables; the mathematics is in adam.h.
#include "adam.h"

#include <algorithm>
#include <cmath>

namespace adt {
namespace {

// 2^-40 of the momentum is far below the rounding of any parameter it would still move.
constexpr double kNothing = 0x1p-40;
// b2^t below this leaves 1 - b2^t = 1 in double.
constexpr double kInvisible = 0x1p-54;
// Largest neglected part of the series, relative to the whole; a float's own rounding is 6e-8.
constexpr double kSeriesError = 2e-7;
// More steps than the sums ever look beyond the last one.
constexpr uint64_t kLead = 8192;

uint64_t stepsUntilBelow(double base, double limit, uint64_t most) {
  if (base <= 0.0) return 1;
  uint64_t steps = 0;
  for (double left = 1.0; left >= limit && steps < most; ++steps) left *= base;
  return steps;
}

}  // namespace

AdamSchedule::AdamSchedule(const AdamOptions& options, uint64_t totalSteps)
    : options_(options),
      lastStart_(static_cast<uint32_t>(stepsUntilBelow(options.beta2, kInvisible, totalSteps))),
      power1_(options.beta1, totalSteps + kLead),
      power2_(options.beta2, totalSteps + kLead) {
  double root = 1.0;
  for (int n = 0; n <= kMoments; ++n, root *= std::sqrt(options.beta2)) ratio_[n] = options.beta1 / root;
  const bool usesSeries = ratio_[kMoments] < 0.99;
  // Without it, sqrt(v) fades as fast as the momentum, and a step only dwindles once eps outweighs it.
  const double nothing = usesSeries ? kNothing : kNothing * options.eps;
  replayLimit_ = static_cast<uint32_t>(stepsUntilBelow(options.beta1, nothing, totalSteps));
  for (uint32_t s = 0; s <= replayLimit_; ++s) {
    decay1_.push_back(static_cast<float>(power1_.at(s)));
    rootDecay2_.push_back(static_cast<float>(std::sqrt(power2_.at(s))));
  }
  if (usesSeries) {
    fillSums();
    chooseSeriesStart();
  } else {
    seriesFrom_ = UINT32_MAX;  // the sums diverge: every gap is replayed
  }

  const uint64_t steps = std::min<uint64_t>(seriesFrom_, totalSteps);
  stepGain_.resize(steps + 1);
  stepScale_.resize(steps + 1);
  for (uint32_t t = 1; t <= steps; ++t) {
    const AdamStep at = step(t);
    stepGain_[t] = at.gain;
    stepScale_[t] = at.scale;
  }
}

AdamStep AdamSchedule::step(uint32_t step) const {
  return {step,
          static_cast<float>(1.0 - options_.beta1),
          static_cast<float>(1.0 - options_.beta2),
          static_cast<float>(options_.lr / (1.0 - power1_.at(step))),
          static_cast<float>(1.0 / std::sqrt(1.0 - power2_.at(step))),
          static_cast<float>(options_.eps),
          decay1_.data(),
          replayLimit_,
          power2_.low(),
          power2_.high(),
          power2_.end()};
}

void AdamSchedule::fillSums() {
  // Begin so far out that what the starting value is off by has decayed below the last bit.
  const uint64_t lead = stepsUntilBelow(ratio_[kMoments], 1e-20, kLead);
  Sums next;
  for (int n = 0; n <= kMoments; ++n) next.r[n] = ratio_[n] / (1.0 - ratio_[n]);
  sums_.resize(lastStart_ + 1);
  for (uint64_t t = lastStart_ + lead + 1; t-- > 0;) {
    const double c = options_.beta1 / (1.0 - power1_.at(t + 1));
    const double u = std::sqrt((1.0 - power2_.at(t + 1)) / options_.beta2);
    double term = c;
    for (int n = 0; n <= kMoments; ++n, term *= u) next.r[n] = term + ratio_[n] * next.r[n];
    if (t <= lastStart_) sums_[t] = next;
  }
}

void AdamSchedule::chooseSeriesStart() {
  byStart_.resize(lastStart_ + 1);
  for (uint32_t t = lastStart_ + 1; t-- > 0;) {
    const double* r = sums_[t].r;
    byStart_[t] = gapOf(r);
    // Sixth central moment of u / U over six: x^5 (1 - x) is at most 0.067.
    const double mean = r[1] / r[0];
    double sixth = 0.0, power = 1.0;
    static constexpr double kBinomial[] = {1, -6, 15, -20, 15, -6, 1};
    for (int n = kMoments; n >= 0; --n, power *= mean) sixth += kBinomial[n] * power * r[n];
    sixth /= r[0] * power / mean;
    if (0.067 * std::fabs(sixth) > kSeriesError) {
      seriesFrom_ = t + 1;
      break;
    }
  }
  longest_ = static_cast<uint32_t>(stepsUntilBelow(ratio_[kMoments], 0x1p-30, kLead));
  byGap_.resize(longest_ + 1);
  for (int n = 0; n <= kMoments; ++n) {
    tail_[n].resize(longest_ + 1);
    tail_[n][0] = 1.0;
    for (uint32_t k = 1; k <= longest_; ++k) tail_[n][k] = tail_[n][k - 1] * ratio_[n];
  }
}

Gap AdamSchedule::gapOf(const double sum[kMoments + 1]) const {
  const double count = sum[0];
  const double mean = sum[1] / count;
  // Raw moments of u / U, then central ones.
  const double scale = 1.0 / mean;
  const double e2 = sum[2] / count * scale * scale;
  const double e3 = sum[3] / count * scale * scale * scale;
  const double e4 = sum[4] / count * scale * scale * scale * scale;
  const double e5 = sum[5] / count * scale * scale * scale * scale * scale;
  return {static_cast<float>(options_.lr * sum[1]),
          static_cast<float>(options_.eps * mean),
          static_cast<float>(e2 - 1.0),
          static_cast<float>(e3 - 3.0 * e2 + 2.0),
          static_cast<float>(e4 - 4.0 * e3 + 6.0 * e2 - 3.0),
          static_cast<float>(e5 - 5.0 * e4 + 10.0 * e3 - 10.0 * e2 + 4.0)};
}

GapView AdamSchedule::gapsEndingAt(uint32_t end) {
  if (end > seriesFrom_) {
    const uint32_t most = std::min<uint32_t>(longest_, end - seriesFrom_);
    const Sums& after = sums(end);
    for (uint32_t k = 1; k <= most; ++k) {
      const Sums& from = sums(end - k);
      double part[kMoments + 1];
      for (int n = 0; n <= kMoments; ++n) part[n] = from.r[n] - tail_[n][k] * after.r[n];
      byGap_[k] = gapOf(part);
    }
  }
  return {end,
          seriesFrom_,
          longest_,
          lastStart_,
          byGap_.data(),
          byStart_.data(),
          stepGain_.data(),
          stepScale_.data(),
          decay1_.data(),
          rootDecay2_.data(),
          replayLimit_,
          static_cast<float>(options_.eps)};
}

}  // namespace adt
