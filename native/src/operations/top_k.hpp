// The largest values of a row: a NaN before all, equal values by lower index.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace rs {

// The index of the first of the largest values; 0 for an empty row.
int32_t argmax_row(const float* x, int64_t n);

// The k largest in descending order; heap is scratch for k.
void top_k_row(const float* x, int64_t n, int64_t k, uint64_t* heap, float* values,
               int32_t* indices);

}  // namespace rs
