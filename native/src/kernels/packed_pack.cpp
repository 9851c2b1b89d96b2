// Weights into their packed form and back. Runs when a model is loaded, not
// when it computes: plain loops over codes, vectors where they are free.
#include "../base/half.hpp"
#include "gemm_pack.hpp"
#include "packed_parts.hpp"

namespace rs::RS_ISA {
namespace {

constexpr int kWidth = static_cast<int>(PackedShape::kWidth);
constexpr int64_t kChunk = 64;  // steps of k turned at a time
constexpr float kLargestF16 = 65504.0f;

// The bytes of one group of a panel.
struct Group {
  uint8_t* data;
  const PackedShape& shape;

  void set_scale(int r, float scale) const { put(r, f32_to_f16(scale)); }
  void set_zero(int r, float zero) const { put(kWidth + r, f32_to_f16(zero)); }
  float scale(int r) const { return get(r); }
  float zero(int r) const {
    return shape.has_zero ? get(kWidth + r) : static_cast<float>(shape.implied_zero());
  }
  // Codes are written once each, after clear().
  void clear() const { memset(data, 0, static_cast<size_t>(shape.group_bytes())); }
  void set_code(int r, int64_t j, int code) const {
    uint8_t* p = place(r, j);
    if (shape.format == PackedFormat::int8) *p = static_cast<uint8_t>(code);
    else *p = static_cast<uint8_t>(*p | (code & 15) << (r < kWidth / 2 ? 0 : 4));
  }
  int code(int r, int64_t j) const {
    const int byte = *place(r, j);
    if (shape.format == PackedFormat::int8) return byte;
    return r < kWidth / 2 ? byte & 15 : byte >> 4;
  }

