// Transposition a vector of rows by four columns at a time: what the packing of
// operands, panels of keys and whole matrices have in common.
#pragma once
#include "simd.hpp"

namespace rs::RS_ISA {

// out[j] lane i = src[i*ld + j], for j < 4 and i < rows; other lanes are zero.
// A 4x4 transposition in each 128-bit part, with the parts loaded from rows that
// lie 4 apart, leaves the lanes in order without a permutation across parts.
#if defined(__AVX512F__)
static inline void transpose4(const float* src, int64_t ld, int rows, vf out[4]) {
  __m512 part[4];
  for (int i = 0; i < 4; ++i) {
    const float* p = src + i * ld;
    __m512 x = _mm512_setzero_ps();
    if (i < rows) x = _mm512_maskz_broadcast_f32x4(0x000f, _mm_loadu_ps(p));
    if (i + 4 < rows) x = _mm512_mask_broadcast_f32x4(x, 0x00f0, _mm_loadu_ps(p + 4 * ld));
    if (i + 8 < rows) x = _mm512_mask_broadcast_f32x4(x, 0x0f00, _mm_loadu_ps(p + 8 * ld));
    if (i + 12 < rows) x = _mm512_mask_broadcast_f32x4(x, 0xf000, _mm_loadu_ps(p + 12 * ld));
    part[i] = x;
  }
  const __m512d ab0 = _mm512_castps_pd(_mm512_unpacklo_ps(part[0], part[1]));
  const __m512d ab1 = _mm512_castps_pd(_mm512_unpackhi_ps(part[0], part[1]));
  const __m512d cd0 = _mm512_castps_pd(_mm512_unpacklo_ps(part[2], part[3]));
  const __m512d cd1 = _mm512_castps_pd(_mm512_unpackhi_ps(part[2], part[3]));
  out[0] = _mm512_castpd_ps(_mm512_unpacklo_pd(ab0, cd0));
  out[1] = _mm512_castpd_ps(_mm512_unpackhi_pd(ab0, cd0));
  out[2] = _mm512_castpd_ps(_mm512_unpacklo_pd(ab1, cd1));
  out[3] = _mm512_castpd_ps(_mm512_unpackhi_pd(ab1, cd1));
}
#elif defined(__AVX2__)
static inline void transpose4(const float* src, int64_t ld, int rows, vf out[4]) {
  __m256 part[4];
  for (int i = 0; i < 4; ++i) {
    const float* p = src + i * ld;
    __m128 low = _mm_setzero_ps(), high = _mm_setzero_ps();
    if (i < rows) low = _mm_loadu_ps(p);
    if (i + 4 < rows) high = _mm_loadu_ps(p + 4 * ld);
    part[i] = _mm256_set_m128(high, low);
  }
  const __m256d ab0 = _mm256_castps_pd(_mm256_unpacklo_ps(part[0], part[1]));
  const __m256d ab1 = _mm256_castps_pd(_mm256_unpackhi_ps(part[0], part[1]));
  const __m256d cd0 = _mm256_castps_pd(_mm256_unpacklo_ps(part[2], part[3]));
  const __m256d cd1 = _mm256_castps_pd(_mm256_unpackhi_ps(part[2], part[3]));
  out[0] = _mm256_castpd_ps(_mm256_unpacklo_pd(ab0, cd0));
  out[1] = _mm256_castpd_ps(_mm256_unpackhi_pd(ab0, cd0));
  out[2] = _mm256_castpd_ps(_mm256_unpacklo_pd(ab1, cd1));
  out[3] = _mm256_castpd_ps(_mm256_unpackhi_pd(ab1, cd1));
}
#else
static inline void transpose4(const float* src, int64_t ld, int rows, vf out[4]) {
  for (int j = 0; j < 4; ++j) {
    out[j] = vzero();
    for (int i = 0; i < kLanes && i < rows; ++i) out[j][i] = src[i * ld + j];
  }
}
#endif

// dst[j*stride + i] = src[i*ld + j] for i < rows (at most width), zero for the
// other i < width.
static inline void transpose_strip(const float* src, int64_t ld, int rows, int width, int64_t k,
                                   float* dst, int64_t stride) {
  for (int first = 0; first < width; first += kLanes) {
    const int have = rows - first > kLanes ? kLanes : rows - first;
    const int keep = width - first > kLanes ? kLanes : width - first;
    const float* from = src + first * ld;
    float* to = dst + first;
    int64_t j = 0;
    if (keep == kLanes && have == kLanes) {
      for (; j + 4 <= k; j += 4) {
        vf out[4];
        transpose4(from + j, ld, kLanes, out);
        for (int l = 0; l < 4; ++l) vstore(to + (j + l) * stride, out[l]);
      }
    } else {
      for (; j + 4 <= k; j += 4) {
        vf out[4];
        transpose4(from + j, ld, have, out);
        for (int l = 0; l < 4; ++l) vstore_n(to + (j + l) * stride, out[l], keep);
      }
    }
    for (; j < k; ++j)
      for (int i = 0; i < keep; ++i) to[j * stride + i] = i < have ? from[i * ld + j] : 0.0f;
  }
}

}  // namespace rs::RS_ISA
