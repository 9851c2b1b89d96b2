// 8 f32 lanes by the compiler's vector types: whatever the target has, without
// fused multiply-add. Also the obvious form in which to read the other two.
// Included by simd.hpp only.
#pragma once
#include <math.h>
#include <string.h>

#include "../base/half.hpp"

namespace rs::RS_ISA {

static constexpr int kLanes = 8;
typedef float vf __attribute__((vector_size(32)));
typedef int32_t vi __attribute__((vector_size(32)));
typedef uint32_t vu __attribute__((vector_size(32)));
using vmask = vi;  // -1 or 0 a lane

static inline vf vset1(float x) { return vf{x, x, x, x, x, x, x, x}; }
static inline vf vzero() { return vset1(0.0f); }
static inline vf vload(const float* p) {
  vf a;
  memcpy(&a, p, sizeof a);
  return a;
}
static inline vf vload_n(const float* p, int n) {
  vf a = vzero();
  for (int i = 0; i < n; ++i) a[i] = p[i];
  return a;
}
static inline void vstore(float* p, vf a) { memcpy(p, &a, sizeof a); }
static inline void vstore_n(float* p, vf a, int n) {
  for (int i = 0; i < n; ++i) p[i] = a[i];
}
static inline vf vadd(vf a, vf b) { return a + b; }
static inline vf vsub(vf a, vf b) { return a - b; }
static inline vf vmul(vf a, vf b) { return a * b; }
static inline vf vdiv(vf a, vf b) { return a / b; }
static inline vf vsqrt(vf a) {
  for (int i = 0; i < kLanes; ++i) a[i] = sqrtf(a[i]);
  return a;
}
static inline vf vfma(vf a, vf b, vf c) { return a * b + c; }
static inline vf vfnma(vf a, vf b, vf c) { return c - a * b; }
static inline vf vabs(vf a) { return (vf)((vi)a & 0x7fffffff); }
static inline vf vround(vf a) {
  for (int i = 0; i < kLanes; ++i) a[i] = nearbyintf(a[i]);
  return a;
}

static inline vmask vlt(vf a, vf b) { return a < b; }
static inline vmask vle(vf a, vf b) { return a <= b; }
static inline vmask veq(vf a, vf b) { return a == b; }
static inline vmask visnan(vf a) { return a != a; }
static inline vf vselect(vmask m, vf a, vf b) { return (vf)(((vi)a & m) | ((vi)b & ~m)); }
static inline vmask vfirst(int n) {
  vi m;
  for (int i = 0; i < kLanes; ++i) m[i] = i < n ? -1 : 0;
  return m;
}
static inline bool vany(vmask m) {
  int any = 0;
  for (int i = 0; i < kLanes; ++i) any |= m[i];
  return any != 0;
}

static inline vi vi_set1(int32_t x) { return vi{x, x, x, x, x, x, x, x}; }
static inline vi vi_load(const int32_t* p) {
  vi a;
  memcpy(&a, p, sizeof a);
  return a;
}
static inline void vi_store(int32_t* p, vi a) { memcpy(p, &a, sizeof a); }
static inline vi vi_add(vi a, vi b) { return (vi)((vu)a + (vu)b); }
static inline vi vi_sub(vi a, vi b) { return (vi)((vu)a - (vu)b); }
static inline vi vi_and(vi a, vi b) { return a & b; }
static inline vi vi_or(vi a, vi b) { return a | b; }
template <int n> static inline vi vi_shl(vi a) { return (vi)((vu)a << n); }
template <int n> static inline vi vi_shr(vi a) { return (vi)((vu)a >> n); }
template <int n> static inline vi vi_sar(vi a) { return a >> n; }
static inline vi vf_to_vi(vf a) {
  vi r;
  for (int i = 0; i < kLanes; ++i) {
    // What x86 gives for NaN and for what does not fit.
    r[i] = a[i] >= -2147483648.0f && a[i] < 2147483648.0f ? (int32_t)nearbyintf(a[i]) : INT32_MIN;
  }
  return r;
}
static inline vf vi_to_vf(vi a) { return __builtin_convertvector(a, vf); }
static inline vi vf_bits(vf a) { return (vi)a; }
static inline vf vi_bits(vi a) { return (vf)a; }

static inline float vreduce_add(vf a) {
  const float a0 = a[0] + a[4], a1 = a[1] + a[5], a2 = a[2] + a[6], a3 = a[3] + a[7];
  return (a0 + a2) + (a1 + a3);
}

static inline vf vload_bf16(const uint16_t* p) {
  vi r;
  for (int i = 0; i < kLanes; ++i) r[i] = (int32_t)((uint32_t)p[i] << 16);
  return (vf)r;
}
static inline vf vload_f16(const uint16_t* p) {
  vf r;
  for (int i = 0; i < kLanes; ++i) r[i] = f16_to_f32(p[i]);
  return r;
}
static inline void vstore_f16(uint16_t* p, vf a) {
  for (int i = 0; i < kLanes; ++i) p[i] = f32_to_f16(a[i]);
}
static inline void vstore_u16(uint16_t* p, vi a) {
  for (int i = 0; i < kLanes; ++i) p[i] = (uint16_t)a[i];
}

}  // namespace rs::RS_ISA