 private:
  uint8_t* place(int r, int64_t j) const {
    uint8_t* codes = data + shape.header_bytes();
    if (shape.format == PackedFormat::int8) return codes + (j / 4 * kWidth + r) * 4 + j % 4;
    return codes + (j / 4 * (kWidth / 2) + r % (kWidth / 2)) * 4 + j % 4;
  }
  void put(int i, uint16_t half) const { memcpy(data + 2 * i, &half, 2); }
  float get(int i) const {
    uint16_t half;
    memcpy(&half, data + 2 * i, 2);
    return f16_to_f32(half);
  }
};

int64_t min(int64_t a, int64_t b) { return a < b ? a : b; }

// Row r's weights w[0, count) as codes: to the nearest, with the scale as it is
// stored. int8 spans -127..127 times absmax / 127. int4 gives the weight of
// largest magnitude the code 0 (-8), so that no code is wasted on its sign.
void quantize_group(const Group& group, int r, const float* w, int64_t count) {
  const PackedShape& shape = group.shape;
  const int top = shape.format == PackedFormat::int8 ? 255 : 15;
  float low = 0.0f, high = 0.0f;
  bool finite = true;
  for (int64_t j = 0; j < count; ++j) {
    finite = finite && w[j] - w[j] == 0.0f;
    low = w[j] < low ? w[j] : low;
    high = w[j] > high ? w[j] : high;
  }
  float scale;
  int least = 0;
  if (shape.has_zero) scale = high / static_cast<float>(top) - low / static_cast<float>(top);
  else if (shape.format == PackedFormat::int4) scale = (high > -low ? high : low) / -8.0f;
  else scale = (high > -low ? high : -low) / 127.0f, least = 1;
  if (scale > kLargestF16) scale = kLargestF16;
  if (scale < -kLargestF16) scale = -kLargestF16;
  if (!finite) scale = __builtin_nanf("");
  group.set_scale(r, scale);
  scale = group.scale(r);

  const float inverse = scale != 0.0f && finite ? 1.0f / scale : 0.0f;
  int zero = shape.implied_zero();
  if (shape.has_zero) {
    const vi rounded = vf_to_vi(vset1(inverse != 0.0f ? -low * inverse : 0.0f));
    int32_t lane[kLanes];
    vi_store(lane, rounded);
    zero = lane[0] < 0 ? 0 : lane[0] > top ? top : lane[0];
    group.set_zero(r, static_cast<float>(zero));
  }
  alignas(64) int32_t code[128];
  alignas(64) float padded[128] = {};
  memcpy(padded, w, static_cast<size_t>(count) * sizeof(float));
  for (int64_t j = 0; j < shape.group; j += kLanes) {
    const vf x = finite ? vmul(vload(padded + j), vset1(inverse)) : vzero();
    vi_store(code + j, vi_add(vf_to_vi(x), vi_set1(zero)));
  }
  for (int64_t j = 0; j < shape.group; ++j) {
    group.set_code(r, j, code[j] < least ? least : code[j] > top ? top : code[j]);
  }
}

void pack_floats(const PackedShape& shape, const void* w, FloatType type, int64_t p,
                 uint8_t* panel) {
  alignas(64) float wide[kWidth * kChunk];
  alignas(64) float turned[kWidth * kChunk];
  const int rows = static_cast<int>(min(kWidth, shape.n - p * kWidth));
  const int64_t bytes = type == FloatType::f32 ? 4 : 2;
  const char* from = static_cast<const char*>(w) + p * kWidth * shape.k * bytes;
  for (int64_t i = 0; i < shape.k; i += kChunk) {
    const int64_t steps = min(kChunk, shape.k - i);
    for (int r = 0; r < rows; ++r)
      widen(from + (r * shape.k + i) * bytes, type, steps, wide + r * kChunk);
    transpose_strip(wide, kChunk, rows, kWidth, steps, turned, kWidth);
    uint8_t* to = panel + i * shape.step_bytes();
    for (int64_t s = 0; s < steps; ++s, to += shape.step_bytes()) {
      const float* row = turned + s * kWidth;
      if (shape.format == PackedFormat::f32) {
        memcpy(to, row, kWidth * sizeof(float));
        continue;
      }
      uint16_t half[kWidth];
      const bool f16 = shape.format == PackedFormat::f16;
      for (int l = 0; l < kWidth; l += kLanes) {
        if (f16) vstore_f16(half + l, vload(row + l));
        else vstore_bf16(half + l, vload(row + l));
      }
      if (f16) {
        memcpy(to, half, sizeof half);
        continue;
      }
      uint32_t words[kWidth / 2];
      for (int l = 0; l < kWidth / 2; ++l)
        words[l] = half[l] | static_cast<uint32_t>(half[l + kWidth / 2]) << 16;
      memcpy(to, words, sizeof words);
    }
  }
}

}  // namespace

void packed_pack_panel(const PackedShape& shape, const void* w, FloatType type, int64_t p,
                       uint8_t* panel) {
  if (!shape.integer()) return pack_floats(shape, w, type, p, panel);
  const int rows = static_cast<int>(min(kWidth, shape.n - p * kWidth));
  const int64_t bytes = type == FloatType::f32 ? 4 : 2;
  const char* from = static_cast<const char*>(w) + p * kWidth * shape.k * bytes;
  alignas(64) float values[128];
  for (int64_t g = 0; g < shape.groups(); ++g) {
    const Group group{panel + g * shape.group_bytes(), shape};
    group.clear();
    const int64_t first = g * shape.group, count = min(shape.group, shape.k - first);
    for (int r = 0; r < rows; ++r) {
      widen(from + (r * shape.k + first) * bytes, type, count, values);
      quantize_group(group, r, values, count);
    }
  }
}

void packed_pack_codes_panel(const PackedShape& shape, const uint8_t* codes, const float* scales,
                             const float* zeros, int64_t p, uint8_t* panel) {
  const int rows = static_cast<int>(min(kWidth, shape.n - p * kWidth));
  for (int64_t g = 0; g < shape.groups(); ++g) {
    const Group group{panel + g * shape.group_bytes(), shape};
    group.clear();
    const int64_t first = g * shape.group, count = min(shape.group, shape.k - first);
    for (int r = 0; r < rows; ++r) {
      const int64_t row = p * kWidth + r;
      group.set_scale(r, scales[row * shape.groups() + g]);
      if (shape.has_zero) group.set_zero(r, zeros[row * shape.groups() + g]);
      for (int64_t j = 0; j < count; ++j) group.set_code(r, j, codes[row * shape.k + first + j]);
    }
  }
}

void packed_unpack_row(const PackedShape& shape, const uint8_t* panel, int r, float* out) {
  if (shape.integer()) {
    for (int64_t g = 0; g < shape.groups(); ++g) {
      // Read only: Group has one form for both uses.
      const Group group{const_cast<uint8_t*>(panel) + g * shape.group_bytes(), shape};
      const float scale = group.scale(r), zero = group.zero(r);
      const int64_t first = g * shape.group, count = min(shape.group, shape.k - first);
      for (int64_t j = 0; j < count; ++j)
        out[first + j] = scale * (static_cast<float>(group.code(r, j)) - zero);
    }
    return;
  }
  for (int64_t i = 0; i < shape.k; ++i, panel += shape.step_bytes()) {
    uint16_t half;
    switch (shape.format) {
      case PackedFormat::f32: memcpy(out + i, panel + 4 * r, 4); break;
      case PackedFormat::f16:
        memcpy(&half, panel + 2 * r, 2);
        out[i] = f16_to_f32(half);
        break;
      default:
        memcpy(&half, panel + 4 * (r % 16) + 2 * (r / 16), 2);
        out[i] = bf16_to_f32(half);
    }
  }
}

}  // namespace rs::RS_ISA
