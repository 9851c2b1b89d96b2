// A reduction over any axes as a list of passes, each of which folds fixed blocks
// of one run of axes. A chain's rounding error grows with its length, hence blocks.
// Which values are folded together, and in which order, follows from which axes are
// reduced and how long those are; never from the lengths of the axes that are kept,
// nor from threads: a result's bits are the same alone and among others.
#pragma once
#include <cstdint>

#include "../kernels/reduce.hpp"
#include "../program/value.hpp"
#include "tasks.hpp"

namespace rs {

// x[outer, reduced, inner] to y[outer, ceil(reduced / block), inner].
struct FoldPass {
  int64_t outer, reduced, inner, block;
  bool along;  // the values of a result lie side by side: inner is 1
  int64_t blocks() const { return ceil_div(reduced, block); }
  int64_t out() const { return outer * blocks() * inner; }
};

struct FoldPlan {
  FoldPass list[4 * kMaxRank];
  int count = 0;
  int64_t scratch = 0;  // values in the largest of the results

  // x is not empty; bit i of `axes`: axis i is reduced.
  FoldPlan(const Tensor& x, unsigned axes);
};

void run_fold(ThreadPool&, const FoldPass&, FoldKind, const float* x, float* y);

}  // namespace rs
