// Owns the kernels for AVX-512F.
#if defined(__x86_64__)
#include <cstddef>
#include <cstdint>

#include <immintrin.h>

#include "kernels.h"

#define ADT_SQRT(x) (Vec) _mm512_maskz_sqrt_ps((__mmask16)-1, (__m512)(x))  // plain _mm512_sqrt_ps warns in GCC 12
#define ADT_WIDTH 16
#define ADT_SCORE_ROWS 8  // so that scores and one row of items fit in the registers

// Everything below, and nothing above, may use these instructions.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,prefer-vector-width=512")
#endif

namespace adt {
namespace avx512 {

#include "lanes.inl"

#include "kernels.inl"

}  // namespace avx512

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

const Kernels kAvx512Kernels = {"avx512", avx512::bringUp, avx512::logits, avx512::losses,
    avx512::updateRows, avx512::outGradient, avx512::updateDense, avx512::score};

}  // namespace adt
#endif
