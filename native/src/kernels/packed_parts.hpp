// What the files of the packed family give to its table in packed.cpp.
#pragma once
#include "packed.hpp"
#include "simd.hpp"

namespace rs::RS_ISA {

void packed_quantize_row(const PackedShape&, const float* x, int64_t i, int64_t m,
                         const QuantizedRows& to);
void packed_int_panel(const PackedShape&, int64_t m, int64_t first, int64_t rows, int n,
                      const QuantizedRows& x, const uint8_t* panel, float* y, int64_t ldy,
                      const float* bias);
void packed_pack_panel(const PackedShape&, const void* w, FloatType type, int64_t p,
                       uint8_t* panel);
void packed_pack_codes_panel(const PackedShape&, const uint8_t* codes, const float* scales,
                             const float* zeros, int64_t p, uint8_t* panel);
void packed_unpack_row(const PackedShape&, const uint8_t* panel, int r, float* out);

// Rows of the integer product's tile, of m in all. At 16 lanes, 6 rows are 12
// sums in i32 and 12 in f32, all in registers; up to 16 rows take 8 at a time,
// because then a pass over the weight costs more than the sums that spill. At 8
// lanes the f32 sums live in memory, touched once a group.
#if defined(__AVX512F__)
static constexpr int kMostIntRows = 8;
static inline int64_t int_rows(int64_t m) { return m <= 16 ? 8 : 6; }
static constexpr int kWords = 1;
#elif defined(__AVX2__)
static constexpr int kMostIntRows = 4;
static inline int64_t int_rows(int64_t) { return 4; }
static constexpr int kWords = 2;
#else
static constexpr int kMostIntRows = 2;
static inline int64_t int_rows(int64_t) { return 2; }
static constexpr int kWords = 1;
#endif

}  // namespace rs::RS_ISA
