// Rows are vocabularies: most values are far below the k best so far, so a
// block's maximum, found by vectors, usually settles the whole block.
#include "top_k.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include "../kernels/dispatch.hpp"
#include "../kernels/reduce.hpp"

RS_FAMILY_ACCESS(ReduceKernels, reduce_kernels, reductions)

namespace rs {
namespace {

constexpr int64_t kBlock = 256;

// Larger for what comes first: value in the high half, index reversed in the low.
uint32_t value_key(float value) {
  if (std::isnan(value)) return UINT32_MAX;
  uint32_t u;
  value += 0.0f;  // -0 and 0 are equal
  std::memcpy(&u, &value, sizeof u);
  return (u & 0x80000000u) != 0 ? ~u : u | 0x80000000u;
}
uint64_t key(float value, int64_t index) {
  return static_cast<uint64_t>(value_key(value)) << 32 | (UINT32_MAX - static_cast<uint32_t>(index));
}

}  // namespace

int32_t argmax_row(const float* x, int64_t n) {
  const auto largest = reductions().row;
  int64_t best_block = 0;
  uint32_t best = 0;
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    const auto count = static_cast<size_t>(std::min(kBlock, n - begin));
    const uint32_t k = value_key(largest(FoldKind::max, x + begin, count));
    if (k > best) {
      best = k;
      best_block = begin;
    }
  }
  int64_t i = best_block;
  while (i < n && value_key(x[i]) != best) ++i;
  return static_cast<int32_t>(i < n ? i : 0);
}

void top_k_row(const float* x, int64_t n, int64_t k, uint64_t* heap, float* values,
               int32_t* indices) {
  if (k == 0) return;
  const auto largest = reductions().row;
  const std::greater<uint64_t> smallest_on_top;
  for (int64_t i = 0; i < k; ++i) heap[i] = key(x[i], i);
  std::make_heap(heap, heap + k, smallest_on_top);
  for (int64_t begin = k; begin < n; begin += kBlock) {
    const int64_t end = std::min(begin + kBlock, n);
    const float top = largest(FoldKind::max, x + begin, static_cast<size_t>(end - begin));
    if (key(top, begin) < heap[0]) continue;
    for (int64_t i = begin; i < end; ++i) {
      const uint64_t candidate = key(x[i], i);
      if (candidate < heap[0]) continue;
      std::pop_heap(heap, heap + k, smallest_on_top);
      heap[k - 1] = candidate;
      std::push_heap(heap, heap + k, smallest_on_top);
    }
  }
  std::sort_heap(heap, heap + k, smallest_on_top);  // descending
  for (int64_t i = 0; i < k; ++i) {
    indices[i] = static_cast<int32_t>(UINT32_MAX - static_cast<uint32_t>(heap[i]));
    values[i] = x[indices[i]];
  }
}

}  // namespace rs
