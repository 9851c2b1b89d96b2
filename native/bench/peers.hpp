// The libraries that we are compared with, where they were found at build time.
#pragma once
#include <stdint.h>

#include <functional>
#include <string>

namespace bench {

// Products of A[m,k] with the weights W[n,k]; each call computes one. Empty when
// the library is absent. Weights are packed once, outside the call, where the
// library can do that.
struct Peer {
  std::string name;
  std::function<void()> run;
  double settle = 0;
};

Peer openblas_f32(int64_t m, int64_t n, int64_t k, int threads, const float* a, const float* w,
                  float* c);
// C[m,n] = op(A) * op(B), for training shapes.
Peer openblas_gemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, int threads,
                   const float* a, const float* b, float* c);
Peer onednn_gemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, const float* a,
                 const float* b, float* c);
Peer onednn_f32(int64_t m, int64_t n, int64_t k, const float* a, const float* w, float* c);
Peer onednn_int8(int64_t m, int64_t n, int64_t k);

std::string openblas_description();  // empty when absent
// Whether it chose kernels for AVX-512. A machine that hides what its CPU is gets
// others, several times slower, and OPENBLAS_CORETYPE=SkylakeX mends that.
bool openblas_uses_avx512();
std::string onednn_description();

}  // namespace bench
