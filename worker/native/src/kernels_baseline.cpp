// Owns the kernels for the instructions every 64-bit CPU of its kind has (SSE2, NEON).
#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#define ADT_SQRT(x) (Vec) _mm_sqrt_ps((__m128)(x))
#elif defined(__aarch64__)
#include <arm_neon.h>
#define ADT_FMA(a, b, c) (Vec) vfmaq_f32((float32x4_t)(c), (float32x4_t)(a), (float32x4_t)(b))
#define ADT_SQRT(x) (Vec) vsqrtq_f32((float32x4_t)(x))
#else
#error "no kernels for this processor: x86-64 and aarch64 are supported"
#endif

#include "kernels.h"

#define ADT_WIDTH 4
#define ADT_SCORE_ROWS 2  // so that scores and one row of items fit in the registers
#define ADT_TILE_ROWS 4  // of a product, by ADT_TILE_LANES groups of 16 columns
#define ADT_TILE_LANES 1

namespace adt {
namespace baseline {

#include "lanes.inl"

#include "kernels.inl"

#include "products.inl"

#include "encoder.inl"

#include "permutation.inl"

}  // namespace baseline

const Kernels kBaselineKernels = ADT_KERNELS("baseline", baseline);

}  // namespace adt
