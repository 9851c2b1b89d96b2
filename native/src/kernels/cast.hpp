// Conversions between element types, over runs of contiguous values.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "family.hpp"

namespace rs {

struct CastKernels {
  // To nearest, ties to even; beyond the range infinity; NaN stays NaN.
  void (*f32_to_bf16)(const float*, uint16_t*, size_t n);
  void (*f32_to_f16)(const float*, uint16_t*, size_t n);
  void (*bf16_to_f32)(const uint16_t*, float*, size_t n);
  void (*f16_to_f32)(const uint16_t*, float*, size_t n);
  // Toward zero; beyond the range the nearest end of it; NaN gives 0.
  void (*f32_to_i32)(const float*, int32_t*, size_t n);
  void (*i32_to_f32)(const int32_t*, float*, size_t n);
};

}  // namespace rs

RS_FAMILY_DECLARE(CastKernels, cast_kernels)
