// Memory-bound. Three inner loops: blocks that are contiguous on both sides,
// tiles of a transposition (contiguous on one side along one dimension, on the
// other along another), and single elements.
#include "strided_copy.hpp"

#include <cstring>

#include "../kernels/dispatch.hpp"
#include "../kernels/transpose.hpp"
#include "tasks.hpp"

RS_FAMILY_ACCESS(TransposeKernels, transpose_kernels, transposes)

namespace rs {
namespace {

constexpr int kTo = 0, kFrom = 1;
constexpr int64_t kTile = 32;     // a tile's two sides of cache lines fit the first-level cache
constexpr int64_t kSpan = 1024;   // of a transposition's inner dimension, in one task

template <typename T>
void copy_row(T* to, int64_t to_step, const T* from, int64_t from_step, int64_t n) {
  if (to_step == 1 && from_step == 1) {
    std::memcpy(to, from, sizeof(T) * static_cast<size_t>(n));
  } else if (to_step == 1 && from_step == 0) {
    std::fill(to, to + n, *from);
  } else {
    for (int64_t i = 0; i < n; ++i) to[i * to_step] = from[i * from_step];
  }
}

template <typename T>
void copy_rows(ThreadPool& pool, const LoopNest& nest, T* to, const T* from) {
  const int64_t n = nest.extent[0], rows = nest.elements() / n;
  const int64_t to_step = nest.stride[kTo][0], from_step = nest.stride[kFrom][0];
  const int64_t pieces = ceil_div(n, kGrain);
  const int64_t inner = ceil_div(n, pieces);
  parallel_rows(pool, rows * pieces, inner, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at) {
      const int64_t row = at / pieces, first = at % pieces * inner;
      const int64_t count = std::min(inner, n - first);
      if (count <= 0) continue;
      copy_row(to + nest.offset(kTo, 1, row) + first * to_step, to_step,
               from + nest.offset(kFrom, 1, row) + first * from_step, from_step, count);
    }
  });
}

// to[i, j] = from[i, j] where to is contiguous along i and from along j.
template <typename T>
void transpose_tile(T* to, int64_t to_stride, const T* from, int64_t from_stride, int64_t ni,
                    int64_t nj) {
  if constexpr (sizeof(T) == sizeof(float)) {
    transposes().transpose(from, from_stride, to, to_stride, ni, nj);
  } else {
    for (int64_t j = 0; j < nj; ++j) {
      for (int64_t i = 0; i < ni; ++i) to[j * to_stride + i] = from[i * from_stride + j];
    }
  }
}

// The nest without dimension `along`, whose strips the caller walks itself.
LoopNest without(const LoopNest& nest, int along) {
  LoopNest rest = nest;
  for (int i = along; i + 1 < nest.rank; ++i) {
    rest.extent[i] = nest.extent[i + 1];
    for (auto& stride : rest.stride) stride[i] = stride[i + 1];
  }
  --rest.rank;
  return rest;
}

template <typename T>
void transpose(ThreadPool& pool, const LoopNest& nest, int along, T* to, const T* from) {
  const LoopNest outer = without(nest, along);
  const int64_t ni = nest.extent[0], nj = nest.extent[along];
  const int64_t to_stride = nest.stride[kTo][along], from_stride = nest.stride[kFrom][0];
  const int64_t spans = ceil_div(ni, kSpan), strips = ceil_div(nj, kTile);
  const int64_t units = nest.elements() / (ni * nj) * spans * strips;
  const int64_t unit = std::min(ni, kSpan) * std::min(nj, kTile);
  parallel_rows(pool, units, unit, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at) {
      const int64_t i0 = at % spans * kSpan, j0 = at / spans % strips * kTile;
      const int64_t row = at / spans / strips;
      const int64_t i1 = std::min(i0 + kSpan, ni), tj = std::min(kTile, nj - j0);
      T* t = to + outer.offset(kTo, 1, row) + j0 * to_stride;
      const T* f = from + outer.offset(kFrom, 1, row) + j0;
      for (int64_t i = i0; i < i1; i += kTile) {
        transpose_tile(t + i, to_stride, f + i * from_stride, from_stride,
                       std::min(kTile, i1 - i), tj);
      }
    }
  });
}

template <typename T>
void copy(ThreadPool& pool, const LoopNest& nest, void* to, const void* from) {
  auto* t = static_cast<T*>(to);
  const auto* f = static_cast<const T*>(from);
  if (nest.stride[kTo][0] == 1 && nest.stride[kFrom][0] != 1) {
    for (int i = 1; i < nest.rank; ++i) {
      if (nest.stride[kFrom][i] == 1) return transpose(pool, nest, i, t, f);
    }
  }
  copy_rows(pool, nest, t, f);
}

}  // namespace

void strided_copy(ThreadPool& pool, const LoopNest& nest, size_t width, void* to,
                  const void* from) {
  if (nest.elements() == 0) return;
  if (width == 4) copy<float>(pool, nest, to, from);
  else if (width == 2) copy<uint16_t>(pool, nest, to, from);
  else copy<uint8_t>(pool, nest, to, from);
}

}  // namespace rs
