// Tokens of a grid's row to values.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "family.hpp"

namespace rs {

struct GridValuesKernels {
  // row[c] = ((tokens[c] - 128) * steps[c]) * row_scale, each product rounded.
  void (*values)(const uint8_t* tokens, const float* steps, float row_scale, float* row, size_t n);
};

}  // namespace rs

RS_FAMILY_DECLARE(GridValuesKernels, grid_values_kernels)
