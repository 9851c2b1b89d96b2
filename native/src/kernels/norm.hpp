// RMSNorm (Zhang and Sennrich, 2019) of one row: y = x * rstd * w with
// rstd = 1 / sqrt(mean(x^2) + eps), and its adjoint.
#pragma once
#include <stddef.h>

#include "family.hpp"

namespace rs {

struct NormKernels {
  // Returns rstd.
  float (*rms_norm)(const float* x, const float* w, float eps, float* y, size_t n);
  // sum = x + residual, then y of the sum. Returns rstd.
  float (*add_rms_norm)(const float* x, const float* residual, const float* w, float eps,
                        float* sum, float* y, size_t n);
  // dx = rstd * (w dy - x * rstd^2 * mean(w dy x)); dw += dy * x * rstd
  void (*rms_norm_grad)(const float* x, const float* w, float rstd, const float* dy, float* dx,
                        float* dw, size_t n);
};

}  // namespace rs

RS_FAMILY_DECLARE(NormKernels, norm_kernels)
