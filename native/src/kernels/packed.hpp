// Products with packed weights (packed_layout.hpp), and packing itself.
//
// Bits: a float format gives each output one chain of fma in ascending k, from
// zero. An integer format quantises each input row once, per group, to s8
// (scale = absmax / 127), sums code products exactly in i32, and adds the groups
// in ascending order: y = fma(f32(dot) * x_scale, w_scale, y), and with zeros
// then y = fma(x_sum, -(w_scale * zero), y). nl4's table values are such codes,
// with the zero that they have in it. The bias is added last. Neither the
// number of rows nor the way work is split changes any of it.
//
// A row with NaN or infinity in a group gets NaN as that group's scale, so all
// of its outputs are NaN in integer formats, and no other row's.
#pragma once
#include "family.hpp"
#include "gemm.hpp"
#include "packed_layout.hpp"

namespace rs {

// Input rows, quantised, in tiles; how many rows a tile has is the kernels' own
// affair and depends on their number in all, m. For rows r of a tile: codes are
// words [k4][r]; scales [g][r]; starts [g][r], -(implied zero) * sum of codes; and
// sums [g][r], scale * sum of codes.
struct QuantizedRows {
  int32_t* codes;
  float* scales;
  int32_t* starts;
  float* sums;
};

struct PackedKernels {
  int words;  // of 32 bits, that 4 codes of an input row take

  // y[m,n] for one panel (n <= 32) of a float format, straight from storage; for
  // few rows. tiles as GemmKernels::pack_a makes them.
  void (*float_panel)(PackedFormat format, int64_t m, int n, int64_t k, const float* tiles,
                      const void* panel, float* y, int64_t ldy, const float* bias);
  // A run of steps of a bf16 or f16 panel as f32 [steps][32]; for many rows.
  void (*widen_panel)(PackedFormat format, const void* panel, int64_t steps, float* out);

  // Quantises row i of m (x: k values) into its place in the tiles.
  void (*quantize_row)(const PackedShape& shape, const float* x, int64_t i, int64_t m,
                       const QuantizedRows& to);
  // y[rows,n] for one panel (n <= 32) of an integer format and rows [first, first +
  // rows) of the m; y is the first of them. Both ends are a multiple of 24, the
  // least that every tile divides, or m.
  void (*int_panel)(const PackedShape& shape, int64_t m, int64_t first, int64_t rows, int n,
                    const QuantizedRows& x, const uint8_t* panel, float* y, int64_t ldy,
                    const float* bias);

  // Panel p of a packed weight from W[n,k]: floats, quantised here, or codes with
  // scales (and zeros) [n, groups].
  void (*pack_panel)(const PackedShape& shape, const void* w, FloatType type, int64_t p,
                     uint8_t* panel);
  void (*pack_codes_panel)(const PackedShape& shape, const uint8_t* codes, const float* scales,
                           const float* zeros, int64_t p, uint8_t* panel);
  // Row r of a panel back to k floats.
  void (*unpack_row)(const PackedShape& shape, const uint8_t* panel, int r, float* out);
};

}  // namespace rs

RS_FAMILY_DECLARE(PackedKernels, packed_kernels)
