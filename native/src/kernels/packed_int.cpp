// Integer formats: quantising the input rows, and the product.
#include "packed_int.hpp"

#include <string.h>

namespace rs::RS_ISA {
namespace {

// Below this a group counts as zero: its scale's reciprocal would overflow.
constexpr float kLeastScale = 1e-36f;

// Bytes of the weight to ask for ahead of use: memory's latency at its bandwidth.
// Panels follow each other, so this also runs across a panel's end.
constexpr int64_t kAhead = 4096;

// [rows][g] tables of x, at the tile's first row.
struct TileInput {
  const int32_t* codes;
  const float* scales;
  const int32_t* starts;
  const float* sums;
};

template <int rows, CodeKind kind, bool has_zero, int first>
inline __attribute__((always_inline)) void int_tile(const PackedShape& shape, const TileInput& x,
                                                    const uint8_t* panel, const TileTarget& to) {
  constexpr int64_t kStepBytes = kind == CodeKind::bytes ? 128 : 64;
  // One row keeps the level-1 cache's few pending misses for its loads.
  constexpr int kNear = rows == 1 ? 2 : 3;
  const int64_t groups = shape.groups(), steps = shape.group / 4;
  const int32_t* words = x.codes;
  vf total[rows][kTileVectors];
  RS_EACH_SUM total[r][v] = vzero();

  for (int64_t g = 0; g < groups; ++g) {
    const uint8_t* const header = panel;
    const uint16_t* scales = reinterpret_cast<const uint16_t*>(header) + first;
    const uint8_t* codes = header + (has_zero ? 128 : 64);
    panel = codes + steps * kStepBytes;
    for (const uint8_t* line = header; line < codes; line += 64)
      __builtin_prefetch(line + kAhead, 0, kNear);
    vi sum[rows][kTileVectors];
    RS_EACH_SUM sum[r][v] = vi_set1(x.starts[g * rows + r]);

    const uint8_t* const end = panel;
    do {  // a group has 8 steps or more
#pragma GCC unroll 2
      for (int half = 0; half < 2; ++half) {
        Codes w[kTileVectors];
        codes_step<kind, first>(codes, w);
        for (int64_t line = 0; line < kStepBytes; line += 64)
          __builtin_prefetch(codes + kAhead + line, 0, kNear);
#pragma GCC unroll 8
        for (int r = 0; r < rows; ++r) {
          const Words row = words_load(words + r * kWords);
#pragma GCC unroll 2
          for (int v = 0; v < kTileVectors; ++v) dot4(sum[r][v], w[v], row);
        }
        codes += kStepBytes;
        words += rows * kWords;
      }
    } while (codes != end);

    vf scale[kTileVectors], offset[kTileVectors];
    for (int v = 0; v < kTileVectors; ++v) {
      scale[v] = vload_f16(scales + v * kLanes);
      if (has_zero) offset[v] = vneg(vmul(scale[v], vload_f16(scales + 32 + v * kLanes)));
    }
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r) {
      const vf x_scale = vset1(x.scales[g * rows + r]);
#pragma GCC unroll 2
      for (int v = 0; v < kTileVectors; ++v)
        total[r][v] = vfma(vmul(vi_to_vf(sum[r][v]), x_scale), scale[v], total[r][v]);
      if (has_zero) {
        const vf x_sum = vset1(x.sums[g * rows + r]);
        for (int v = 0; v < kTileVectors; ++v) total[r][v] = vfma(x_sum, offset[v], total[r][v]);
      }
    }
  }

