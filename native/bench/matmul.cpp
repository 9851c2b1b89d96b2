// Products of two plain operands at the shapes of a training step: forward
// (x W^T), input gradient (dy W), weight gradient (dy^T x).
#include <cmath>

#include "bench.hpp"
#include "peers.hpp"
#include "report.hpp"
#include "timing.hpp"

namespace bench {

void measure_matmul(const Options& options, rs::ThreadPool& pool) {
  struct Shape {
    int64_t m, n, k;
    bool ta, tb;
  };
  constexpr Shape kShapes[] = {
      {2048, 256, 256, false, true},   {2048, 1024, 256, false, true},
      {2048, 256, 1024, false, false}, {256, 1024, 2048, true, false},
      {1024, 4096, 1024, false, true}, {1024, 1024, 4096, false, false},
      {1024, 4096, 1024, true, false}, {4096, 8192, 512, false, true},
      {512, 8192, 4096, true, false},  {64, 8960, 1536, false, true},
      {512, 8960, 1536, false, true},
  };
  for (const Shape& s : kShapes) {
    const std::string name = "matmul M=" + std::to_string(s.m) + " N=" + std::to_string(s.n) +
                             " K=" + std::to_string(s.k) + (s.ta ? " transA" : "") +
                             (s.tb ? " transB" : "");
    if (!wanted(options, name)) continue;
    const Floats a(s.m * s.k), b(s.k * s.n), c(s.m * s.n), other(s.m * s.n);
    Call call("matmul",
              {{rs::DType::f32, 2, {s.ta ? s.k : s.m, s.ta ? s.m : s.k}, a.data},
               {rs::DType::f32, 2, {s.tb ? s.n : s.k, s.tb ? s.k : s.n}, b.data}},
              {{rs::DType::f32, 2, {s.m, s.n}, c.data}}, {double(s.ta), double(s.tb)}, pool);
    const std::vector<Peer> peers = {
        openblas_gemm(s.ta, s.tb, s.m, s.n, s.k, pool.size(), a.data, b.data, other.data),
        onednn_gemm(s.ta, s.tb, s.m, s.n, s.k, a.data, b.data, other.data)};
    Row row = against_peers(options, pool, name, [&] { call.run(); }, peers, f32_peak_pass,
                            2.0 * double(s.m) * double(s.n) * double(s.k));
    row.unit = "GFLOP/s";
    if (!std::isnan(row.ratio)) row.target = 1.0;
    print(row);
  }
}

}  // namespace bench
