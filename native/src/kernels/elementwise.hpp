// Elementwise kernels of two and three operands, where an operand may be
// broadcast along the inner or the outer of two dimensions, and the gated unit.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "family.hpp"

namespace rs {

// The order is the attribute's value in programs.
enum class BinaryKind : int {
  add, sub, mul, div, max, min, pow, less, less_equal, equal, count
};

// Element (r, i) is at data[r * jump + i * step]; step is 0 or 1.
struct Operand {
  const float* data;
  ptrdiff_t jump;
  int step;
};

struct ElementwiseKernels {
  // y[r, i] = a[r, i] op b[r, i]; y is contiguous.
  void (*binary)(BinaryKind, Operand a, Operand b, float* y, size_t rows, size_t n);
  // y[r, i] = c[r, i] != 0 ? a[r, i] : b[r, i]
  void (*select)(Operand c, Operand a, Operand b, float* y, size_t rows, size_t n);
  // y = silu(gate) * up
  void (*swiglu)(const float* gate, const float* up, float* y, size_t n);
  void (*swiglu_grad)(const float* gate, const float* up, const float* dy, float* dgate, float* dup,
                      size_t n);
};

}  // namespace rs

RS_FAMILY_DECLARE(ElementwiseKernels, elementwise_kernels)
