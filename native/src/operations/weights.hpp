// The size of packed weights, for those who allocate them.
#pragma once
#include <stdint.h>

namespace rs {

// Bytes of W[n,k] packed (kernels/packed_layout.hpp). format: 0 f32, 1 bf16,
// 2 f16, 3 int8, 4 int4, 5 nl4; group 32, 64 or 128 for the integer formats, else 0.
// -1 when such a weight can't be.
int64_t packed_bytes(int format, int64_t n, int64_t k, int64_t group, bool has_zero);

}  // namespace rs
