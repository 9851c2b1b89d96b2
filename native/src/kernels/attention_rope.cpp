// Rotations. Each product is rounded before the sum, so that whole vectors, their
// tails and the other pairing give the same bits for the same pair.
#include "attention_rope.hpp"

#include "simd.hpp"

namespace rs::RS_ISA {

static inline void copy_rest(const float* x, int from, int d, float* y) {
  for (int i = from; i < d; ++i) y[i] = x[i];
}

static void halves(const float* x, const float* cos, const float* sin, float sign, int heads, int d,
                   int pairs, float* y) {
  const vf way = vset1(sign);
  for (int h = 0; h < heads; ++h, x += d, y += d) {
    for (int i = 0; i < pairs; i += kLanes) {
      const int n = pairs - i < kLanes ? pairs - i : kLanes;
      const vf c = vload_n(cos + i, n), s = vmul(vload_n(sin + i, n), way);
      const vf a = vload_n(x + i, n), b = vload_n(x + pairs + i, n);
      vstore_n(y + i, vsub(vmul(a, c), vmul(b, s)), n);
      vstore_n(y + pairs + i, vadd(vmul(b, c), vmul(a, s)), n);
    }
    copy_rest(x, 2 * pairs, d, y);
  }
}

static void interleaved(const float* x, const float* cos, const float* sin, float sign, int heads,
                        int d, int pairs, float* y) {
  for (int h = 0; h < heads; ++h, x += d, y += d) {
    for (int i = 0; i < pairs; ++i) {
      const float c = cos[i], s = sin[i] * sign;
      const float a = x[2 * i], b = x[2 * i + 1];
      y[2 * i] = a * c - b * s;
      y[2 * i + 1] = b * c + a * s;
    }
    copy_rest(x, 2 * pairs, d, y);
  }
}

const RopeKernels rope_kernels = {halves, interleaved};

}  // namespace rs::RS_ISA
