// Owns the kernels for AVX2.
#if defined(__x86_64__)
#include <cstddef>
#include <cstdint>

#include <immintrin.h>

#include "kernels.h"

#define ADT_SQRT(x) (Vec) _mm256_sqrt_ps((__m256)(x))
#define ADT_WIDTH 8
#define ADT_SCORE_ROWS 4  // so that scores and one row of items fit in the registers

// Everything below, and nothing above, may use these instructions.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif

namespace adt {
namespace avx2 {

#include "lanes.inl"

#include "kernels.inl"

}  // namespace avx2

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

const Kernels kAvx2Kernels = {"avx2", avx2::bringUp, avx2::logits, avx2::losses,
    avx2::updateRows, avx2::outGradient, avx2::updateDense, avx2::score};

}  // namespace adt
#endif
