// The block types of GGUF files: how many weights a block has, and what they are.
// Layouts: ggml, `ggml-common.h` (structures) and `ggml-quants.c` (values).
#pragma once
#include <stdint.h>
#include <string.h>

#include <span>

#include "kernels/packed_layout.hpp"

namespace rs {

struct BlockType {
  int id;  // ggml's number
  const char* name;
  int64_t weights, bytes;  // of a block
  // What holds the codes of its groups of 32: an integer format, with zeros or not. f32
  // where groups have no codes of their own.
  PackedFormat codes = PackedFormat::f32;
  bool has_zero = false;
};

std::span<const BlockType> block_types();
const BlockType* find_block_type(int64_t id);

// Four bytes at any address, the first lowest.
static inline uint32_t word_at(const uint8_t* p) {
  uint32_t w;
  memcpy(&w, p, 4);
  return w;
}

// 32 weights that share a scale: value = scale * code + offset, or of IQ4_NL
// scale * kNl4Values[code].
struct BlockGroup {
  uint32_t words[8];  // four codes each, the first lowest
  float scale, offset;
};

// Whether groups of 32 have codes of their own; else only values can be read.
bool has_codes(const BlockType& type);
// Group g of a row; of a type that has codes.
void read_codes(const BlockType& type, const uint8_t* row, int64_t g, BlockGroup* group);
// Weights [32 g, 32 g + 32) of a row of a type with blocks of 32 or 256.
void read_values(const BlockType& type, const uint8_t* row, int64_t g, float* out);

}  // namespace rs
