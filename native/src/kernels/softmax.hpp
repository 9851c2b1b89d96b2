// Softmax of a row, its logarithm, what cross-entropy needs of it, and adjoints.
// A row with a NaN or +infinity, or all of -infinity, gives NaN.
#pragma once
#include <stddef.h>

#include "family.hpp"

namespace rs {

struct SoftmaxKernels {
  void (*softmax)(const float* x, float* y, size_t n);
  void (*log_softmax)(const float* x, float* y, size_t n);
  // dx = y * (dy - sum(y * dy));  for the logarithm dx = dy - e^y * sum(dy)
  void (*softmax_grad)(const float* y, const float* dy, float* dx, size_t n);
  void (*log_softmax_grad)(const float* y, const float* dy, float* dx, size_t n);
  // ln(sum(e^x))
  float (*logsumexp)(const float* x, size_t n);
  // y = e^(x - lse) * scale; y may be x.
  void (*scaled_probability)(const float* x, float lse, float scale, float* y, size_t n);
  // x = e^(x - m) where m, also returned, is the largest; *sum is their sum. A
  // part of a row may be all -infinity: its sum is 0.
  float (*exponentials)(float* x, float* sum, size_t n);
  // x = x * scale
  void (*scale)(float* x, float scale, size_t n);
};

}  // namespace rs

RS_FAMILY_DECLARE(SoftmaxKernels, softmax_kernels)
