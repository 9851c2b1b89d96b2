// Brings operands into the order in which the tiles read them.
#pragma once
#include <string.h>

#include "gemm_tile.hpp"
#include "transpose_tile.hpp"

namespace rs::RS_ISA {

// dst[j] = src[j] widened, j < n.
static inline void widen(const void* src, FloatType type, int64_t n, float* dst) {
  if (type == FloatType::f32) {
    memcpy(dst, src, static_cast<size_t>(n) * sizeof(float));
    return;
  }
  const uint16_t* p = static_cast<const uint16_t*>(src);
  const bool half = type == FloatType::f16;
  int64_t j = 0;
  for (; j + kLanes <= n; j += kLanes)
    vstore(dst + j, half ? vload_f16(p + j) : vload_bf16(p + j));
  if (j < n) {
    uint16_t last[kLanes] = {};
    for (int64_t i = j; i < n; ++i) last[i - j] = p[i];
    vstore_n(dst + j, half ? vload_f16(last) : vload_bf16(last), static_cast<int>(n - j));
  }
}

}  // namespace rs::RS_ISA
