// One vector vocabulary for every kernel: kLanes f32 lanes (vf), as many i32
// lanes (vi), and the same names whatever the instruction set. RS_ISA names the
// namespace that this translation unit fills. Kernel files include C headers and
// this one only: a std template compiled here could be the copy that the linker
// keeps for the whole library.
#pragma once
#include <stddef.h>
#include <stdint.h>

#if defined(__AVX512F__)
#include "simd_avx512.hpp"
#elif defined(__AVX2__)
#include "simd_avx2.hpp"
#else
#include "simd_portable.hpp"
#endif

namespace rs::RS_ISA {

// The larger; a NaN in either gives NaN, as in IEEE 754-2019 maximum.
static inline vf vmax(vf a, vf b) {
  const vf larger = vselect(vlt(a, b), b, a);
  return vselect(visnan(b), b, larger);
}
static inline vf vmin(vf a, vf b) {
  const vf smaller = vselect(vlt(b, a), b, a);
  return vselect(visnan(b), b, smaller);
}
static inline vf vneg(vf a) { return vi_bits(vi_sub(vf_bits(a), vi_set1(INT32_MIN))); }

static inline float vreduce_max(vf a) {
  float lane[kLanes];
  vstore(lane, a);
  float m = lane[0];
  for (int i = 1; i < kLanes; ++i) m = (lane[i] > m || lane[i] != lane[i]) ? lane[i] : m;
  return m;
}

// bf16, to nearest even; NaN stays a quiet NaN.
static inline void vstore_bf16(uint16_t* p, vf a) {
  const vi u = vf_bits(a);
  const vi odd = vi_and(vi_shr<16>(u), vi_set1(1));
  const vi rounded = vi_shr<16>(vi_add(vi_add(u, vi_set1(0x7fff)), odd));
  const vi quiet = vi_or(vi_shr<16>(u), vi_set1(0x40));
  vstore_u16(p, vf_bits(vselect(visnan(a), vi_bits(quiet), vi_bits(rounded))));
}

}  // namespace rs::RS_ISA
