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
    if (!shape.nibbles()) *p = static_cast<uint8_t>(code);
    else *p = static_cast<uint8_t>(*p | (code & 15) << (r < kWidth / 2 ? 0 : 4));
  }
  int code(int r, int64_t j) const {
    const int byte = *place(r, j);
    if (!shape.nibbles()) return byte;
    return r < kWidth / 2 ? byte & 15 : byte >> 4;
  }

 private:
  uint8_t* place(int r, int64_t j) const {
    uint8_t* codes = data + shape.header_bytes();
    if (!shape.nibbles()) return codes + (j / 4 * kWidth + r) * 4 + j % 4;
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

float within_f16(float scale) {
  if (scale > kLargestF16) return kLargestF16;
  return scale < -kLargestF16 ? -kLargestF16 : scale;
}

// Half way between two neighbours of nl4's table: from there on the second is nearer.
float middle(int i) { return 0.5f * static_cast<float>(kNl4Values[i - 1] + kNl4Values[i]); }

vf nearest_value(vf x) {
  vf value = vset1(kNl4Values[0]);
  for (int i = 1; i < 16; ++i)
    value = vselect(vlt(vset1(middle(i)), x), vset1(kNl4Values[i]), value);
  return value;
}

// The place of the nearest value in the table.
vi place_of(vf x) {
  vi place = vi_set1(0);
  for (int i = 1; i < 16; ++i) {
    const vf above = vselect(vlt(vset1(middle(i)), x), vset1(1.0f), vzero());
    place = vi_add(place, vf_to_vi(above));
  }
  return place;
}

// Scales for one group of nl4. Sums have 16 lanes whatever a vector has, and no fused
// step, so that all instruction sets choose the same.
class ScaleSearch {
 public:
  ScaleSearch(const float* padded, int64_t count) : x_(padded), count_(count) {}

  // Takes a scale, rounded to f16, if it leaves less squared error than any before.
  // Returns what would leave least with the values that this one chose.
  float consider(float candidate) {
    const float scale = f16_to_f32(f32_to_f16(within_f16(candidate)));
    if (scale == 0.0f) return 0.0f;
    const vf inverse = vset1(1.0f / scale), d = vset1(scale);
    vf error[kParts], product[kParts], size[kParts];
    for (int v = 0; v < kParts; ++v) error[v] = product[v] = size[v] = vzero();
    for (int64_t j = 0; j < count_; j += 16) {
      for (int v = 0; v < kParts; ++v) {
        const int64_t at = j + v * kLanes, have = count_ - at;
        const vmask there = vfirst(have < 0 ? 0 : have < kLanes ? static_cast<int>(have) : kLanes);
        const vf x = vload(x_ + at);
        const vf value = vselect(there, nearest_value(vmul(x, inverse)), vzero());
        const vf left = vsub(x, vmul(d, value));
        error[v] = vadd(error[v], vmul(left, left));
        product[v] = vadd(product[v], vmul(x, value));
        size[v] = vadd(size[v], vmul(value, value));
      }
    }
    const float sum = total(error);
    if (sum < least_) least_ = sum, best_ = scale;
    return total(product) / total(size);
  }
  float best() const { return best_; }  // 0 before any

 private:
  static constexpr int kParts = 16 / kLanes;

  static float total(const vf* part) {
    float lane[16], sum = 0.0f;
    for (int v = 0; v < kParts; ++v) vstore(lane + v * kLanes, part[v]);
    for (int l = 0; l < 16; ++l) sum += lane[l];
    return sum;
  }

  const float* x_;
  int64_t count_;
  float best_ = 0.0f, least_ = __builtin_inff();
};

// The scale of a group whose weight of largest magnitude is `most`: it lies on or near
// either end of the table, or where the best of these leads. Gaussian weights in groups
// of 32 gain 0.75 dB beside `most` on -127; four times the candidates gain 0.03 more.
float search_scale(const float* padded, int64_t count, float most) {
  if (most == 0.0f) return 0.0f;
  ScaleSearch search(padded, count);
  float next = 0.0f, best = 0.0f;
  for (int end = 0; end < 16; end += 15) {
    for (int i = 0; i < 8; ++i) {
      const float place = static_cast<float>(kNl4Values[end]) * (0.75f + 0.0625f * static_cast<float>(i));
      const float led = search.consider(most / place);
      if (search.best() != best) best = search.best(), next = led;
    }
  }
  for (int i = 0; i < 2; ++i) next = search.consider(next);
  // Weights too large for any f16 scale leave an error that is not finite.
  return search.best() != 0.0f ? search.best() : most / static_cast<float>(kNl4Values[0]);
}

// Row r's weights w[0, count) as codes: to the nearest, with the scale as it is
// stored. int8 spans -127..127 times absmax / 127. int4 gives the weight of
// largest magnitude the code 0 (-8), so that no code is wasted on its sign. nl4
// searches its scale.
void quantize_group(const Group& group, int r, const float* w, int64_t count) {
  const PackedShape& shape = group.shape;
  const int top = shape.format == PackedFormat::int8 ? 255 : 15;
  alignas(64) float padded[128] = {};
  memcpy(padded, w, static_cast<size_t>(count) * sizeof(float));
  float low = 0.0f, high = 0.0f;
  bool finite = true;
  for (int64_t j = 0; j < count; ++j) {
    finite = finite && w[j] - w[j] == 0.0f;
    low = w[j] < low ? w[j] : low;
    high = w[j] > high ? w[j] : high;
  }
  float scale;
  int least = 0;
  const bool table = shape.format == PackedFormat::nl4;
  if (table) scale = finite ? search_scale(padded, count, high > -low ? high : low) : 0.0f;
  else if (shape.has_zero) scale = high / static_cast<float>(top) - low / static_cast<float>(top);
  else if (shape.format == PackedFormat::int4) scale = (high > -low ? high : low) / -8.0f;
  else scale = (high > -low ? high : -low) / 127.0f, least = 1;
  group.set_scale(r, finite ? within_f16(scale) : __builtin_nanf(""));
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
  for (int64_t j = 0; j < shape.group; j += kLanes) {
    const vf x = finite ? vmul(vload(padded + j), vset1(inverse)) : vzero();
    vi_store(code + j, table ? place_of(x) : vi_add(vf_to_vi(x), vi_set1(zero)));
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
      for (int64_t j = 0; j < count; ++j) {
        const int code = group.code(r, j);
        const float value = shape.format == PackedFormat::nl4
                                ? static_cast<float>(kNl4Values[code])
                                : static_cast<float>(code) - zero;
        out[first + j] = scale * value;
      }
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
