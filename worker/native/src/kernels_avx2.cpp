// Owns the kernels for AVX2 with FMA.
#if defined(__x86_64__)
#include <cstddef>
#include <cstdint>

#include <immintrin.h>

#include "kernels.h"

#define ADT_SQRT(x) (Vec) _mm256_sqrt_ps((__m256)(x))
#define ADT_FMA(a, b, c) (Vec) _mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c))
#define ADT_ANY_ABOVE(a, b) (_mm256_movemask_ps(_mm256_cmp_ps((__m256)(a), (__m256)(b), _CMP_GT_OQ)) != 0)
#define ADT_WIDTH 8
#define ADT_SCORE_ROWS 4  // so that scores and one row of items fit in the registers
#define ADT_TILE_ROWS 4  // of a product, by ADT_TILE_LANES groups of 16 columns
#define ADT_TILE_LANES 1

// Everything below, and nothing above, may use these instructions.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

namespace adt {
namespace avx2 {

#include "lanes.inl"

#include "kernels.inl"

#include "products.inl"

#include "encoder.inl"

#include "permutation.inl"

}  // namespace avx2

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

const Kernels kAvx2Kernels = ADT_KERNELS("avx2", avx2);

}  // namespace adt
#endif
