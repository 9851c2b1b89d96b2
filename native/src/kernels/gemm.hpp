// Matrix product, single-thread parts: the caller splits C into blocks and gives
// each to a thread. B is first packed into panels of kPanelWidth columns.
//
// Bits: each element of C is one chain of fused multiply-adds in ascending k,
// from zero or, with accumulate, from C. No blocking changes that chain, so an
// element's bits depend on its row of A and its column of B only: the number of
// rows, the split into blocks and the values in other rows play no part.
// (portable has no fma: multiply, round, add, in the same order.)
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "family.hpp"

namespace rs {

// Columns of a panel, for every instruction set.
static constexpr int kPanelWidth = 32;

// As DType's first three; kernels don't include program/.
enum class FloatType : int { f32 = 0, bf16 = 1, f16 = 2 };

// Floats that pack_b writes for B[k,n].
static constexpr int64_t panel_floats(int64_t k, int64_t n) {
  return (n + kPanelWidth - 1) / kPanelWidth * kPanelWidth * k;
}

struct GemmKernels {
  int mr;  // rows of a tile
  int nr;  // columns of a panel: kPanelWidth

  // panels[p][i][j] = B[i, p*nr + j], zeros beyond n. B[i,j] is b[i*ldb + j], or
  // b[j*ldb + i] when transposed; ldb counts elements.
  void (*pack_b)(const void* b, FloatType type, int64_t ldb, bool transposed, int64_t k, int64_t n,
                 float* panels);

  // Tiles of mr rows, each [k][mr]; the last tile is [k][rows left]. m*k floats.
  // A[i,j] is a[i*row_stride + j*k_stride].
  void (*pack_a)(const float* a, int64_t row_stride, int64_t k_stride, int64_t m, int64_t k,
                 float* tiles);

  // C[m,n] (+)= A*B over k steps, where step 0 of the panels meets step first_k
  // of the tiles. tile_k and panel_k are the steps that a tile and a panel hold
  // (their distance in memory). bias[n], where not null, is added once, after
  // the chain.
  void (*multiply)(int64_t m, int64_t n, int64_t k, const float* tiles, int64_t tile_k,
                   int64_t first_k, const float* panels, int64_t panel_k, float* c, int64_t ldc,
                   bool accumulate, const float* bias);

  // The whole product with A as it lies in memory and B in panels (as pack_b
  // leaves them). scratch: scratch_bytes(m, k) bytes, 64-byte aligned.
  void (*gemm_panels)(int64_t m, int64_t n, int64_t k, const float* a, int64_t a_row_stride,
                      int64_t a_k_stride, const float* panels, float* c, int64_t ldc,
                      bool accumulate, void* scratch);
  size_t (*scratch_bytes)(int64_t m, int64_t k);
};

}  // namespace rs

RS_FAMILY_DECLARE(GemmKernels, gemm_kernels)
