// pack_blocks: the blocks of a GGUF file, or plain f32, f16 and bf16 rows, become a
// packed weight in place of a slot's content, read where the file is mapped.
//
// Codes are kept where the packed format can hold them: scale * code + offset is
// scale * (code - zero). Q8_0, Q5_0 (int8), Q4_0 (int4) and IQ4_NL (nl4) are exact;
// Q4_1, Q4_K (int4), Q5_1, Q5_K (int8) with zeros are but for the rounding of scale
// and zero to f16. Any other format gets the nearest code to each value.
#include <math.h>
#include <string.h>

#include "base/half.hpp"
#include "block_types.hpp"
#include "weights_shape.hpp"

namespace rs {
namespace {

constexpr int64_t kWidth = PackedShape::kWidth;

bool keeps_codes(const BlockType& type, const PackedShape& shape) {
  return has_codes(type) && shape.group == 32 && shape.format == type.codes &&
         shape.has_zero == type.has_zero;
}

int64_t row_bytes(const BlockType& type, int64_t k) { return k / type.weights * type.bytes; }

FloatType float_type(const BlockType& type) {
  if (type.name[0] == 'B') return FloatType::bf16;
  return type.bytes == 4 ? FloatType::f32 : FloatType::f16;
}

Status check(const OperationArgs& args) {
  RS_RETURN_IF(expect_arity(args, 1, 1, 6));
  RS_RETURN_IF(check_packed_attrs(args, "pack_blocks"));
  const PackedShape shape = packed_shape(args);
  const BlockType* type = args.integer(5, 0, 255) ? find_block_type(args.i64(5)) : nullptr;
  if (type == nullptr) {
    return Status::error("ERR_OUT_OF_RANGE", "pack_blocks: attribute 5 is no known block type");
  }
  if (shape.k % type->weights != 0) {
    return Status::error("ERR_SHAPE", "pack_blocks: rows of " + std::to_string(shape.k) +
                                          " weights are not whole blocks of " + type->name);
  }
  RS_RETURN_IF(expect_tensor(args.in[0], "pack_blocks blocks", DType::u8, 1));
  RS_RETURN_IF(expect_dim(args.in[0], "pack_blocks blocks", 0, shape.n * row_bytes(*type, shape.k)));
  return expect_packed(args.out[0], "pack_blocks output", shape);
}

// Rows of a panel as floats, for a thread.
size_t row_workspace(const OperationArgs& args) {
  return static_cast<size_t>(kWidth * args.i64(2)) * sizeof(float);
}

size_t workspace(const OperationArgs& args, int threads) {
  return row_workspace(args) * static_cast<size_t>(threads);
}

// scale * (code - zero) for scale * code + offset; all weights alike where no zero can do it.
void put_group(const PackedShape& shape, uint8_t* data, int r, const BlockGroup& group) {
  float scale = group.scale;
  uint32_t constant = 0;
  if (shape.has_zero) {
    float zero = -group.offset / scale;
    if (!(fabsf(zero) < 65504.0f)) {
      const float middle = shape.format == PackedFormat::int4 ? 7.5f : 15.5f;
      scale = group.offset + middle * scale;
      zero = 0.0f;
      constant = 0x01010101;
    }
    const uint16_t half = f32_to_f16(zero);
    memcpy(data + 2 * (kWidth + r), &half, 2);
  }
  const uint16_t half = f32_to_f16(scale);
  memcpy(data + 2 * r, &half, 2);
  uint8_t* codes = data + shape.header_bytes();
  for (int j = 0; j < 8; ++j) {
    const uint32_t word = constant != 0 ? constant : group.words[j];
    if (!shape.nibbles()) {
      memcpy(codes + (j * kWidth + r) * 4, &word, 4);
      continue;
    }
    uint8_t* place = codes + (j * kWidth / 2 + r % (kWidth / 2)) * 4;
    uint32_t both = word;
    if (r >= kWidth / 2) {
      memcpy(&both, place, 4);
      both |= word << 4;
    }
    memcpy(place, &both, 4);
  }
}

// A whole panel of blocks that are a scale and codes: word by word over its rows, so that
// what is written lies together.
template <typename Words>
void pack_plain(const PackedShape& shape, const uint8_t* first, int64_t stride, int64_t bytes,
                uint8_t* panel, const Words& words) {
  for (int64_t g = 0; g < shape.groups(); ++g, panel += shape.group_bytes()) {
    const uint8_t* blocks = first + g * bytes;
    for (int64_t r = 0; r < kWidth; ++r) memcpy(panel + 2 * r, blocks + r * stride, 2);
    words(blocks + 2, panel + shape.header_bytes());
  }
}

bool pack_whole(const PackedShape& shape, const BlockType& type, const uint8_t* first,
                int64_t stride, uint8_t* panel) {
  const int64_t plain = 2 + (shape.nibbles() ? 16 : 32);
  if (type.has_zero || type.bytes != plain) return false;
  if (!shape.nibbles()) {
    pack_plain(shape, first, stride, type.bytes, panel, [&](const uint8_t* from, uint8_t* to) {
      for (int j = 0; j < 8; ++j) {
        for (int64_t r = 0; r < kWidth; ++r) {
          const uint32_t w = word_at(from + r * stride + 4 * j) ^ 0x80808080;
          memcpy(to + (j * kWidth + r) * 4, &w, 4);
        }
      }
    });
    return true;
  }
  pack_plain(shape, first, stride, type.bytes, panel, [&](const uint8_t* from, uint8_t* to) {
    constexpr int64_t kHalf = kWidth / 2;
    for (int j = 0; j < 4; ++j) {
      for (int64_t r = 0; r < kHalf; ++r) {
        const uint32_t a = word_at(from + r * stride + 4 * j);
        const uint32_t b = word_at(from + (r + kHalf) * stride + 4 * j);
        const uint32_t low = (a & 0x0f0f0f0f) | (b & 0x0f0f0f0f) << 4;
        const uint32_t high = (a >> 4 & 0x0f0f0f0f) | (b & 0xf0f0f0f0);
        memcpy(to + (j * kHalf + r) * 4, &low, 4);
        memcpy(to + ((j + 4) * kHalf + r) * 4, &high, 4);
      }
    }
  });
  return true;
}

void pack_panel(const PackedShape& shape, const BlockType& type, const uint8_t* blocks, int64_t p,
                uint8_t* panel, float* values) {
  const int64_t stride = row_bytes(type, shape.k);
  const int64_t rows = shape.n - p * kWidth < kWidth ? shape.n - p * kWidth : kWidth;
  const uint8_t* first = blocks + p * kWidth * stride;
  if (keeps_codes(type, shape)) {
    if (rows == kWidth && pack_whole(shape, type, first, stride, panel)) return;
    for (int64_t g = 0; g < shape.groups(); ++g, panel += shape.group_bytes()) {
      if (rows < kWidth) memset(panel, 0, static_cast<size_t>(shape.group_bytes()));
      for (int64_t r = 0; r < rows; ++r) {
        BlockGroup group;
        read_codes(type, first + r * stride, g, &group);
        put_group(shape, panel, static_cast<int>(r), group);
      }
    }
    return;
  }
  for (int64_t r = 0; r < rows; ++r) {
    const uint8_t* row = first + r * stride;
    float* to = values + r * shape.k;
    // Copied even where they are floats: a file may have them at any address.
    if (type.weights == 1) memcpy(reinterpret_cast<uint8_t*>(values) + r * stride, row, static_cast<size_t>(stride));
    else for (int64_t g = 0; g < shape.k / 32; ++g) read_values(type, row, g, to + g * 32);
  }
  PackedShape alone = shape;
  alone.n = rows;
  const FloatType from = type.weights == 1 ? float_type(type) : FloatType::f32;
  packed().pack_panel(alone, values, from, 0, panel);
}

Status run(const OperationArgs& args, RunContext& context) {
  const PackedShape shape = packed_shape(args);
  const BlockType& type = *find_block_type(args.i64(5));
  const uint8_t* blocks = args.in[0].as<const uint8_t>();
  uint8_t* out = args.out[0].as<uint8_t>();
  const size_t each = row_workspace(args);
  context.pool.run(static_cast<size_t>(shape.panels()), [&](size_t task, int thread) {
    const int64_t p = static_cast<int64_t>(task);
    float* values = reinterpret_cast<float*>(static_cast<char*>(context.workspace) +
                                             each * static_cast<size_t>(thread));
    pack_panel(shape, type, blocks, p, out + p * shape.panel_bytes(), values);
  });
  return Status::good();
}

}  // namespace

const Operation kPackBlocks = {"pack_blocks", check, workspace, run, 1};

}  // namespace rs
