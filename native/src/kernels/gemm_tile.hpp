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

struct TileTarget {
  float* c;
  int64_t ldc;
  const float* bias;  // null, or at the tile's first column
  int columns;        // of kTileColumns, those that exist
  bool accumulate;
};

// Loads kTileVectors vectors of the panel's row; the second form widens bf16
// (see packed.hpp for the order in memory).
struct RowF32 {
  const float* p;
  static constexpr int kBytes = kPanelWidth * 4;
  void load(int64_t i, vf* b) const {
    for (int v = 0; v < kTileVectors; ++v) b[v] = vload(p + i * kPanelWidth + v * kLanes);
  }
};

// a: [k][rows]
template <int rows, typename Row>
static inline __attribute__((always_inline)) void tile(int64_t k, const float* a, Row row,
                                                       const TileTarget& to) {
  vf sum[rows][kTileVectors];
  if (!to.accumulate) {
    for (int r = 0; r < rows; ++r)
      for (int v = 0; v < kTileVectors; ++v) sum[r][v] = vzero();
  } else if (to.columns == kTileColumns) {
    for (int r = 0; r < rows; ++r)
      for (int v = 0; v < kTileVectors; ++v) sum[r][v] = vload(to.c + r * to.ldc + v * kLanes);
  } else {
    for (int r = 0; r < rows; ++r)
      for (int v = 0; v < kTileVectors; ++v) {
        const int left = to.columns - v * kLanes;
        sum[r][v] = left <= 0 ? vzero()
                              : vload_n(to.c + r * to.ldc + v * kLanes, left < kLanes ? left : kLanes);
      }
  }

  for (int64_t i = 0; i < k; ++i) {
    vf b[kTileVectors];
    row.load(i, b);
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
      const vf x = vset1(a[r]);
#pragma GCC unroll 4
      for (int v = 0; v < kTileVectors; ++v) sum[r][v] = vfma(x, b[v], sum[r][v]);
    }
    a += rows;
  }

  for (int v = 0; v < kTileVectors; ++v) {
    const int left = to.columns - v * kLanes;
    if (left <= 0) continue;
    if (left >= kLanes) {
      if (to.bias != nullptr) {
        const vf bias = vload(to.bias + v * kLanes);
        for (int r = 0; r < rows; ++r) sum[r][v] = vadd(sum[r][v], bias);
      }
      for (int r = 0; r < rows; ++r) vstore(to.c + r * to.ldc + v * kLanes, sum[r][v]);
    } else {
      if (to.bias != nullptr) {
        const vf bias = vload_n(to.bias + v * kLanes, left);
        for (int r = 0; r < rows; ++r) sum[r][v] = vadd(sum[r][v], bias);
      }
      for (int r = 0; r < rows; ++r) vstore_n(to.c + r * to.ldc + v * kLanes, sum[r][v], left);
    }
  }
}

}  // namespace rs::RS_ISA
