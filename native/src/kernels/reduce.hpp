// Reductions of runs of values, each in one fixed order.
#pragma once
#include <stddef.h>

#include "family.hpp"

namespace rs {

enum class FoldKind : int { sum, max, min };

struct ReduceKernels {
  // Over n contiguous values, in 4 x kLanes interleaved chains and a fixed tree.
  // Nothing gives 0, -infinity, infinity. A NaN makes max and min NaN.
  float (*row)(FoldKind, const float* x, size_t n);
  // y[i] = x[0, i] op x[1, i] op ..., ascending; row r is at x + r * jump; rows >= 1.
  void (*rows)(FoldKind, const float* x, size_t jump, size_t rows, float* y, size_t n);
  // y[i] += x[i]
  void (*accumulate)(const float* x, float* y, size_t n);
};

}  // namespace rs

RS_FAMILY_DECLARE(ReduceKernels, reduce_kernels)
