// The register tile of the matrix product: kTileRows x kTileColumns elements of
// C stay in registers over a run of k. At 16 lanes that is 12 x 32: 24 sums hide
// the latency of the fma (4 cycles at one 512-bit fma a cycle) several times
// over, and 14 loads a step stay under the 24 multiplications. At 8 lanes 6 x 16
// leaves 3 of 16 registers for operands.
#pragma once
#include "gemm.hpp"
#include "simd.hpp"

namespace rs::RS_ISA {

static constexpr int kTileVectors = 2;
static constexpr int kTileColumns = kTileVectors * kLanes;
#if defined(__AVX512F__)
static constexpr int kTileRows = 12;
#elif defined(__AVX2__)
static constexpr int kTileRows = 6;
#else
static constexpr int kTileRows = 2;
#endif
static_assert(kPanelWidth % kTileColumns == 0);

// Of vector v, the lanes that exist when the tile has this many columns.
static inline int tile_lanes(int columns, int v) {
  const int left = columns - v * kLanes;
  return left < 0 ? 0 : left < kLanes ? left : kLanes;
}

struct TileTarget {
  float* c;
  int64_t ldc;
  const float* bias;  // null, or at the tile's first column
  int columns;        // of kTileColumns, those that exist
  bool accumulate;
};

// Where the tile reads its columns of B: row i of a panel of f32. Packed formats
// have their own (packed.cpp).
struct RowF32 {
  const float* p;
  void load(int64_t i, vf* b) const {
    for (int v = 0; v < kTileVectors; ++v) b[v] = vload(p + i * kPanelWidth + v * kLanes);
  }
};

// Fully unrolled, so that every sum stays in its register from load to store.
#define RS_EACH_SUM                          \
  _Pragma("GCC unroll 12") for (int r = 0; r < rows; ++r) \
  _Pragma("GCC unroll 2") for (int v = 0; v < kTileVectors; ++v)

// a: [k][rows]
template <int rows, typename Row>
static inline __attribute__((always_inline)) void tile(int64_t k, const float* a, Row row,
                                                       const TileTarget& to) {
  vf sum[rows][kTileVectors];
  const bool whole = to.columns == kTileColumns;
  if (!to.accumulate) {
    RS_EACH_SUM sum[r][v] = vzero();
  } else if (whole) {
    RS_EACH_SUM sum[r][v] = vload(to.c + r * to.ldc + v * kLanes);
  } else {
    RS_EACH_SUM sum[r][v] = vload_n(to.c + r * to.ldc + v * kLanes, tile_lanes(to.columns, v));
  }
  // The tile below is next.
  for (int r = rows; r < 2 * rows; ++r) {
    for (int v = 0; v < kTileColumns; v += 16) __builtin_prefetch(to.c + r * to.ldc + v, 1);
  }

  for (int64_t i = 0; i < k; ++i) {
    vf b[kTileVectors];
    row.load(i, b);
#pragma GCC unroll 12
    for (int r = 0; r < rows; ++r) {
      const vf x = vset1(a[r]);
#pragma GCC unroll 2
      for (int v = 0; v < kTileVectors; ++v) sum[r][v] = vfma(x, b[v], sum[r][v]);
    }
    a += rows;
  }

  if (to.bias != nullptr) {
    vf bias[kTileVectors];
    for (int v = 0; v < kTileVectors; ++v)
      bias[v] = vload_n(to.bias + v * kLanes, tile_lanes(to.columns, v));
    RS_EACH_SUM sum[r][v] = vadd(sum[r][v], bias[v]);
  }
  if (whole) {
    RS_EACH_SUM vstore(to.c + r * to.ldc + v * kLanes, sum[r][v]);
  } else {
    RS_EACH_SUM vstore_n(to.c + r * to.ldc + v * kLanes, sum[r][v], tile_lanes(to.columns, v));
  }
}

}  // namespace rs::RS_ISA
