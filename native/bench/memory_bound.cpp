// The operations that move more than they compute, beside a copy of the same
// memory by memcpy on the same threads, in turns: bytes are those of inputs and
// outputs, each counted once. Sizes are beyond the last-level cache. memcpy also
// fetches the lines that it writes, which isn't counted, so an operation that
// mostly reads, or updates in place, may come out above it.
#include <cstring>

#include "bench.hpp"
#include "report.hpp"
#include "timing.hpp"

namespace bench {
namespace {

using rs::DType;
using rs::Tensor;

constexpr int64_t kRows = 16384, kWidth = 1024, kCount = kRows * kWidth;  // 64 MiB of f32

class Copy {
 public:
  void pass(rs::ThreadPool& pool) {
    constexpr size_t kPart = size_t{1} << 18;
    pool.run(static_cast<size_t>(kCount) / kPart, [&](size_t task, int) {
      std::memcpy(to_.data + task * kPart, from_.data + task * kPart, kPart * 4);
    });
  }
  double bytes() const { return 8.0 * kCount; }

 private:
  Floats from_{kCount}, to_{kCount};
};

double bytes_of(const Call& call) {
  double total = 0;
  for (const auto& list : {call.in, call.out}) {
    for (const Tensor& t : list) total += static_cast<double>(t.bytes());
  }
  return total;
}

}  // namespace

void measure_memory_bound(const Options& options, rs::ThreadPool& pool) {
  if (!wanted(options, "memory-bound")) return;
  Copy copy;
  const Floats a(kCount), b(kCount), c(kCount), y(kCount), z(kCount), w(kWidth), r(kRows), one(1);
  const auto flat = [](const Floats& x) { return Tensor{DType::f32, 1, {kCount}, x.data}; };
  const auto rows = [](const Floats& x) { return Tensor{DType::f32, 2, {kRows, kWidth}, x.data}; };
  const Tensor weight{DType::f32, 1, {kWidth}, w.data}, per_row{DType::f32, 1, {kRows}, r.data};
  const Tensor half{DType::bf16, 1, {kCount}, z.data}, scalar{DType::f32, 0, {}, one.data};
  const Tensor heads{DType::f32, 4, {16, 1024, 16, 64}, a.data};
  const Tensor turned{DType::f32, 4, {16, 16, 1024, 64}, y.data};
  int32_t step_number = 3;
  const Tensor step{DType::i32, 1, {1}, &step_number}, rate{DType::f32, 1, {1}, one.data};
  one.data[0] = 1e-3f;

  const auto measure = [&](const std::string& what, const char* operation, std::vector<Tensor> in,
                           std::vector<Tensor> out, std::vector<double> attrs) {
    Call call(operation, std::move(in), std::move(out), std::move(attrs), pool);
    const auto t = race({{[&] { call.run(); }}, {[&] { copy.pass(pool); }}}, options.rounds, options.turn);
    const double extra = std::string(operation) == "adamw" ? 12.0 * kCount : 0;  // slots are read too
    Row row{"memory-bound " + what, (bytes_of(call) + extra) * 1e-9 / t[0]};
    row.unit = "GB/s";
    row.ceiling = copy.bytes() * 1e-9 / t[1];
    print(row);
  };
  measure("add", "binary", {flat(a), flat(b)}, {flat(y)}, {0});
  measure("add, a row to all", "binary", {rows(a), weight}, {rows(y)}, {0});
  measure("exp", "unary", {flat(a)}, {flat(y)}, {1});
  measure("gelu (tanh)", "unary", {flat(a)}, {flat(y)}, {9});
  measure("swiglu", "swiglu", {flat(a), flat(b)}, {flat(y)}, {});
  measure("swiglu_grad", "swiglu_grad", {flat(a), flat(b), flat(c)}, {flat(y), flat(z)}, {});
  measure("cast to bf16", "cast", {flat(a)}, {half}, {});
  measure("sum of all", "reduce", {flat(a)}, {scalar}, {0, 0, 0});
  measure("sum over rows", "reduce", {rows(a)}, {weight}, {0, 0, 0});
  measure("softmax", "softmax", {rows(a)}, {rows(y)}, {0});
  measure("rms_norm", "rms_norm", {rows(a), weight}, {rows(y), per_row}, {1e-5});
  measure("rms_norm_grad", "rms_norm_grad", {rows(a), weight, per_row, rows(b)}, {rows(y), weight}, {});
  measure("add_rms_norm", "add_rms_norm", {rows(a), rows(b), weight}, {rows(y), rows(z), per_row}, {1e-5});
  std::vector<int32_t> ids(kRows), places(kRows);
  for (int64_t i = 0; i < kRows; ++i) {
    ids[static_cast<size_t>(i)] = static_cast<int32_t>(i * 7919 % kRows);
    places[static_cast<size_t>(i)] = static_cast<int32_t>(i % 2048);
  }
  const Tensor id{DType::i32, 1, {kRows}, ids.data()};
  const Tensor q{DType::f32, 3, {kRows, 16, 64}, a.data}, turned_q{DType::f32, 3, {kRows, 16, 64}, y.data};
  const Tensor cosine{DType::f32, 2, {kRows, 32}, b.data}, sine{DType::f32, 2, {kRows, 32}, c.data};
  const Tensor logits{DType::f32, 2, {kCount / 131072, 131072}, a.data};
  const Tensor best{DType::i32, 1, {kCount / 131072}, places.data()};
  const Tensor top{DType::f32, 2, {kCount / 131072, 50}, y.data};
  const Tensor top_ids{DType::i32, 2, {kCount / 131072, 50}, z.data};
  measure("embedding", "embedding", {rows(a), id}, {rows(y)}, {});
  measure("rope", "rope", {q, cosine, sine}, {turned_q}, {0, 0});
  measure("argmax of 131072", "argmax", {logits}, {best}, {});
  measure("top 50 of 131072", "top_k", {logits}, {top, top_ids}, {});
  measure("permute heads", "permute", {heads}, {turned}, {0, 2, 1, 3});
  measure("adamw", "adamw", {flat(a), rate, step}, {flat(y), flat(z), flat(c)}, {0.9, 0.95, 1e-8, 0.1});
}

}  // namespace bench
