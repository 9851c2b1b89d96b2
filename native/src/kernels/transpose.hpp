// Transposition of a block of 32-bit values.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "family.hpp"

namespace rs {

struct TransposeKernels {
  // to[j * to_stride + i] = from[i * from_stride + j], i < ni, j < nj. The values
  // are only moved: any 32-bit type will do.
  void (*transpose)(const float* from, int64_t from_stride, float* to, int64_t to_stride,
                    int64_t ni, int64_t nj);
};

}  // namespace rs

RS_FAMILY_DECLARE(TransposeKernels, transpose_kernels)
