// Shapes and masks that attention and its gradient have in common.
#pragma once
#include "attention_parts.hpp"

namespace rs {

// q[B,T,H,D], k[B,S,G,D], v[B,S,G,E]; attrs scale, causal, window, hasSegments,
// hasPositions. The inputs end with segments i32[B,S] and positions i32[B,T] where
// the attributes say so. Without positions query t stands at key t; with them, at
// key positions[b,t], or nowhere for -1: such a query sees no key.
struct AttentionShape {
  int64_t B, T, H, S, G;
  int D, E;
  float scale;
  bool causal, segmented, positioned;
  int64_t window;
  const int32_t* positions;  // null while a program is only being checked

  explicit AttentionShape(const OperationArgs&);
  int64_t group() const { return G == 0 ? 0 : H / G; }
  int64_t position(int64_t b, int64_t t) const { return positioned ? positions[b * T + t] : t; }
  KeyRange range(int64_t b, int64_t t) const {
    return causal ? causal_range(position(b, t), window) : KeyRange{0, S};
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

// Attributes, inputs 0..2 and those that the attributes ask for, which follow
// the first `fixed` inputs.
Status check_attention_inputs(const OperationArgs&, size_t fixed, size_t outputs);
// That every position is a key's, or -1: before anything is read with it.
Status check_positions(const AttentionShape&);
Status check_log_sums(const Tensor&, const AttentionShape&);

}  // namespace rs
