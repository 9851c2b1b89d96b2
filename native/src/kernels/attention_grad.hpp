// The gradient of attention for a block of query rows of one head and a block of
// keys. Probabilities are made again from the scores and each row's log-sum, so
// the forward pass leaves nothing of size T x S (Dao et al. 2022, algorithm 4).
#pragma once
#include "attention.hpp"

namespace rs {

struct GradRows {
  int rows;              // at most kQueryBlock
  int d, e;
  int ldd, lde;          // padded_width(d), padded_width(e)
  const float* q;        // [rows][ldd], scaled
  const float* dout;     // [rows][lde]
  const float* lse;      // [rows]
  const float* delta;    // [rows] sum of out * dout
  float* dq;             // [rows][ldd], added to; without the scale
};

struct GradKeys {
  const float* kt;       // [d][kKeyBlock]
  const float* vt;       // [e][kKeyBlock]
  const float* k;        // [kKeyBlock][ldd]
  float* dk;             // [kKeyBlock][ldd], added to
  float* dv;             // [kKeyBlock][lde], added to
};

struct AttentionGradKernels {
  // scratch: 2 * kQueryBlock * kKeyBlock floats.
  void (*block)(const GradRows*, const GradKeys*, const uint64_t* visible, float* scratch);
  // sum of a[i] * b[i] in a fixed order.
  float (*dot)(const float* a, const float* b, int n);
};

}  // namespace rs

RS_FAMILY_DECLARE(AttentionGradKernels, attention_grad_kernels)
