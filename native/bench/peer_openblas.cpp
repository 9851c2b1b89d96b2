#include "peers.hpp"

#if defined(RS_BENCH_OPENBLAS)
#include <cblas.h>

namespace bench {

// Its threads spin for 2^26 cycles after a call.
constexpr double kSettle = 0.05;

Peer openblas_gemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, int threads,
                   const float* a, const float* b, float* c) {
  openblas_set_num_threads(threads);
  return {"OpenBLAS",
          [=] {
            cblas_sgemm(CblasRowMajor, trans_a ? CblasTrans : CblasNoTrans,
                        trans_b ? CblasTrans : CblasNoTrans, static_cast<int>(m),
                        static_cast<int>(n), static_cast<int>(k), 1.0f, a,
                        static_cast<int>(trans_a ? m : k), b, static_cast<int>(trans_b ? k : n),
                        0.0f, c, static_cast<int>(n));
          },
          kSettle};
}

Peer openblas_f32(int64_t m, int64_t n, int64_t k, int threads, const float* a, const float* w,
                  float* c) {
  return openblas_gemm(false, true, m, n, k, threads, a, w, c);
}

std::string openblas_description() {
  return std::string(openblas_get_config()) + " core " + openblas_get_corename();
}

bool openblas_uses_avx512() {
  const std::string core = openblas_get_corename();
  for (const char* name : {"SkylakeX", "Cooperlake", "SapphireRapids", "Zen4"}) {
    if (core == name) return true;
  }
  return false;
}

}  // namespace bench
#else
namespace bench {
Peer openblas_gemm(bool, bool, int64_t, int64_t, int64_t, int, const float*, const float*, float*) {
  return {};
}
Peer openblas_f32(int64_t, int64_t, int64_t, int, const float*, const float*, float*) { return {}; }
std::string openblas_description() { return ""; }
bool openblas_uses_avx512() { return false; }
}  // namespace bench
#endif
