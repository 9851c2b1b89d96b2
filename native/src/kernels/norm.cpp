// Memory-bound: a row stays in the first-level cache between its two passes.
#include "norm.hpp"

#include <math.h>

#include "walk.hpp"

namespace rs::RS_ISA {
namespace {

// Sums term(io, i) in two chains, since one would wait for each addition.
template <typename Term>
RS_INLINE float total(size_t n, const Term& term) {
  vf even = vzero(), odd = vzero();
  size_t i = 0;
  for (; i + 2 * kLanes <= n; i += 2 * kLanes) {
    even = vadd(even, term(Whole{}, i));
    odd = vadd(odd, term(Whole{}, i + kLanes));
  }
  if (i + kLanes <= n) {
    even = vadd(even, term(Whole{}, i));
    i += kLanes;
  }
  if (i < n) odd = vadd(odd, term(Part{(int)(n - i)}, i));  // the padding's terms are 0
  return vreduce_add(vadd(even, odd));
}

float reciprocal_root(float squares, size_t n, float eps) {
  return 1.0f / sqrtf(squares / (float)n + eps);
}

void scale_row(const float* x, const float* w, float rstd, float* y, size_t n) {
  const vf r = vset1(rstd);
  each_vector(n, [&](auto io, size_t i) {
    io.store(y + i, vmul(vmul(io.load(x + i), r), io.load(w + i)));
  });
}

float rms_norm(const float* x, const float* w, float eps, float* y, size_t n) {
  const float squares = total(n, [&](auto io, size_t i) {
    const vf v = io.load(x + i);
    return vmul(v, v);
  });
  const float rstd = reciprocal_root(squares, n, eps);
  scale_row(x, w, rstd, y, n);
  return rstd;
}

float add_rms_norm(const float* x, const float* residual, const float* w, float eps, float* sum,
                   float* y, size_t n) {
  const float squares = total(n, [&](auto io, size_t i) {
    const vf v = vadd(io.load(x + i), io.load(residual + i));
    io.store(sum + i, v);
    return vmul(v, v);
  });
  const float rstd = reciprocal_root(squares, n, eps);
  scale_row(sum, w, rstd, y, n);
  return rstd;
}

void rms_norm_grad(const float* x, const float* w, float rstd, const float* dy, float* dx,
                   float* dw, size_t n) {
  const float along = total(n, [&](auto io, size_t i) {
    return vmul(vmul(io.load(w + i), io.load(dy + i)), io.load(x + i));
  });
  const vf r = vset1(rstd), c = vset1(along / (float)n * rstd * rstd);
  each_vector(n, [&](auto io, size_t i) {
    const vf v = io.load(x + i), d = io.load(dy + i);
    io.store(dx + i, vmul(r, vfnma(v, c, vmul(io.load(w + i), d))));
    io.store(dw + i, vfma(d, vmul(v, r), io.load(dw + i)));
  });
}

}  // namespace

const NormKernels norm_kernels = {rms_norm, add_rms_norm, rms_norm_grad};

}  // namespace rs::RS_ISA
