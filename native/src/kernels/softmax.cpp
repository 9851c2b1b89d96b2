// Rows up to some thousands of values stay in the cache between the passes:
// about one exponential a value.
#include "softmax.hpp"

#include "math.hpp"
#include "walk.hpp"

namespace rs::RS_ISA {
namespace {

float largest(const float* x, size_t n) {
  vf m = vset1(-INFINITY);
  each_vector(n, [&](auto io, size_t i) { m = vmax(m, io.keep(io.load(x + i), m)); });
  return vreduce_max(m);
}

// sum of e^(x - m), each term also handed to keep(io, i, term)
template <typename Keep>
RS_INLINE float sum_exp(const float* x, float m, size_t n, const Keep& keep) {
  const vf vm = vset1(m);
  vf even = vzero(), odd = vzero();
  const auto add = [&](vf& sum, auto io, size_t i) {
    const vf e = io.keep(vexp(vsub(io.load(x + i), vm)), vzero());
    keep(io, i, e);
    sum = vadd(sum, e);
  };
  size_t i = 0;
  for (; i + 2 * kLanes <= n; i += 2 * kLanes) {
    add(even, Whole{}, i);
    add(odd, Whole{}, i + kLanes);
  }
  if (i + kLanes <= n) {
    add(even, Whole{}, i);
    i += kLanes;
  }
  if (i < n) add(odd, Part{(int)(n - i)}, i);
  return vreduce_add(vadd(even, odd));
}

// The scalar logarithm in double: ln of a sum up to n, once a row.
float log_of(float sum) { return (float)log((double)sum); }

float logsumexp(const float* x, size_t n) {
  const float m = largest(x, n);
  return m + log_of(sum_exp(x, m, n, [](auto, size_t, vf) {}));
}

void softmax(const float* x, float* y, size_t n) {
  const float m = largest(x, n);
  const vf sum = vset1(sum_exp(x, m, n, [&](auto io, size_t i, vf e) { io.store(y + i, e); }));
  each_vector(n, [&](auto io, size_t i) { io.store(y + i, vdiv(io.load(y + i), sum)); });
}

void log_softmax(const float* x, float* y, size_t n) {
  const float m = largest(x, n);
  const vf top = vset1(m);
  const vf rest = vset1(log_of(sum_exp(x, m, n, [](auto, size_t, vf) {})));
  each_vector(n, [&](auto io, size_t i) {
    io.store(y + i, vsub(vsub(io.load(x + i), top), rest));
  });
}

void softmax_grad(const float* y, const float* dy, float* dx, size_t n) {
  vf dot = vzero();
  each_vector(n, [&](auto io, size_t i) { dot = vfma(io.load(y + i), io.load(dy + i), dot); });
  const vf sum = vset1(vreduce_add(dot));
  each_vector(n, [&](auto io, size_t i) {
    io.store(dx + i, vmul(io.load(y + i), vsub(io.load(dy + i), sum)));
  });
}

void log_softmax_grad(const float* y, const float* dy, float* dx, size_t n) {
  vf total = vzero();
  each_vector(n, [&](auto io, size_t i) { total = vadd(total, io.load(dy + i)); });
  const vf sum = vset1(vreduce_add(total));
  each_vector(n, [&](auto io, size_t i) {
    io.store(dx + i, vfnma(vexp(io.load(y + i)), sum, io.load(dy + i)));
  });
}

void scaled_probability(const float* x, float lse, float scale, float* y, size_t n) {
  const vf l = vset1(lse), s = vset1(scale);
  each_vector(n, [&](auto io, size_t i) {
    io.store(y + i, vmul(vexp(vsub(io.load(x + i), l)), s));
  });
}

float exponentials(float* x, float* sum, size_t n) {
  const float m = largest(x, n);
  // Any finite number serves where all differences are -infinity anyway.
  const float base = m == -INFINITY ? 0.0f : m;
  *sum = sum_exp(x, base, n, [&](auto io, size_t i, vf e) { io.store(x + i, e); });
  return m;
}

void scale(float* x, float scale, size_t n) {
  const vf s = vset1(scale);
  each_vector(n, [&](auto io, size_t i) { io.store(x + i, vmul(io.load(x + i), s)); });
}

}  // namespace

const SoftmaxKernels softmax_kernels = {
    softmax,   log_softmax,        softmax_grad, log_softmax_grad,
    logsumexp, scaled_probability, exponentials, scale};

}  // namespace rs::RS_ISA
