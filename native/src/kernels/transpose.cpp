// Memory-bound: whole lines are written, one vector for each j.
#include "transpose.hpp"

#include "transpose_tile.hpp"

namespace rs::RS_ISA {
namespace {

void transpose(const float* from, int64_t from_stride, float* to, int64_t to_stride, int64_t ni,
               int64_t nj) {
  for (int64_t i = 0; i < ni; i += kLanes) {
    const int rows = ni - i < kLanes ? (int)(ni - i) : kLanes;
    transpose_strip(from + i * from_stride, from_stride, rows, rows, nj, to + i, to_stride);
  }
}

}  // namespace

const TransposeKernels transpose_kernels = {transpose};

}  // namespace rs::RS_ISA
