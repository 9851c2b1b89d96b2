// Shapes and masks that attention and its gradient have in common.
#pragma once
#include "attention_parts.hpp"

namespace rs {

// q[B,T,H,D], k[B,S,G,D], v[B,S,G,E]; attrs scale, causal, window, hasSegments.
struct AttentionShape {
  int64_t B, T, H, S, G;
  int D, E;
  float scale;
  bool causal, segmented;
  int64_t window;

  explicit AttentionShape(const OperationArgs&);
  int64_t group() const { return G == 0 ? 0 : H / G; }
  KeyRange range(int64_t position) const {
    return causal ? causal_range(position, window) : KeyRange{0, S};
  }
};

// Smallest and largest segment of each block of keys: most blocks lie within one
// segment, or away from the row's, and need no comparison of single keys.
struct BlockSegments {
  int32_t* bounds = nullptr;  // [B][blocks][2]
  int64_t blocks = 0;

  void fill(const AttentionShape&, const OperationArgs&) const;
  // mask, less the keys of other segments than that of query t.
  uint64_t mask(const AttentionShape&, const OperationArgs&, int64_t b, int64_t t, int64_t block,
                uint64_t mask) const;
};

// Inputs 0..2, the segments where attribute 3 asks for them, attributes 0..3.
Status check_attention_inputs(const OperationArgs&);
Status check_log_sums(const Tensor&, const AttentionShape&);

}  // namespace rs
