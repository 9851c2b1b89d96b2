// Memory-bound: 28 bytes a parameter. AdamW is Loshchilov and Hutter's (2019),
// algorithm 2, with the decay scaled by the learning rate.
#include "optimizer.hpp"

#include "walk.hpp"

namespace rs::RS_ISA {
namespace {

void adamw(const AdamWStep& s, const float* g, float* p, float* m, float* v, size_t n) {
  const vf keep = vset1(s.keep), rate = vset1(s.rate), correction = vset1(s.correction);
  const vf b1 = vset1(s.beta1), c1 = vset1(s.one_minus_beta1);
  const vf b2 = vset1(s.beta2), c2 = vset1(s.one_minus_beta2), eps = vset1(s.eps);
  each_vector(n, [&](auto io, size_t i) {
    const vf grad = io.load(g + i);
    const vf first = vfma(c1, grad, vmul(b1, io.load(m + i)));
    const vf second = vfma(vmul(c2, grad), grad, vmul(b2, io.load(v + i)));
    io.store(m + i, first);
    io.store(v + i, second);
    const vf size = vfma(vsqrt(second), correction, eps);
    io.store(p + i, vfnma(rate, vdiv(first, size), vmul(keep, io.load(p + i))));
  });
}

}  // namespace

const OptimizerKernels optimizer_kernels = {adamw};

}  // namespace rs::RS_ISA
