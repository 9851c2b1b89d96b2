// What the files of the packed family give to its table in packed.cpp.
#pragma once
#include "packed.hpp"
#include "simd.hpp"

namespace rs::RS_ISA {

void packed_quantize_row(const PackedShape&, const float* x, int64_t i, int64_t m,
                         const QuantizedRows& to);
void packed_int_panel(const PackedShape&, int64_t m, int n, const QuantizedRows& x,
                      const uint8_t* panel, float* y, int64_t ldy, const float* bias);
void packed_pack_panel(const PackedShape&, const void* w, FloatType type, int64_t p, uint8_t* panel);
void packed_pack_codes_panel(const PackedShape&, const uint8_t* codes, const float* scales,
                             const float* zeros, int64_t p, uint8_t* panel);
void packed_unpack_row(const PackedShape&, const uint8_t* panel, int r, float* out);

// Rows of the integer product's tile: 12 sums in i32 and 12 in f32 at 16 lanes;
// at 8 lanes the f32 sums live in memory, touched once a group.
#if defined(__AVX512F__)
static constexpr int kIntRows = 6;
static constexpr int kWords = 1;
#elif defined(__AVX2__)
static constexpr int kIntRows = 4;
static constexpr int kWords = 2;
#else
static constexpr int kIntRows = 2;
static constexpr int kWords = 1;
#endif

// The place of word w of step s (4 inputs), row i of m.
static inline int64_t int_tile_rows(int64_t i, int64_t m) {
  const int64_t first = i / kIntRows * kIntRows;
  return m - first < kIntRows ? m - first : kIntRows;
}

}  // namespace rs::RS_ISA
