// Codes of weights and inputs as the integer dot product of each instruction set
// takes them. A step is 4 inputs; a vector holds 4 weights of each of kLanes
// outputs; Words are one row's 4 quantised inputs, in every lane.
#pragma once
#include <string.h>

#include "gemm_tile.hpp"
#include "packed_parts.hpp"

namespace rs::RS_ISA {

#if defined(__AVX2__)
// kNl4Values + 128.
static inline __m128i nl4_bytes() {
  const __m128i values = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kNl4Values));
  return _mm_xor_si128(values, _mm_set1_epi8(-128));
}
#endif

#if defined(__AVX512F__)

using Codes = __m512i;
static inline Codes codes_load(const uint8_t* p) { return _mm512_loadu_si512(p); }
static inline Codes codes_low(Codes c) { return _mm512_and_si512(c, _mm512_set1_epi8(15)); }
static inline Codes codes_high(Codes c) {
  return _mm512_and_si512(_mm512_srli_epi16(c, 4), _mm512_set1_epi8(15));
}
// u8 by s8, exact in i32. In assembly because gcc 12 copies every sum at every
// use of the intrinsic, which costs more than the products.
struct Words {
  __m512i x;
};
static inline Words words_load(const int32_t* words) { return {_mm512_set1_epi32(*words)}; }
static inline void dot4(vi& sum, const Codes& w, const Words& x) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(w), "v"(x.x));
}
static inline void words_store(int32_t* words, const int8_t x[4]) { memcpy(words, x, 4); }
static inline Codes codes_look_up(Codes nibbles) {
  return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(nl4_bytes()), nibbles);
}

#elif defined(__AVX2__)

// maddubs would saturate its 16-bit sums of two u8*s8 products, so bytes are
// widened: even ones by a mask, odd ones by a shift, each with its pair of s16.
struct Codes {
  __m256i even, odd;
};
static inline Codes codes_split(__m256i c) {
  return {_mm256_and_si256(c, _mm256_set1_epi16(255)), _mm256_srli_epi16(c, 8)};
}
static inline __m256i codes_raw(const uint8_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}
static inline Codes codes_load(const uint8_t* p) { return codes_split(codes_raw(p)); }
static inline __m256i codes_look_up(__m256i nibbles) {
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(nl4_bytes()), nibbles);
}
struct Words {
  __m256i even, odd;
};
static inline Words words_load(const int32_t* words) {
  return {_mm256_set1_epi32(words[0]), _mm256_set1_epi32(words[1])};
}
static inline void dot4(vi& sum, const Codes& w, const Words& x) {
  sum = _mm256_add_epi32(sum, _mm256_madd_epi16(w.even, x.even));
  sum = _mm256_add_epi32(sum, _mm256_madd_epi16(w.odd, x.odd));
}
static inline void words_store(int32_t* words, const int8_t x[4]) {
  const int16_t wide[4] = {x[0], x[2], x[1], x[3]};
  memcpy(words, wide, 8);
}

#else

struct Codes {
  vi byte[4];
};
static inline Codes codes_split(vi c, int mask) {
  const vi m = vi_set1(mask);
  return {{vi_and(c, m), vi_and(vi_shr<8>(c), m), vi_and(vi_shr<16>(c), m),
           vi_and(vi_shr<24>(c), m)}};
}
static inline Codes codes_load(const uint8_t* p) {
  vi c;
  memcpy(&c, p, sizeof c);
  return codes_split(c, 255);
}
struct Words {
  int8_t x[4];
};
static inline Words words_load(const int32_t* words) {
  Words w;
  memcpy(w.x, words, 4);
  return w;
}
static inline void dot4(vi& sum, const Codes& w, const Words& x) {
  for (int i = 0; i < 4; ++i) sum = sum + w.byte[i] * vi_set1(x.x[i]);
}
static inline void words_store(int32_t* words, const int8_t x[4]) { memcpy(words, x, 4); }
static inline Codes codes_look_up(const Codes& nibbles) {
  Codes found;
  for (int i = 0; i < 4; ++i) {
    int32_t lane[kLanes];
    vi_store(lane, nibbles.byte[i]);
    for (int l = 0; l < kLanes; ++l) lane[l] = kNl4Values[lane[l]] + 128;
    found.byte[i] = vi_load(lane);
  }
  return found;
}

#endif

// What a code of a weight is: a byte, half a byte, or half a byte that stands for
// one of kNl4Values, which a product takes as a u8, 128 above it.
enum class CodeKind { bytes, nibbles, table };
static inline CodeKind code_kind(const PackedShape& shape) {
  if (!shape.nibbles()) return CodeKind::bytes;
  return shape.format == PackedFormat::nl4 ? CodeKind::table : CodeKind::nibbles;
}

// The weights of one step for the tile's columns, which start at `first`.
template <CodeKind kind, int first>
static inline void codes_step(const uint8_t* p, Codes* w) {
  if constexpr (kind == CodeKind::bytes) {
    for (int v = 0; v < kTileVectors; ++v) w[v] = codes_load(p + (first + v * kLanes) * 4);
  } else {
#if defined(__AVX512F__)
    const Codes c = codes_load(p);
    w[0] = codes_low(c);
    w[1] = codes_high(c);
    if constexpr (kind == CodeKind::table) {
      for (int v = 0; v < kTileVectors; ++v) w[v] = codes_look_up(w[v]);
    }
#elif defined(__AVX2__)
    for (int v = 0; v < kTileVectors; ++v) {
      __m256i c = codes_raw(p + v * kLanes * 4);
      if (first != 0) c = _mm256_srli_epi16(c, 4);
      c = _mm256_and_si256(c, _mm256_set1_epi8(15));
      w[v] = codes_split(kind == CodeKind::table ? codes_look_up(c) : c);
    }
#else
    for (int v = 0; v < kTileVectors; ++v) {
      vi c;
      memcpy(&c, p + v * kLanes * 4, sizeof c);
      w[v] = codes_split(first != 0 ? vi_shr<4>(c) : c, 15);
      if constexpr (kind == CodeKind::table) w[v] = codes_look_up(w[v]);
    }
#endif
  }
}

}  // namespace rs::RS_ISA
