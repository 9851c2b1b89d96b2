// exp on vectors, and what follows from it. Each lane is computed alone, so a
// value's bits don't depend on where in a row it stands.
#pragma once
#include "simd.hpp"

namespace rs::RS_ISA {

// e^x to about 1 ulp; 0 below -103.98, infinity above 88.73, NaN for NaN.
// x = n ln2 + r with |r| <= ln2/2, then a polynomial in r, then 2^n in two
// halves so that subnormal results are rounded only once.
static inline vf vexp(vf x) {
  const vf high = vset1(89.0f), low = vset1(-104.0f);
  const vf c = vselect(vlt(high, x), high, vselect(vlt(x, low), low, x));
  const vf n = vround(vmul(c, vset1(1.44269504088896341f)));
  vf r = vfnma(n, vset1(0.693359375f), c);
  r = vfnma(n, vset1(-2.12194440e-4f), r);
  vf p = vset1(1.9875691500e-4f);
  p = vfma(p, r, vset1(1.3981999507e-3f));
  p = vfma(p, r, vset1(8.3334519073e-3f));
  p = vfma(p, r, vset1(4.1665795894e-2f));
  p = vfma(p, r, vset1(1.6666665459e-1f));
  p = vfma(p, r, vset1(5.0000001201e-1f));
  p = vfma(p, vmul(r, r), vadd(r, vset1(1.0f)));
  const vi whole = vf_to_vi(n);
  const vi half = vi_sar<1>(whole);
  const vi rest = vi_sub(whole, half);
  const vf s1 = vi_bits(vi_shl<23>(vi_add(half, vi_set1(127))));
  const vf s2 = vi_bits(vi_shl<23>(vi_add(rest, vi_set1(127))));
  const vf y = vmul(vmul(p, s1), s2);
  return vselect(visnan(x), x, y);
}

// 1 / (1 + e^-x)
static inline vf vsigmoid(vf x) {
  return vdiv(vset1(1.0f), vadd(vset1(1.0f), vexp(vneg(x))));
}

}  // namespace rs::RS_ISA
