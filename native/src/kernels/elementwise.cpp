// Memory-bound but for pow and the gated unit.
#include "elementwise.hpp"

#include "math.hpp"
#include "walk.hpp"

namespace rs::RS_ISA {
namespace {

// The C library's: its results for infinities, zeros and negative bases are the
// standard's, and vectors gain little where the logarithm needs extra digits.
RS_INLINE vf power(vf a, vf b) {
  float x[kLanes], y[kLanes];
  vstore(x, a);
  vstore(y, b);
  for (int i = 0; i < kLanes; ++i) x[i] = powf(x[i], y[i]);
  return vload(x);
}

template <BinaryKind kind>
RS_INLINE vf combine(vf a, vf b) {
  const vf one = vset1(1.0f), zero = vzero();
  switch (kind) {
    case BinaryKind::add: return vadd(a, b);
    case BinaryKind::sub: return vsub(a, b);
    case BinaryKind::mul: return vmul(a, b);
    case BinaryKind::div: return vdiv(a, b);
    case BinaryKind::max: return vmax(a, b);
    case BinaryKind::min: return vmin(a, b);
    case BinaryKind::pow: return power(a, b);
    case BinaryKind::less: return vselect(vlt(a, b), one, zero);
    case BinaryKind::less_equal: return vselect(vle(a, b), one, zero);
    default: return vselect(veq(a, b), one, zero);
  }
}

template <BinaryKind kind>
void binary_run(Operand a, Operand b, float* y, size_t rows, size_t n) {
  for (size_t r = 0; r < rows; ++r, y += n, a.data += a.jump, b.data += b.jump) {
    const float *pa = a.data, *pb = b.data;
    if (a.step != 0 && b.step != 0) {
      each_vector(n, [&](auto io, size_t i) {
        io.store(y + i, combine<kind>(io.load(pa + i), io.load(pb + i)));
      });
    } else if (a.step != 0) {
      const vf vb = vset1(*pb);
      each_vector(n, [&](auto io, size_t i) { io.store(y + i, combine<kind>(io.load(pa + i), vb)); });
    } else {
      const vf va = vset1(*pa);
      if (b.step != 0) {
        each_vector(n,
                    [&](auto io, size_t i) { io.store(y + i, combine<kind>(va, io.load(pb + i))); });
      } else {
        const vf c = combine<kind>(va, vset1(*pb));
        each_vector(n, [&](auto io, size_t i) { io.store(y + i, c); });
      }
    }
  }
}

void binary(BinaryKind kind, Operand a, Operand b, float* y, size_t rows, size_t n) {
  if (n == 0) return;
  switch (kind) {
#define RS_CASE(name) \
  case BinaryKind::name: return binary_run<BinaryKind::name>(a, b, y, rows, n);
    RS_CASE(add) RS_CASE(sub) RS_CASE(mul) RS_CASE(div) RS_CASE(max) RS_CASE(min) RS_CASE(pow)
    RS_CASE(less) RS_CASE(less_equal) RS_CASE(equal)
#undef RS_CASE
    case BinaryKind::count: return;
  }
}

template <typename Io>
RS_INLINE vf fetch(Io io, Operand a, size_t i) {
  return a.step != 0 ? io.load(a.data + i) : vset1(*a.data);
}

void select(Operand c, Operand a, Operand b, float* y, size_t rows, size_t n) {
  if (n == 0) return;
  for (size_t r = 0; r < rows; ++r, y += n) {
    each_vector(n, [&](auto io, size_t i) {
      const vmask no = veq(fetch(io, c, i), vzero());  // NaN is not zero
      io.store(y + i, vselect(no, fetch(io, b, i), fetch(io, a, i)));
    });
    c.data += c.jump;
    a.data += a.jump;
    b.data += b.jump;
  }
}

void swiglu(const float* gate, const float* up, float* y, size_t n) {
  each_vector(n, [&](auto io, size_t i) {
    const vf g = io.load(gate + i);
    const vf silu = vdiv(g, vadd(vset1(1.0f), vexp(vneg(g))));
    io.store(y + i, vmul(silu, io.load(up + i)));
  });
}

void swiglu_grad(const float* gate, const float* up, const float* dy, float* dgate, float* dup,
                 size_t n) {
  each_vector(n, [&](auto io, size_t i) {
    const vf g = io.load(gate + i), d = io.load(dy + i);
    // Held where the sigmoid is 0 or 1: infinity * 0 would be NaN.
    const vf c = vmax(vmin(g, vset1(110.0f)), vset1(-110.0f));
    const vf e = vexp(vneg(c));
    const vf s = vdiv(vset1(1.0f), vadd(vset1(1.0f), e));
    const vf slope = vfma(vmul(c, s), vsub(vset1(1.0f), s), s);
    io.store(dup + i, vmul(d, vmul(g, s)));
    io.store(dgate + i, vmul(vmul(d, io.load(up + i)), slope));
  });
}

}  // namespace

const ElementwiseKernels elementwise_kernels = {binary, select, swiglu, swiglu_grad};

}  // namespace rs::RS_ISA
