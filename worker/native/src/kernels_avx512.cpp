// Owns the kernels for AVX-512F.
#if defined(__x86_64__)
#include <cstddef>
#include <cstdint>

#include <immintrin.h>

#include "kernels.h"

#define ADT_SQRT(x) (Vec) _mm512_maskz_sqrt_ps((__mmask16)-1, (__m512)(x))  // plain _mm512_sqrt_ps warns in GCC 12
#define ADT_FMA(a, b, c) (Vec) _mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c))
#define ADT_ANY_ABOVE(a, b) (_mm512_cmp_ps_mask((__m512)(a), (__m512)(b), _CMP_GT_OQ) != 0)
#define ADT_FIRST(count) (__mmask16)((1u << (count)) - 1)
#define ADT_LOAD_FIRST(at, count) (Vec) _mm512_maskz_loadu_ps(ADT_FIRST(count), at)
#define ADT_STORE_FIRST(at, x, count) _mm512_mask_storeu_ps(at, ADT_FIRST(count), (__m512)(x))
#define ADT_WIDTH 16
#define ADT_SCORE_ROWS 8  // so that scores and one row of items fit in the registers
#define ADT_TILE_ROWS 8  // of a product, by ADT_TILE_LANES groups of 16 columns
#define ADT_TILE_LANES 2

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

#include "products.inl"

#include "encoder.inl"

#include "permutation.inl"

}  // namespace avx512

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

const Kernels kAvx512Kernels = ADT_KERNELS("avx512", avx512);

}  // namespace adt
#endif
