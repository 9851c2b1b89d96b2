// Memory-bound.
#include "cast.hpp"

#include "math.hpp"
#include "walk.hpp"

namespace rs::RS_ISA {
namespace {

// The 16-bit vectors have no masked forms: the remainder goes through a buffer.
template <void (*store)(uint16_t*, vf)>
void narrow(const float* x, uint16_t* y, size_t n) {
  size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) store(y + i, vload(x + i));
  if (i == n) return;
  uint16_t lane[kLanes];
  store(lane, vload_n(x + i, (int)(n - i)));
  memcpy(y + i, lane, sizeof(uint16_t) * (n - i));
}

template <vf (*load)(const uint16_t*)>
void widen(const uint16_t* x, float* y, size_t n) {
  size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) vstore(y + i, load(x + i));
  if (i == n) return;
  uint16_t lane[kLanes] = {};
  memcpy(lane, x + i, sizeof(uint16_t) * (n - i));
  vstore_n(y + i, load(lane), (int)(n - i));
}

void f32_to_i32(const float* x, int32_t* y, size_t n) {
  each_vector(n, [&](auto io, size_t i) {
    const vf v = io.load(x + i);
    const vf t = vselect(visnan(v), vzero(), vtrunc(v));
    const vmask high = vle(vset1(2147483648.0f), t);
    const vf inside = vmax(t, vset1(-2147483648.0f));
    const vi whole = vf_to_vi(vselect(high, vzero(), inside));
    io.store(y + i, vf_bits(vselect(high, vi_bits(vi_set1(INT32_MAX)), vi_bits(whole))));
  });
}

void i32_to_f32(const int32_t* x, float* y, size_t n) {
  each_vector(n, [&](auto io, size_t i) { io.store(y + i, vi_to_vf(io.load(x + i))); });
}

}  // namespace

const CastKernels cast_kernels = {narrow<vstore_bf16>, narrow<vstore_f16>, widen<vload_bf16>,
                                  widen<vload_f16>,    f32_to_i32,         i32_to_f32};

}  // namespace rs::RS_ISA
