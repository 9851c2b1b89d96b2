// The bytes of a packed weight W[n,k], for y = x * W^T. The same on every
// machine, so that a file of packed weights can be mapped anywhere.
//
// 32 outputs (rows of W) make a panel; outputs beyond n are zero. Panels follow
// each other; within a panel, k ascends. One input row reads it front to back.
//   f32, f16    [k][32]
//   bf16        [k][16] words; word i holds output i low, output i + 16 high
//   int8, int4, nl4  for each group of inputs (the last may be part padding):
//                 scales f16 [32], then zeros f16 [32] if there are any, then
//                 int8:      codes u8 [group / 4][32][4]
//                 int4, nl4: codes    [group / 4][16][4] bytes; output i in the
//                            low half of a byte, output i + 16 in the high half
// An integer weight is scale * (code - zero); without zeros, zero is 128 (int8)
// or 8 (int4). A weight of nl4 is scale * kNl4Values[code], and has no zeros: the
// values lie closer together where weights are many. They have none that is 0,
// so a weight of 0 becomes a scale's 127th part or less. Scales are f16 because 4 more bits a group of 32 would cost an
// int4 product a tenth of its speed at one row; the rounding (2^-11 relative, with
// the codes chosen after it where we choose them) is far below a code's step.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace rs {

enum class PackedFormat : int { f32 = 0, bf16 = 1, f16 = 2, int8 = 3, int4 = 4, nl4 = 5 };

// ggml's IQ4_NL (ggml-common.h, kvalues_iq4nl).
static constexpr int8_t kNl4Values[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                          1,    13,   25,  38,  53,  69,  89,  113};

struct PackedShape {
  PackedFormat format;
  int64_t n, k;
  int64_t group;  // 32, 64 or 128; 0 for float formats
  bool has_zero;

  static constexpr int64_t kWidth = 32;

  bool integer() const { return format >= PackedFormat::int8; }
  bool nibbles() const { return format >= PackedFormat::int4; }
  int64_t panels() const { return (n + kWidth - 1) / kWidth; }
  int64_t groups() const { return integer() ? (k + group - 1) / group : 0; }
  int64_t header_bytes() const { return has_zero ? 128 : 64; }
  int64_t group_bytes() const {
    return header_bytes() + (nibbles() ? kWidth * group / 2 : kWidth * group);
  }
  int64_t step_bytes() const { return format == PackedFormat::f32 ? 128 : 64; }
  int64_t panel_bytes() const { return integer() ? groups() * group_bytes() : k * step_bytes(); }
  int64_t bytes() const { return panels() * panel_bytes(); }
  // Of what a product multiplies: codes, for nl4 values + 128.
  int implied_zero() const {
    return has_zero ? 0 : format == PackedFormat::int4 ? 8 : 128;
  }
};

}  // namespace rs
