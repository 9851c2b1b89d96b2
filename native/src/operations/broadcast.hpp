// Shapes of operands brought to one loop nest with as few dimensions as
// possible: [R,D] with [D] becomes two dimensions, equal shapes become one.
#pragma once
#include <stdint.h>

#include "../program/value.hpp"

namespace rs {

struct LoopNest {
  static constexpr int kOperands = 3;
  int rank = 0;                            // at least 1; dimension 0 is the innermost
  int64_t extent[kMaxRank] = {};
  int64_t stride[kOperands][kMaxRank] = {};  // in elements

  // The dimensions are given innermost first. One of extent 1 is dropped; one
  // that continues the previous for every operand is merged into it.
  void push(int64_t extent, const int64_t (&strides)[kOperands]);
  // Adds the dimension of extent 1 that a nest without any needs.
  void close();

  int64_t elements() const;
  // The offset of operand `which` at row `row` of the dimensions from `first` on.
  int64_t offset(int which, int first, int64_t row) const;
};

// Whether x broadcasts to y's shape as numpy does it.
bool broadcasts(const Tensor& x, const Tensor& y);

// The nest over y's elements in order; operand i reads from in[i] (at most 3).
LoopNest broadcast_nest(const Tensor* const* in, int count, const Tensor& y);

}  // namespace rs
