// Elementary functions on vectors. Each lane is computed alone, so a value's
// bits don't depend on where in a row it stands. The largest errors, measured
// against double, are bounds in test/native/math.cpp.
//
// Argument reduction and the shapes of the polynomials are those of the Cephes
// library (S. Moshier), as are the coefficients of exp; the other coefficients
// are interpolations at Chebyshev nodes, correct to better than 2^-24 of the
// result on the interval that is named.
#pragma once
#include <math.h>

#include "simd.hpp"

namespace rs::RS_ISA {

// Horner's scheme, the highest power first.
template <size_t n>
static inline vf vpolynomial(vf x, const float (&c)[n]) {
  vf p = vset1(c[0]);
  for (size_t i = 1; i < n; ++i) p = vfma(p, x, vset1(c[i]));
  return p;
}

// a with b's sign added to its own; a is not negative.
static inline vf vcopysign(vf a, vf b) {
  return vi_bits(vi_or(vf_bits(a), vi_and(vf_bits(b), vi_set1(INT32_MIN))));
}
static inline vf vfloor(vf x) {
  const vf n = vround(x);
  return vselect(vlt(x, n), vsub(n, vset1(1.0f)), n);
}
// Toward zero.
static inline vf vtrunc(vf x) {
  const vf a = vabs(x);
  return vcopysign(vfloor(a), x);
}

// e^x to about 1 ulp; 0 below -103.98, infinity above 88.73, NaN for NaN.
// x = n ln2 + r with |r| <= ln2/2, then a polynomial in r, then 2^n in two
// halves so that subnormal results are rounded only once.
static inline vf vexp(vf x) {
  const vf high = vset1(89.0f), low = vset1(-104.0f);
  const vf c = vselect(vlt(high, x), high, vselect(vlt(x, low), low, x));
  const vf n = vround(vmul(c, vset1(1.44269504088896341f)));
  vf r = vfnma(n, vset1(0.693359375f), c);
  r = vfnma(n, vset1(-2.12194440e-4f), r);
  static constexpr float kExp[] = {1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f,
                                   4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f};
  const vf p = vfma(vpolynomial(r, kExp), vmul(r, r), vadd(r, vset1(1.0f)));
  const vi whole = vf_to_vi(n);
  const vi half = vi_sar<1>(whole);
  const vi rest = vi_sub(whole, half);
  const vf s1 = vi_bits(vi_shl<23>(vi_add(half, vi_set1(127))));
  const vf s2 = vi_bits(vi_shl<23>(vi_add(rest, vi_set1(127))));
  const vf y = vmul(vmul(p, s1), s2);
  return vselect(visnan(x), x, y);
}

// ln x; -infinity for 0, NaN below. x = 2^e m with m in [sqrt(1/2), sqrt(2)).
static inline vf vlog(vf x) {
  const vmask tiny = vlt(x, vset1(1.17549435e-38f));
  const vf scaled = vselect(tiny, vmul(x, vset1(8388608.0f)), x);
  const vi bits = vf_bits(scaled);
  const vi e = vi_sar<23>(vi_sub(bits, vi_set1(0x3f3504f3)));
  const vf f = vsub(vi_bits(vi_sub(bits, vi_shl<23>(e))), vset1(1.0f));
  const vf n = vsub(vi_to_vf(e), vselect(tiny, vset1(23.0f), vzero()));
  static constexpr float kLog[] = {6.971611472e-02f, -1.147973385e-01f, 1.168541992e-01f,
                                   -1.242568733e-01f, 1.424905765e-01f, -1.666780232e-01f,
                                   2.000071575e-01f, -2.499999696e-01f, 3.333333118e-01f};
  const vf z = vmul(f, f);
  vf y = vmul(vmul(vpolynomial(f, kLog), f), z);
  y = vfma(n, vset1(-2.12194440e-4f), y);
  y = vfnma(z, vset1(0.5f), y);
  y = vfma(n, vset1(0.693359375f), vadd(f, y));
  const vf infinity = vset1(INFINITY);
  y = vselect(veq(x, infinity), infinity, y);
  y = vselect(veq(x, vzero()), vneg(infinity), y);
  return vselect(vlt(x, vzero()), vset1(NAN), vselect(visnan(x), x, y));
}

// ln(1 + x) for x in [0, 1]: the rounding of 1 + x is put back to first order.
static inline vf vlog1p_unit(vf x) {
  const vf w = vadd(vset1(1.0f), x);
  return vadd(vlog(w), vdiv(vsub(x, vsub(w, vset1(1.0f))), w));
}

// tanh x: an odd polynomial below 0.625, where 1 - 2/(e^2x + 1) would cancel.
static inline vf vtanh(vf x) {
  static constexpr float kTanh[] = {2.292744816e-03f, -8.343945516e-03f, 2.176891865e-02f,
                                    -5.395925958e-02f, 1.333330356e-01f, -3.333333317e-01f};
  const vf a = vabs(x), s = vmul(x, x);
  const vf small = vfma(vmul(vpolynomial(s, kTanh), s), x, x);
  const vf one = vset1(1.0f);
  const vf large = vsub(one, vdiv(vset1(2.0f), vadd(vexp(vadd(a, a)), one)));
  return vselect(vlt(a, vset1(0.625f)), small, vcopysign(large, x));
}

// erf x: an odd polynomial below 0.92; above, erfc x = exp(-x - x q(x)) on [0.92, 4].
static inline vf verf(vf x) {
  static constexpr float kErf[] = {8.399777871e-05f,  -8.150050508e-04f, 5.201714571e-03f,
                                   -2.685969066e-02f, 1.128370117e-01f,  -3.761263414e-01f,
                                   1.283791667e-01f};
  static constexpr float kErfc[] = {-1.046065682e-06f, 3.438850877e-05f, -4.988250082e-04f,
                                    4.303789308e-03f,  -2.513955031e-02f, 1.078556529e-01f,
                                    6.341481838e-01f,  1.289027981e-01f};
  const vf a = vabs(x), s = vmul(x, x);
  const vf small = vfma(vpolynomial(s, kErf), x, x);
  const vf t = vselect(vlt(vset1(4.0f), a), vset1(4.0f), a);
  const vf q = vpolynomial(t, kErfc);
  const vf large = vsub(vset1(1.0f), vexp(vneg(vfma(q, t, t))));
  const vf y = vselect(vlt(a, vset1(0.92f)), small, vcopysign(large, x));
  return vselect(visnan(x), x, y);
}

// sin x (quarter = 0) or cos x (quarter = 1). Up to 6000, x = n pi/2 + r with
// pi/2 in four parts, short enough that n times each is exact, and r in two;
// beyond, a lane is left to the C library in double.
static inline vf vsin_quarter(vf x, int quarter) {
  const vf limit = vset1(6000.0f);
  const vmask far = vlt(limit, vabs(x));
  const vf c = vselect(far, vzero(), x);
  const vf n = vround(vmul(c, vset1(0.636619772367581343f)));
  const vf b = vfnma(n, vset1(0x1.fb4p-12f), vfnma(n, vset1(0x1.92p+0f), c));
  const vf third = vmul(n, vset1(0x1.444p-24f));
  const vf r = vsub(b, third);
  const vf rest = vfnma(n, vset1(0x1.68c234p-39f), vsub(vsub(b, r), third));

  static constexpr float kSin[] = {2.724686874e-06f, -1.984006304e-04f, 8.333331831e-03f,
                                   -1.666666666e-01f};
  static constexpr float kCos[] = {-2.729840773e-07f, 2.480058060e-05f, -1.388888764e-03f,
                                   4.166666666e-02f};
  const vf s = vmul(r, r);
  const vf sine = vadd(r, vfma(vmul(vpolynomial(s, kSin), s), r, rest));
  const vf tail = vfnma(r, rest, vmul(vmul(vpolynomial(s, kCos), s), s));
  const vf cosine = vadd(vfnma(vset1(0.5f), s, vset1(1.0f)), tail);

  const vi turn = vi_add(vf_to_vi(n), vi_set1(quarter));
  const vmask even = veq(vi_to_vf(vi_and(turn, vi_set1(1))), vzero());
  const vi sign = vi_shl<30>(vi_and(turn, vi_set1(2)));
  vf y = vi_bits(vi_add(vf_bits(vselect(even, sine, cosine)), sign));
  if (vany(far)) {
    float in[kLanes], out[kLanes];
    vstore(in, x);
    vstore(out, y);
    for (int i = 0; i < kLanes; ++i) {
      if (fabsf(in[i]) > 6000.0f) {
        out[i] = (float)(quarter == 0 ? sin((double)in[i]) : cos((double)in[i]));
      }
    }
    y = vload(out);
  }
  return y;
}
static inline vf vsin(vf x) { return vsin_quarter(x, 0); }
static inline vf vcos(vf x) { return vsin_quarter(x, 1); }

// 1 / (1 + e^-x)
static inline vf vsigmoid(vf x) {
  return vdiv(vset1(1.0f), vadd(vset1(1.0f), vexp(vneg(x))));
}

// ln(1 + e^x)
static inline vf vsoftplus(vf x) {
  return vadd(vmax(x, vzero()), vlog1p_unit(vexp(vneg(vabs(x)))));
}

}  // namespace rs::RS_ISA
