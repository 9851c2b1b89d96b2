// Blocks, panels and tiles of the matrix product.
#include "gemm.hpp"

#include "gemm_pack.hpp"
#include "gemm_tile.hpp"

namespace rs::RS_ISA {
namespace {

// A block of A (kBlockRows x kBlockSteps, 288 KiB) stays in a 512 KiB
// second-level cache beside the panels that pass by it.
constexpr int64_t kBlockRows = 12 * 12;
constexpr int64_t kBlockSteps = 512;

inline int64_t min(int64_t a, int64_t b) { return a < b ? a : b; }

// Whole panels of f32: rows of B are read in runs of a few panels, since each
// row is on a page of its own, and a few rows ahead, since no hardware prefetch
// follows such a stride.
void pack_whole_panels(const float* b, int64_t ldb, int64_t k, int64_t panels_left, float* panels) {
  constexpr int64_t kRun = 4, kRowsAhead = 8;
  for (; panels_left > 0; panels_left -= kRun) {
    const int64_t run = min(kRun, panels_left);
    for (int64_t i = 0; i < k; ++i) {
      const float* from = b + i * ldb;
      const float* ahead = from + kRowsAhead * ldb;
      float* to = panels + i * kPanelWidth;
      for (int64_t p = 0; p < run; ++p) {
        __builtin_prefetch(ahead + p * kPanelWidth);
        __builtin_prefetch(ahead + p * kPanelWidth + kPanelWidth / 2);
        for (int v = 0; v < kPanelWidth; v += kLanes)
          vstore(to + v, vload(from + p * kPanelWidth + v));
        to += k * kPanelWidth;
      }
    }
    b += run * kPanelWidth;
    panels += run * kPanelWidth * k;
  }
}

void pack_b_rows(const void* b, FloatType type, int64_t ldb, int64_t k, int64_t n, float* panels) {
  int64_t j = 0;
  if (type == FloatType::f32) {
    const int64_t whole = n / kPanelWidth;
    pack_whole_panels(static_cast<const float*>(b), ldb, k, whole, panels);
    j = whole * kPanelWidth;
  }
  const int64_t size = type == FloatType::f32 ? 4 : 2;
  for (panels += j * k; j < n; j += kPanelWidth, panels += k * kPanelWidth) {
    const int width = static_cast<int>(min(kPanelWidth, n - j));
    for (int64_t i = 0; i < k; ++i) {
      float* to = panels + i * kPanelWidth;
      widen(static_cast<const char*>(b) + (i * ldb + j) * size, type, width, to);
      for (int l = width; l < kPanelWidth; ++l) to[l] = 0.0f;
    }
  }
}

void pack_b_columns(const void* b, FloatType type, int64_t ldb, int64_t k, int64_t n,
                    float* panels) {
  constexpr int64_t kChunk = 64;
  alignas(64) float wide[kPanelWidth * kChunk];
  for (int64_t j = 0; j < n; j += kPanelWidth, panels += k * kPanelWidth) {
    const int width = static_cast<int>(min(kPanelWidth, n - j));
    if (type == FloatType::f32) {
      transpose_strip(static_cast<const float*>(b) + j * ldb, ldb, width, kPanelWidth, k, panels,
                      kPanelWidth);
      continue;
    }
    for (int64_t i = 0; i < k; i += kChunk) {
      const int64_t steps = min(kChunk, k - i);
      for (int l = 0; l < width; ++l)
        widen(static_cast<const uint16_t*>(b) + (j + l) * ldb + i, type, steps, wide + l * kChunk);
      transpose_strip(wide, kChunk, width, kPanelWidth, steps, panels + i * kPanelWidth,
                      kPanelWidth);
    }
  }
}

void pack_b(const void* b, FloatType type, int64_t ldb, bool transposed, int64_t k, int64_t n,
            float* panels) {
  if (transposed) pack_b_columns(b, type, ldb, k, n, panels);
  else pack_b_rows(b, type, ldb, k, n, panels);
}

void pack_a(const float* a, int64_t row_stride, int64_t k_stride, int64_t m, int64_t k,
            float* tiles) {
  for (int64_t i = 0; i < m; i += kTileRows) {
    const int rows = static_cast<int>(min(kTileRows, m - i));
    const float* from = a + i * row_stride;
    if (k_stride == 1) {
      transpose_strip(from, row_stride, rows, rows, k, tiles, rows);
    } else if (row_stride == 1 && rows == kTileRows && kTileRows <= kLanes) {
      for (int64_t j = 0; j < k; ++j)
        vstore_n(tiles + j * kTileRows, vload_n(from + j * k_stride, kTileRows), kTileRows);
    } else {
      for (int64_t j = 0; j < k; ++j)
        for (int l = 0; l < rows; ++l) tiles[j * rows + l] = from[l * row_stride + j * k_stride];
    }
    tiles += rows * k;
  }
}

template <int rows>
void tile_f32(int64_t k, const float* a, const float* b, const TileTarget& to) {
  tile<rows>(k, a, RowF32{b}, to);
}

using TileFunction = void (*)(int64_t, const float*, const float*, const TileTarget&);

// By the number of rows, from 1.
constexpr TileFunction kTiles[] = {
    tile_f32<1>, tile_f32<2>,
#if defined(__AVX2__)
    tile_f32<3>, tile_f32<4>, tile_f32<5>, tile_f32<6>,
#endif
#if defined(__AVX512F__)
    tile_f32<7>, tile_f32<8>, tile_f32<9>, tile_f32<10>, tile_f32<11>, tile_f32<12>,
#endif
};
static_assert(sizeof kTiles / sizeof *kTiles == kTileRows);

void multiply(int64_t m, int64_t n, int64_t k, const float* tiles, int64_t tile_k, int64_t first_k,
              const float* panels, int64_t panel_k, float* c, int64_t ldc, bool accumulate,
              const float* bias) {
  for (int64_t j = 0; j < n; j += kTileColumns) {
    const float* b = panels + j / kPanelWidth * kPanelWidth * panel_k + j % kPanelWidth;
    const int columns = static_cast<int>(min(kTileColumns, n - j));
    for (int64_t i = 0; i < m; i += kTileRows) {
      const int64_t rows = min(kTileRows, m - i);
      const TileTarget to{c + i * ldc + j, ldc, bias != nullptr ? bias + j : nullptr, columns,
                          accumulate};
      kTiles[rows - 1](k, tiles + i * tile_k + rows * first_k, b, to);
    }
  }
}

size_t scratch_bytes(int64_t m, int64_t k) {
  const int64_t floats = min(m, kBlockRows) * min(k, kBlockSteps);
  return static_cast<size_t>(floats + 15) / 16 * 64;
}

void gemm_panels(int64_t m, int64_t n, int64_t k, const float* a, int64_t a_row_stride,
                 int64_t a_k_stride, const float* panels, float* c, int64_t ldc, bool accumulate,
                 void* scratch) {
  float* tiles = static_cast<float*>(scratch);
  for (int64_t i = 0; i < m; i += kBlockRows) {
    const int64_t rows = min(kBlockRows, m - i);
    if (k == 0) multiply(rows, n, 0, tiles, 0, 0, panels, 0, c + i * ldc, ldc, accumulate, nullptr);
    for (int64_t j = 0; j < k; j += kBlockSteps) {
      const int64_t steps = min(kBlockSteps, k - j);
      pack_a(a + i * a_row_stride + j * a_k_stride, a_row_stride, a_k_stride, rows, steps, tiles);
      multiply(rows, n, steps, tiles, steps, 0, panels + j * kPanelWidth, k, c + i * ldc, ldc,
               accumulate || j > 0, nullptr);
    }
  }
}

}  // namespace

const GemmKernels gemm_kernels = {kTileRows, kPanelWidth, pack_b,      pack_a,
                                  multiply,  gemm_panels, scratch_bytes};

}  // namespace rs::RS_ISA
