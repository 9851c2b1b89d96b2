// Rotary position embedding of one row's heads (Su et al. 2021, section 3.2.2).
#pragma once
#include <stddef.h>

#include "family.hpp"

namespace rs {

struct RopeKernels {
  // x, y: [heads][d]. The first 2 * pairs dimensions of each head are rotated by
  // the angles whose cosines and sines are given; the rest are copied. halves
  // pairs i with i + pairs (Llama), interleaved pairs 2i with 2i + 1. sign is 1,
  // or -1 for the inverse rotation.
  void (*halves)(const float* x, const float* cos, const float* sin, float sign, int heads, int d,
                 int pairs, float* y);
  void (*interleaved)(const float* x, const float* cos, const float* sin, float sign, int heads,
                      int d, int pairs, float* y);
};

}  // namespace rs

RS_FAMILY_DECLARE(RopeKernels, rope_kernels)
