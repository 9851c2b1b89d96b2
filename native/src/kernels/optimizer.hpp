// Optimiser steps over runs of parameters.
#pragma once
#include <stddef.h>

#include "family.hpp"

namespace rs {

// What is the same for all parameters of a step; computed in double, held in f32.
struct AdamWStep {
  float keep;        // 1 - lr * weight_decay
  float rate;        // lr / (1 - beta1^step)
  float correction;  // 1 / sqrt(1 - beta2^step)
  float beta1, one_minus_beta1, beta2, one_minus_beta2, eps;
};

struct OptimizerKernels {
  // m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
  // p = keep p - rate m / (sqrt(v) correction + eps)
  void (*adamw)(const AdamWStep& step, const float* g, float* p, float* m, float* v, size_t n);
};

}  // namespace rs

RS_FAMILY_DECLARE(OptimizerKernels, optimizer_kernels)
