// Owns powers of one number by two table look-ups, the same bits everywhere (libm's pow differs).
#pragma once
#include <cstdint>
#include <vector>

namespace adt {

// base^n for 0 <= base < 1 and n up to `upTo`; relative error below 1e-12 for n up to 1e6. Exactly 0 where the
// power is below 1e-40, so that no table grows past that point.
class PowerTable {
 public:
  static constexpr uint32_t kBlock = 1024;

  PowerTable(double base, uint64_t upTo) : low_(kBlock) {
    low_[0] = 1.0;
    for (uint32_t n = 1; n < kBlock; ++n) low_[n] = low_[n - 1] * base;
    const double block = low_[kBlock - 1] * base;
    double power = 1.0;
    for (uint64_t n = 0; n <= upTo && power > 1e-40; n += kBlock, power *= block) high_.push_back(power);
  }

  double at(uint64_t n) const { return n / kBlock < high_.size() ? low_[n % kBlock] * high_[n / kBlock] : 0.0; }

  const double* low() const { return low_.data(); }
  const double* high() const { return high_.data(); }
  uint64_t end() const { return high_.size() * uint64_t{kBlock}; }

 private:
  std::vector<double> low_, high_;
};

}  // namespace adt
