// Functions of one value, over runs of contiguous values.
#pragma once
#include <stddef.h>

#include "family.hpp"

namespace rs {

// The order is the attribute's value in programs.
enum class UnaryKind : int {
  neg, exp, log, sqrt, rsqrt, reciprocal, tanh, sigmoid, silu, gelu_tanh, gelu_erf, relu, square,
  abs, sign, sin, cos, softplus, floor, count
};

struct UnaryKernels {
  void (*unary)(UnaryKind, const float* x, float* y, size_t n);
  // dx = dy * f'(x); for every kind but floor.
  void (*unary_grad)(UnaryKind, const float* x, const float* dy, float* dx, size_t n);
};

}  // namespace rs

RS_FAMILY_DECLARE(UnaryKernels, unary_kernels)
