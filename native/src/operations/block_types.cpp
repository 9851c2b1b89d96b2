#include "block_types.hpp"

#include "base/half.hpp"

namespace rs {
namespace {

enum Id { F32 = 0, F16 = 1, Q4_0 = 2, Q4_1 = 3, Q5_0 = 6, Q5_1 = 7, Q8_0 = 8,
          Q4_K = 12, Q5_K = 13, Q6_K = 14, IQ4_NL = 20, BF16 = 30 };

const BlockType kTypes[] = {
    {F32, "F32", 1, 4},      {F16, "F16", 1, 2},      {BF16, "BF16", 1, 2},
    {Q4_0, "Q4_0", 32, 18, PackedFormat::int4},
    {Q4_1, "Q4_1", 32, 20, PackedFormat::int4, true},
    {Q5_0, "Q5_0", 32, 22, PackedFormat::int8},
    {Q5_1, "Q5_1", 32, 24, PackedFormat::int8, true},
    {Q8_0, "Q8_0", 32, 34, PackedFormat::int8},
    {Q4_K, "Q4_K", 256, 144, PackedFormat::int4, true},
    {Q5_K, "Q5_K", 256, 176, PackedFormat::int8, true},
    {Q6_K, "Q6_K", 256, 210},
    {IQ4_NL, "IQ4_NL", 32, 18, PackedFormat::nl4},
};

float half_at(const uint8_t* p) {
  uint16_t h;
  memcpy(&h, p, 2);
  return f16_to_f32(h);
}

constexpr uint32_t kNibbles = 0x0f0f0f0f;

// Weights 0..15 are the low halves of 16 bytes, 16..31 the high ones.
void halves(const uint8_t* p, uint32_t words[8]) {
  for (int i = 0; i < 4; ++i) {
    const uint32_t w = word_at(p + 4 * i);
    words[i] = w & kNibbles;
    words[4 + i] = w >> 4 & kNibbles;
  }
}

// Four bits of a mask as the fifth bits of four codes.
uint32_t fifth_bits(uint32_t mask) {
  return (mask & 1) << 4 | (mask & 2) << 11 | (mask & 4) << 18 | (mask & 8) << 25;
}

// The 6-bit scale and minimum of 32 weights of a Q4_K or Q5_K block.
void scale_and_minimum(const uint8_t* scales, int64_t j, int* scale, int* minimum) {
  if (j < 4) {
    *scale = scales[j] & 63;
    *minimum = scales[j + 4] & 63;
    return;
  }
  *scale = (scales[j + 4] & 15) | (scales[j - 4] >> 6) << 4;
  *minimum = scales[j + 4] >> 4 | (scales[j] >> 6) << 4;
}

void read_k(const BlockType& type, const uint8_t* row, int64_t g, BlockGroup* group) {
  const uint8_t* block = row + g / 8 * type.bytes;
  const int64_t j = g % 8;
  int scale, minimum;
  scale_and_minimum(block + 4, j, &scale, &minimum);
  group->scale = half_at(block) * static_cast<float>(scale);
  group->offset = -(half_at(block + 2) * static_cast<float>(minimum));
  const uint8_t* codes = block + (type.id == Q5_K ? 48 : 16) + j / 2 * 32;
  for (int i = 0; i < 8; ++i) {
    group->words[i] = word_at(codes + 4 * i) >> (j % 2 * 4) & kNibbles;
    if (type.id == Q5_K) {
      group->words[i] |= (word_at(block + 16 + 4 * i) >> j & 0x01010101) << 4;
    }
  }
}

}  // namespace

std::span<const BlockType> block_types() { return kTypes; }

const BlockType* find_block_type(int64_t id) {
  for (const BlockType& type : kTypes) {
    if (type.id == id) return &type;
  }
  return nullptr;
}

bool has_codes(const BlockType& type) { return type.codes != PackedFormat::f32; }

void read_codes(const BlockType& type, const uint8_t* row, int64_t g, BlockGroup* group) {
  const uint8_t* block = row + g * type.bytes;
  switch (type.id) {
    case Q8_0:
      group->scale = half_at(block);
      group->offset = -128.0f * group->scale;
      for (int i = 0; i < 8; ++i) group->words[i] = word_at(block + 2 + 4 * i) ^ 0x80808080;
      return;
    case Q4_0:
      group->scale = half_at(block);
      group->offset = -8.0f * group->scale;
      return halves(block + 2, group->words);
    case IQ4_NL:
      group->scale = half_at(block);
      group->offset = 0.0f;
      return halves(block + 2, group->words);
    case Q4_1:
      group->scale = half_at(block);
      group->offset = half_at(block + 2);
      return halves(block + 4, group->words);
    case Q5_0:
    case Q5_1: {
      const bool minimum = type.id == Q5_1;
      group->scale = half_at(block);
      // Without a minimum, codes are around 128, as int8 has them.
      group->offset = minimum ? half_at(block + 2) : -128.0f * group->scale;
      const uint8_t* rest = block + (minimum ? 4 : 2);
      halves(rest + 4, group->words);
      const uint32_t mask = word_at(rest);
      for (int i = 0; i < 8; ++i) {
        group->words[i] |= fifth_bits(mask >> 4 * i);
        if (!minimum) group->words[i] += 0x70707070;
      }
      return;
    }
    default: return read_k(type, row, g, group);
  }
}

void read_values(const BlockType& type, const uint8_t* row, int64_t g, float* out) {
  if (has_codes(type)) {
    BlockGroup group;
    read_codes(type, row, g, &group);
    for (int i = 0; i < 32; ++i) {
      const uint32_t code = group.words[i / 4] >> i % 4 * 8 & 255;
      out[i] = type.id == IQ4_NL ? group.scale * static_cast<float>(kNl4Values[code])
                                 : group.scale * static_cast<float>(code) + group.offset;
    }
    return;
  }
  // Q6_K: a quarter of half a block, and the scales of 16 weights each.
  const uint8_t* block = row + g / 8 * type.bytes;
  const int64_t half = g % 8 / 4, quarter = g % 4;
  const uint8_t* low = block + half * 64 + quarter % 2 * 32;
  const uint8_t* high = block + 128 + half * 32;
  const int8_t* scales = reinterpret_cast<const int8_t*>(block + 192) + half * 8 + quarter * 2;
  const float d = half_at(block + 208);
  for (int i = 0; i < 32; ++i) {
    const int nibble = quarter < 2 ? low[i] & 15 : low[i] >> 4;
    const int code = nibble | (high[i] >> 2 * quarter & 3) << 4;
    out[i] = d * static_cast<float>(scales[i / 16]) * static_cast<float>(code - 32);
  }
}

}  // namespace rs
