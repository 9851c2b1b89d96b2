// Memory-bound up to square roots; the exponentials cost about 20 instructions a
// vector. Where a derivative's formula would give 0 * infinity far out, its
// argument is held inside the range in which the limit is already reached.
#include "unary.hpp"

#include "math.hpp"
#include "walk.hpp"

namespace rs::RS_ISA {
namespace {

RS_INLINE vf hold(vf x, float limit) {
  return vmax(vmin(x, vset1(limit)), vset1(-limit));
}

constexpr float kGeluScale = 0.797884560802865356f;  // sqrt(2 / pi)
constexpr float kGeluCube = 0.044715f;

// sqrt(2/pi) (x + 0.044715 x^3), twice: tanh u = 2 sigmoid(2u) - 1.
RS_INLINE vf gelu_argument(vf x) {
  const vf inner = vfma(vmul(vset1(kGeluCube), vmul(x, x)), x, x);
  return vmul(vset1(2.0f * kGeluScale), inner);
}

RS_INLINE vf normal_cdf(vf x) {
  return vmul(vset1(0.5f), vadd(vset1(1.0f), verf(vmul(x, vset1(0.707106781186547524f)))));
}

RS_INLINE vf sign_of(vf x) {
  const vf s = vcopysign(vset1(1.0f), x);
  return vselect(veq(x, vzero()), vzero(), vselect(visnan(x), x, s));
}

template <UnaryKind kind>
RS_INLINE vf value(vf x) {
  const vf one = vset1(1.0f);
  switch (kind) {
    case UnaryKind::neg: return vneg(x);
    case UnaryKind::exp: return vexp(x);
    case UnaryKind::log: return vlog(x);
    case UnaryKind::sqrt: return vsqrt(x);
    case UnaryKind::rsqrt: return vdiv(one, vsqrt(x));
    case UnaryKind::reciprocal: return vdiv(one, x);
    case UnaryKind::tanh: return vtanh(x);
    case UnaryKind::sigmoid: return vsigmoid(x);
    case UnaryKind::silu: return vdiv(x, vadd(one, vexp(vneg(x))));
    case UnaryKind::gelu_tanh: return vdiv(x, vadd(one, vexp(vneg(gelu_argument(x)))));
    case UnaryKind::gelu_erf: return vmul(x, normal_cdf(x));
    case UnaryKind::relu: return vmax(x, vzero());
    case UnaryKind::square: return vmul(x, x);
    case UnaryKind::abs: return vabs(x);
    case UnaryKind::sign: return sign_of(x);
    case UnaryKind::sin: return vsin(x);
    case UnaryKind::cos: return vcos(x);
    case UnaryKind::softplus: return vsoftplus(x);
    default: return vfloor(x);
  }
}

// s(x) s(-x), without the loss of digits in 1 - s(x) where s(x) is almost 1.
RS_INLINE vf sigmoid_slope(vf x) {
  const vf e = vexp(vneg(vabs(x)));
  const vf d = vadd(vset1(1.0f), e);
  return vdiv(e, vmul(d, d));
}

template <UnaryKind kind>
RS_INLINE vf slope(vf x, vf dy) {
  const vf one = vset1(1.0f), half = vset1(0.5f);
  switch (kind) {
    case UnaryKind::neg: return vneg(dy);
    case UnaryKind::exp: return vmul(dy, vexp(x));
    case UnaryKind::log: return vdiv(dy, x);
    case UnaryKind::sqrt: return vdiv(vmul(half, dy), vsqrt(x));
    case UnaryKind::rsqrt: return vdiv(vmul(vset1(-0.5f), dy), vmul(x, vsqrt(x)));
    case UnaryKind::reciprocal: {
      const vf r = vdiv(one, x);
      return vneg(vmul(dy, vmul(r, r)));
    }
    case UnaryKind::tanh: {
      const vf slope4 = sigmoid_slope(vadd(x, x));
      return vmul(dy, vmul(vset1(4.0f), slope4));
    }
    case UnaryKind::sigmoid: return vmul(dy, sigmoid_slope(x));
    case UnaryKind::silu: {
      const vf c = hold(x, 110.0f);
      return vmul(dy, vfma(c, sigmoid_slope(c), vsigmoid(c)));
    }
    case UnaryKind::gelu_tanh: {
      const vf c = hold(x, 12.0f);
      const vf u = gelu_argument(c);
      const vf du = vmul(vset1(2.0f * kGeluScale),
                         vfma(vmul(vset1(3.0f * kGeluCube), c), c, one));
      return vmul(dy, vfma(vmul(c, du), sigmoid_slope(u), vsigmoid(u)));
    }
    case UnaryKind::gelu_erf: {
      const vf c = hold(x, 20.0f);
      const vf density = vmul(vset1(0.398942280401432678f),
                              vexp(vmul(vset1(-0.5f), vmul(c, c))));
      return vmul(dy, vfma(c, density, normal_cdf(c)));
    }
    case UnaryKind::relu: return vselect(vle(x, vzero()), vzero(), dy);
    case UnaryKind::square: return vmul(dy, vadd(x, x));
    case UnaryKind::abs: return vmul(dy, sign_of(x));
    case UnaryKind::sin: return vmul(dy, vcos(x));
    case UnaryKind::cos: return vneg(vmul(dy, vsin(x)));
    case UnaryKind::softplus: return vmul(dy, vsigmoid(x));
    default: return vzero();  // sign
  }
}

template <UnaryKind kind>
void unary_run(const float* x, float* y, size_t n) {
  each_vector(n, [&](auto io, size_t i) { io.store(y + i, value<kind>(io.load(x + i))); });
}

template <UnaryKind kind>
void unary_grad_run(const float* x, const float* dy, float* dx, size_t n) {
  each_vector(n, [&](auto io, size_t i) {
    io.store(dx + i, slope<kind>(io.load(x + i), io.load(dy + i)));
  });
}

#define RS_UNARY_KINDS(F)                                                                   \
  F(neg) F(exp) F(log) F(sqrt) F(rsqrt) F(reciprocal) F(tanh) F(sigmoid) F(silu) F(gelu_tanh) \
  F(gelu_erf) F(relu) F(square) F(abs) F(sign) F(sin) F(cos) F(softplus) F(floor)

void unary(UnaryKind kind, const float* x, float* y, size_t n) {
  switch (kind) {
#define RS_CASE(name) \
  case UnaryKind::name: return unary_run<UnaryKind::name>(x, y, n);
    RS_UNARY_KINDS(RS_CASE)
#undef RS_CASE
    case UnaryKind::count: return;
  }
}

void unary_grad(UnaryKind kind, const float* x, const float* dy, float* dx, size_t n) {
  switch (kind) {
#define RS_CASE(name) \
  case UnaryKind::name: return unary_grad_run<UnaryKind::name>(x, dy, dx, n);
    RS_UNARY_KINDS(RS_CASE)
#undef RS_CASE
    case UnaryKind::count: return;
  }
}

}  // namespace

const UnaryKernels unary_kernels = {unary, unary_grad};

}  // namespace rs::RS_ISA
