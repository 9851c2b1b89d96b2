// Elementwise kernels over runs of contiguous values.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "family.hpp"

namespace rs {

// The order is the attribute's value in programs.
enum class UnaryKind : int {
  neg, exp, log, sqrt, rsqrt, reciprocal, tanh, sigmoid, silu, gelu_tanh, gelu_erf, relu, square,
  abs, sign, sin, cos, softplus, floor, count
};
enum class BinaryKind : int {
  add, sub, mul, div, max, min, pow, less, less_equal, equal, count
};

struct ElementwiseKernels {
  void (*unary)(UnaryKind, const float* x, float* y, size_t n);
  // dx = dy * f'(x)
  void (*unary_grad)(UnaryKind, const float* x, const float* dy, float* dx, size_t n);
  // y[i] = a[i * step_a] op b[i * step_b]; each step is 0 or 1.
  void (*binary)(BinaryKind, const float* a, int step_a, const float* b, int step_b, float* y,
                 size_t n);
  // y[i] = c[i * step_c] != 0 ? a[i * step_a] : b[i * step_b]
  void (*select)(const float* c, int step_c, const float* a, int step_a, const float* b, int step_b,
                 float* y, size_t n);
  void (*swiglu)(const float* gate, const float* up, float* y, size_t n);
  void (*swiglu_grad)(const float* gate, const float* up, const float* dy, float* dgate, float* dup,
                      size_t n);
  void (*f32_to_bf16)(const float*, uint16_t*, size_t n);
  void (*f32_to_f16)(const float*, uint16_t*, size_t n);
  void (*bf16_to_f32)(const uint16_t*, float*, size_t n);
  void (*f16_to_f32)(const uint16_t*, float*, size_t n);
};

}  // namespace rs

RS_FAMILY_DECLARE(ElementwiseKernels, elementwise_kernels)
