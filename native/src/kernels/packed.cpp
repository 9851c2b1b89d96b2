// The packed family's table, and its float formats.
#include "packed.hpp"

#include "gemm_tile.hpp"
#include "packed_parts.hpp"

namespace rs::RS_ISA {
namespace {

// Vector v of the tile's columns, which start at column `first` of the panel.
struct RowF16 {
  const uint16_t* p;
  int first;
  void load(int64_t i, vf* b) const {
    for (int v = 0; v < kTileVectors; ++v)
      b[v] = vload_f16(p + i * kPanelWidth + first + v * kLanes);
  }
};

template <int first>
struct RowBf16 {
  const int32_t* p;
  void load(int64_t i, vf* b) const {
    for (int v = 0; v < kTileVectors; ++v) {
      const int column = first + v * kLanes;
      const vi words = vi_load(p + i * (kPanelWidth / 2) + column % (kPanelWidth / 2));
      b[v] = vi_bits(column < kPanelWidth / 2 ? vi_shl<16>(words)
                                              : vi_and(words, vi_set1(-65536)));
    }
  }
};

struct Panel {
  PackedFormat format;
  const void* data;
  int first;
};

template <int rows>
void tile_packed(int64_t k, const float* a, const Panel& panel, const TileTarget& to) {
  switch (panel.format) {
    case PackedFormat::f32:
      return tile<rows>(k, a, RowF32{static_cast<const float*>(panel.data) + panel.first}, to);
    case PackedFormat::f16:
      return tile<rows>(k, a, RowF16{static_cast<const uint16_t*>(panel.data), panel.first}, to);
    default: break;
  }
  const int32_t* words = static_cast<const int32_t*>(panel.data);
  if (panel.first == 0) tile<rows>(k, a, RowBf16<0>{words}, to);
  else tile<rows>(k, a, RowBf16<kPanelWidth - kTileColumns>{words}, to);
}

using TileFunction = void (*)(int64_t, const float*, const Panel&, const TileTarget&);

constexpr TileFunction kTiles[] = {
    tile_packed<1>, tile_packed<2>,
#if defined(__AVX2__)
    tile_packed<3>, tile_packed<4>, tile_packed<5>, tile_packed<6>,
#endif
#if defined(__AVX512F__)
    tile_packed<7>, tile_packed<8>, tile_packed<9>, tile_packed<10>, tile_packed<11>,
    tile_packed<12>,
#endif
};
static_assert(sizeof kTiles / sizeof *kTiles == kTileRows);

void float_panel(PackedFormat format, int64_t m, int n, int64_t k, const float* tiles,
                 const void* panel, float* y, int64_t ldy, const float* bias) {
  for (int j = 0; j < n; j += kTileColumns) {
    const int columns = n - j < kTileColumns ? n - j : kTileColumns;
    for (int64_t i = 0; i < m; i += kTileRows) {
      const int64_t rows = m - i < kTileRows ? m - i : kTileRows;
      const TileTarget to{y + i * ldy + j, ldy, bias != nullptr ? bias + j : nullptr, columns,
                          false};
      kTiles[rows - 1](k, tiles + i * k, Panel{format, panel, j}, to);
    }
  }
}

void widen_panel(PackedFormat format, const void* panel, int64_t steps, float* out) {
  for (int j = 0; j < kPanelWidth; j += kTileColumns) {
    for (int64_t i = 0; i < steps; ++i) {
      vf b[kTileVectors];
      const int32_t* words = static_cast<const int32_t*>(panel);
      if (format == PackedFormat::f16) RowF16{static_cast<const uint16_t*>(panel), j}.load(i, b);
      else if (j == 0) RowBf16<0>{words}.load(i, b);
      else RowBf16<kPanelWidth - kTileColumns>{words}.load(i, b);
      for (int v = 0; v < kTileVectors; ++v) vstore(out + i * kPanelWidth + j + v * kLanes, b[v]);
    }
  }
}

}  // namespace

const PackedKernels packed_kernels = {
    kWords,
    float_panel,
    widen_panel,
    packed_quantize_row,
    packed_int_panel,
    packed_pack_panel,
    packed_pack_codes_panel,
    packed_unpack_row,
};

}  // namespace rs::RS_ISA