  if (to.bias != nullptr) {
    vf bias[kTileVectors];
    for (int v = 0; v < kTileVectors; ++v)
      bias[v] = vload_n(to.bias + v * kLanes, tile_lanes(to.columns, v));
    RS_EACH_SUM total[r][v] = vadd(total[r][v], bias[v]);
  }
  RS_EACH_SUM vstore_n(to.c + r * to.ldc + v * kLanes, total[r][v], tile_lanes(to.columns, v));
}

using TileFunction = void (*)(const PackedShape&, const TileInput&, const uint8_t*,
                              const TileTarget&);

template <int rows, CodeKind kind, bool has_zero>
void tile_int(const PackedShape& shape, const TileInput& x, const uint8_t* panel,
              const TileTarget& to) {
  int_tile<rows, kind, has_zero, 0>(shape, x, panel, to);
}
// The panel's second half, where a tile is narrower than a panel.
template <int rows, CodeKind kind, bool has_zero>
void tile_int_right(const PackedShape& shape, const TileInput& x, const uint8_t* panel,
                    const TileTarget& to) {
  int_tile<rows, kind, has_zero, kPanelWidth - kTileColumns>(shape, x, panel, to);
}

template <int rows, CodeKind kind, bool has_zero>
TileFunction pick_half(bool right) {
  if constexpr (kTileColumns < kPanelWidth) {
    if (right) return tile_int_right<rows, kind, has_zero>;
  }
  return tile_int<rows, kind, has_zero>;
}

template <int rows>
struct Variants {
  static TileFunction pick(CodeKind kind, bool has_zero, bool right) {
    if (kind == CodeKind::table) return pick_half<rows, CodeKind::table, false>(right);
    if (kind == CodeKind::nibbles) {
      return has_zero ? pick_half<rows, CodeKind::nibbles, true>(right)
                      : pick_half<rows, CodeKind::nibbles, false>(right);
    }
    return has_zero ? pick_half<rows, CodeKind::bytes, true>(right)
                    : pick_half<rows, CodeKind::bytes, false>(right);
  }
};

TileFunction pick_tile(int64_t rows, CodeKind kind, bool has_zero, bool right) {
  switch (rows) {
    case 1: return Variants<1>::pick(kind, has_zero, right);
#if defined(__AVX2__)
    case 2: return Variants<2>::pick(kind, has_zero, right);
    case 3: return Variants<3>::pick(kind, has_zero, right);
#endif
#if defined(__AVX512F__)
    case 4: return Variants<4>::pick(kind, has_zero, right);
    case 5: return Variants<5>::pick(kind, has_zero, right);
    case 6: return Variants<6>::pick(kind, has_zero, right);
    case 7: return Variants<7>::pick(kind, has_zero, right);
#endif
    default: return Variants<kMostIntRows>::pick(kind, has_zero, right);
  }
}

}  // namespace

void packed_int_panel(const PackedShape& shape, int64_t m, int64_t first, int64_t rows, int n,
                      const QuantizedRows& x, const uint8_t* panel, float* y, int64_t ldy,
                      const float* bias) {
  const int64_t groups = shape.groups();
  const int64_t row_words = groups * shape.group / 4 * kWords;
  const CodeKind kind = code_kind(shape);
  const int64_t most = int_rows(m);
  for (int j = 0; j < n; j += kTileColumns) {
    const int columns = n - j < kTileColumns ? n - j : kTileColumns;
    for (int64_t i = first; i < first + rows; i += most) {
      const TileInput from{x.codes + i * row_words, x.scales + i * groups, x.starts + i * groups,
                           x.sums + i * groups};
      const TileTarget to{y + (i - first) * ldy + j, ldy, bias != nullptr ? bias + j : nullptr,
                          columns, false};
      pick_tile(m - i < most ? m - i : most, kind, shape.has_zero, j != 0)(shape, from, panel, to);
    }
  }
}

void packed_quantize_row(const PackedShape& shape, const float* x, int64_t i, int64_t m,
                         const QuantizedRows& to) {
  const int64_t groups = shape.groups(), steps = shape.group / 4;
  const int64_t most = int_rows(m), first = i / most * most, r = i - first;
  const int64_t rows = m - first < most ? m - first : most;
  int32_t* words = to.codes + (first * groups * steps + r) * kWords;
  for (int64_t g = 0; g < groups; ++g) {
    alignas(64) float value[128] = {};
    alignas(64) int32_t code[128];
    const int64_t have = shape.k - g * shape.group < shape.group ? shape.k - g * shape.group
                                                                 : shape.group;
    memcpy(value, x + g * shape.group, static_cast<size_t>(have) * sizeof(float));

    vf most = vzero();
    for (int64_t j = 0; j < shape.group; j += kLanes) most = vmax(most, vabs(vload(value + j)));
    const float absmax = vreduce_max(most);
    const bool finite = absmax <= 3.402823466e38f;  // false for NaN too
    const bool counts = finite && absmax >= kLeastScale;
    const vf inverse = vset1(counts ? 127.0f / absmax : 0.0f);
    int32_t sum = 0;
    if (finite) {
      vi sums = vi_set1(0);
      for (int64_t j = 0; j < shape.group; j += kLanes) {
        const vi c = vf_to_vi(vmul(vload(value + j), inverse));
        sums = vi_add(sums, c);
        vi_store(code + j, c);
      }
      int32_t lane[kLanes];
      vi_store(lane, sums);
      for (int l = 0; l < kLanes; ++l) sum += lane[l];
    } else {
      memset(code, 0, sizeof code);
    }

    const float scale = counts ? absmax / 127.0f : finite ? 0.0f : __builtin_nanf("");
    const int64_t at = first * groups + g * rows + r;
    to.scales[at] = scale;
    to.starts[at] = -shape.implied_zero() * sum;
    to.sums[at] = scale * static_cast<float>(sum);
    for (int64_t s = 0; s < steps; ++s) {
      int8_t four[4];
      for (int j = 0; j < 4; ++j) four[j] = static_cast<int8_t>(code[4 * s + j]);
      words_store(words, four);
      words += rows * kWords;
    }
  }
}

}  // namespace rs::RS_ISA
