// Memory-bound: one operation a value read.
#include "reduce.hpp"

#include <math.h>

#include "walk.hpp"

namespace rs::RS_ISA {
namespace {

template <FoldKind kind>
RS_INLINE vf combine(vf a, vf b) {
  switch (kind) {
    case FoldKind::sum: return vadd(a, b);
    case FoldKind::max: return vmax(a, b);
    default: return vmin(a, b);
  }
}

template <FoldKind kind>
float row_run(const float* x, size_t n) {
  const vf nothing = vset1(kind == FoldKind::sum   ? 0.0f
                           : kind == FoldKind::max ? -INFINITY
                                                   : INFINITY);
  vf a0 = nothing, a1 = nothing, a2 = nothing, a3 = nothing;
  size_t i = 0;
  for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
    a0 = combine<kind>(a0, vload(x + i));
    a1 = combine<kind>(a1, vload(x + i + kLanes));
    a2 = combine<kind>(a2, vload(x + i + 2 * kLanes));
    a3 = combine<kind>(a3, vload(x + i + 3 * kLanes));
  }
  each_vector(n - i, [&](auto io, size_t j) {
    a0 = combine<kind>(a0, io.keep(io.load(x + i + j), nothing));
  });
  const vf a = combine<kind>(combine<kind>(a0, a1), combine<kind>(a2, a3));
  switch (kind) {
    case FoldKind::sum: return vreduce_add(a);
    case FoldKind::max: return vreduce_max(a);
    default: return -vreduce_max(vneg(a));
  }
}

float row(FoldKind kind, const float* x, size_t n) {
  switch (kind) {
    case FoldKind::sum: return row_run<FoldKind::sum>(x, n);
    case FoldKind::max: return row_run<FoldKind::max>(x, n);
    default: return row_run<FoldKind::min>(x, n);
  }
}

// y takes `count` more rows; it stays in the first-level cache.
template <FoldKind kind, size_t count>
RS_INLINE void take(const float* x, size_t jump, float* y, size_t n) {
  each_vector(n, [&](auto io, size_t i) {
    vf a = io.load(y + i);
    for (size_t r = 0; r < count; ++r) a = combine<kind>(a, io.load(x + r * jump + i));
    io.store(y + i, a);
  });
}

template <FoldKind kind>
void rows_run(const float* x, size_t jump, size_t rows, float* y, size_t n) {
  memcpy(y, x, n * sizeof(float));
  size_t r = 1;
  for (; r + 8 <= rows; r += 8) take<kind, 8>(x + r * jump, jump, y, n);
  for (; r < rows; ++r) take<kind, 1>(x + r * jump, jump, y, n);
}

void rows(FoldKind kind, const float* x, size_t jump, size_t rows, float* y, size_t n) {
  switch (kind) {
    case FoldKind::sum: return rows_run<FoldKind::sum>(x, jump, rows, y, n);
    case FoldKind::max: return rows_run<FoldKind::max>(x, jump, rows, y, n);
    case FoldKind::min: return rows_run<FoldKind::min>(x, jump, rows, y, n);
  }
}

void accumulate(const float* x, float* y, size_t n) { take<FoldKind::sum, 1>(x, 0, y, n); }

}  // namespace

const ReduceKernels reduce_kernels = {row, rows, accumulate};

}  // namespace rs::RS_ISA
