// Walks n contiguous values: whole vectors, then one masked remainder, the same
// code for both, so that a value's bits don't depend on which of the two it is in.
// The lanes past the end read as zero and are not written.
#pragma once
#include <string.h>

#include "simd.hpp"

#define RS_INLINE inline __attribute__((always_inline))

namespace rs::RS_ISA {
namespace {

struct Whole {
  static constexpr int n = kLanes;
  RS_INLINE vf load(const float* p) const { return vload(p); }
  RS_INLINE void store(float* p, vf a) const { vstore(p, a); }
  RS_INLINE vi load(const int32_t* p) const { return vi_load(p); }
  RS_INLINE void store(int32_t* p, vi a) const { vi_store(p, a); }
  RS_INLINE vf keep(vf a, vf) const { return a; }
};

struct Part {
  int n;
  RS_INLINE vf load(const float* p) const { return vload_n(p, n); }
  RS_INLINE void store(float* p, vf a) const { vstore_n(p, a, n); }
  RS_INLINE vi load(const int32_t* p) const {
    int32_t lane[kLanes] = {};
    memcpy(lane, p, sizeof(int32_t) * (size_t)n);
    return vi_load(lane);
  }
  RS_INLINE void store(int32_t* p, vi a) const {
    int32_t lane[kLanes];
    vi_store(lane, a);
    memcpy(p, lane, sizeof(int32_t) * (size_t)n);
  }
  // a in the lanes that exist, the padding value in the others.
  RS_INLINE vf keep(vf a, vf padding) const { return vselect(vfirst(n), a, padding); }
};

// body(io, i): io loads and stores the values from i on.
template <typename Body>
RS_INLINE void each_vector(size_t n, const Body& body) {
  size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) body(Whole{}, i);
  if (i < n) body(Part{(int)(n - i)}, i);
}

}  // namespace
}  // namespace rs::RS_ISA
