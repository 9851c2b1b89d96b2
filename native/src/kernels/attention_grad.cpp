// One block of the backward pass: five small products in the forward pass's tiles.
//   P  = exp(Q K^T - lse)          dP = dO V^T         dS = P * (dP - delta)
//   dQ += dS K                     dV += P^T dO        dK += dS^T Q
#include "attention_grad.hpp"

#include "attention_tile.hpp"

namespace rs::RS_ISA {

// Scores become probabilities in p, and ds becomes their gradient times themselves.
static void differentiate(const GradRows* x, const uint64_t* visible, float* p, float* ds) {
  const float inf = __builtin_inff();
  for (int r = 0; r < x->rows; ++r) {
    if (visible[r] == 0) continue;
    const int first = lowest_bit(visible[r]) / kKeyRun;
    const int last = highest_bit(visible[r]) / kKeyRun + 1;
    // A row whose scores are all -inf gave zeros, so its probabilities are zeros.
    const vf lse = vset1(x->lse[r] == -inf ? inf : x->lse[r]), delta = vset1(x->delta[r]);
    float* pr = p + r * kKeyBlock;
    float* dr = ds + r * kKeyBlock;
    for (int i = first * kKeyRun; i < last * kKeyRun; i += kLanes) {
      const vf y = vexp_low(vsub(vload(pr + i), lse));
      vstore(dr + i, vmul(y, vsub(vload(dr + i), delta)));
      vstore(pr + i, y);
    }
  }
}

// keys[j] bit r = visible[r] bit j.
static void turn_masks(int rows, const uint64_t* visible, uint64_t* keys) {
  uint64_t all = ~0ull;
  for (int r = 0; r < rows; ++r) all &= visible[r];
  for (int j = 0; j < kKeyBlock; ++j) keys[j] = bits_below(rows);
  if (all == ~0ull) return;
  for (int r = 0; r < rows; ++r) {
    for (uint64_t hidden = ~visible[r]; hidden != 0; hidden &= hidden - 1) {
      keys[lowest_bit(hidden)] &= ~(1ull << r);
    }
  }
}

static void block(const GradRows* x, const GradKeys* y, const uint64_t* visible, float* scratch) {
  float* p = scratch;
  float* ds = scratch + kQueryBlock * kKeyBlock;
  const float* kt[kKeyRuns];
  const float* vt[kKeyRuns];
  for (int i = 0; i < kKeyRuns; ++i) {
    kt[i] = y->kt + i * kKeyRun;
    vt[i] = y->vt + i * kKeyRun;
  }
  score_block<float, false>(x->rows, visible, x->q, x->ldd, kt, kKeyBlock, x->d, nullptr, p);
  score_block<float, false>(x->rows, visible, x->dout, x->lde, vt, kKeyBlock, x->e, nullptr, ds);
  differentiate(x, visible, p, ds);
  uint64_t keys[kKeyBlock];
  turn_masks(x->rows, visible, keys);
  sum_masked<float, kKeyBlock, 1>(x->rows, visible, ds, y->k, x->ldd, x->ldd, x->dq, x->ldd);
  sum_masked<float, 1, kKeyBlock>(kKeyBlock, keys, p, x->dout, x->lde, x->lde, y->dv, x->lde);
  sum_masked<float, 1, kKeyBlock>(kKeyBlock, keys, ds, x->q, x->ldd, x->ldd, y->dk, x->ldd);
}

static float dot(const float* a, const float* b, int n) {
  vf sum = vzero();
  int i = 0;
  for (; i + kLanes <= n; i += kLanes) sum = vfma(vload(a + i), vload(b + i), sum);
  if (i < n) sum = vfma(vload_n(a + i, n - i), vload_n(b + i, n - i), sum);
  return vreduce_add(sum);
}

const AttentionGradKernels attention_grad_kernels = {block, dot};

}  // namespace rs::RS_ISA
