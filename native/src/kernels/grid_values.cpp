// Memory-bound; the compiler's own vectors do.
#include "grid_values.hpp"

namespace rs::RS_ISA {
namespace {

void values(const uint8_t* tokens, const float* steps, float row_scale, float* row, size_t n) {
  for (size_t c = 0; c < n; ++c) {
    const float value = static_cast<float>(static_cast<int32_t>(tokens[c]) - 128) * steps[c];
    row[c] = value * row_scale;
  }
}

}  // namespace

const GridValuesKernels grid_values_kernels = {values};

}  // namespace rs::RS_ISA
