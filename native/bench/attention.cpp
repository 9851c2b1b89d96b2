// Attention beside what the machine allows, in turns with the ceiling itself:
// forward, backward and prefill against the multiply-add peak, decode against
// memory reads. Only executed work counts: the (query, key) pairs that a causal
// mask leaves, 4 D operations each forward and 10 D backward.
#include <cmath>

#include "bench.hpp"
#include "report.hpp"
#include "timing.hpp"

namespace bench {
namespace {

using rs::DType;
using rs::Tensor;

std::string dims(std::initializer_list<std::pair<const char*, int64_t>> of) {
  std::string text;
  for (const auto& [name, n] : of) text += std::string(" ") + name + "=" + std::to_string(n);
  return text;
}

void measure_training(const Options& options, rs::ThreadPool& pool, int64_t B, int64_t T, int64_t H,
                      int64_t G, int64_t D) {
  const std::string shape = dims({{"B", B}, {"T", T}, {"H", H}, {"G", G}, {"D", D}});
  if (!wanted(options, "attention" + shape) && !wanted(options, "attention_grad" + shape)) return;
  const Floats q(B * T * H * D), k(B * T * G * D), v(B * T * G * D), out(B * T * H * D);
  const Floats lse(B * H * T), dout(B * T * H * D), dq(B * T * H * D);
  const Floats dk(B * T * G * D), dv(B * T * G * D);
  const auto rows = [&](const Floats& x) { return Tensor{DType::f32, 4, {B, T, H, D}, x.data}; };
  const auto keys = [&](const Floats& x) { return Tensor{DType::f32, 4, {B, T, G, D}, x.data}; };
  const Tensor sums{DType::f32, 3, {B, H, T}, lse.data};
  const std::vector<double> attrs = {1 / std::sqrt(double(D)), 1, 0, 0, 0};
  const double pairs = double(B * H) * double(T * (T + 1) / 2);
  Call forward("attention", {rows(q), keys(k), keys(v)}, {rows(out), sums}, attrs, pool);
  forward.run();
  if (wanted(options, "attention" + shape)) {
    against_peak(options, pool, "attention" + shape, forward, pairs * 4 * double(D));
  }
  if (!wanted(options, "attention_grad" + shape)) return;
  Call backward("attention_grad", {rows(q), keys(k), keys(v), rows(out), sums, rows(dout)},
                {rows(dq), keys(dk), keys(dv)}, attrs, pool);
  against_peak(options, pool, "attention_grad" + shape, backward, pairs * 10 * double(D));
}

struct Serving {
  int64_t sequences, rows, length;  // rows new positions each, at the end of length
  int64_t H, G, D;
  DType type;
};

void measure_serving(const Options& options, rs::ThreadPool& pool, const Serving& x) {
  const std::string name = std::string("paged_attention ") + rs::dtype_name(x.type) +
                           dims({{"sequences", x.sequences}, {"rows", x.rows}, {"keys", x.length},
                                 {"H", x.H}, {"G", x.G}, {"D", x.D}});
  if (!wanted(options, name)) return;
  constexpr int64_t kPage = 64;
  const int64_t each = (x.length + kPage - 1) / kPage, pages = each * x.sequences;
  const int64_t R = x.sequences * x.rows, values = pages * x.G * x.D * kPage;
  const Floats k(values), v(values), q(R * x.H * x.D), out(R * x.H * x.D);
  if (x.type != DType::f32) {  // bits that are ordinary numbers in both half types
    for (const Floats* f : {&k, &v}) {
      auto* bits = reinterpret_cast<uint16_t*>(f->data);
      for (int64_t i = 0; i < values; ++i) bits[i] = static_cast<uint16_t>(0x3800 + i % 61);
    }
  }
  std::vector<int32_t> table(pages), seq(R), pos(R);
  for (int64_t i = 0; i < pages; ++i) table[i] = static_cast<int32_t>(i * 7919 % pages);
  for (int64_t r = 0; r < R; ++r) {
    seq[r] = static_cast<int32_t>(r / x.rows);
    pos[r] = static_cast<int32_t>(x.length - x.rows + r % x.rows);
  }
  Call call("paged_attention",
            {{DType::f32, 3, {R, x.H, x.D}, q.data},
             {x.type, 4, {pages, x.G, x.D, kPage}, k.data},
             {x.type, 4, {pages, x.G, kPage, x.D}, v.data},
             {DType::i32, 1, {R}, seq.data()},
             {DType::i32, 1, {R}, pos.data()},
             {DType::i32, 2, {x.sequences, each}, table.data()}},
            {{DType::f32, 3, {R, x.H, x.D}, out.data}}, {1 / std::sqrt(double(x.D)), 0, double(kPage)},
            pool);
  if (x.rows > 1) {
    const double pairs = double(x.sequences * x.H) *
                         double(x.rows * (x.length - x.rows) + x.rows * (x.rows + 1) / 2);
    return against_peak(options, pool, name, call, pairs * 4 * double(x.D));
  }
  const MemoryRead memory(size_t{256} << 20);
  const auto t = race({{[&] { call.run(); }}, {[&] { memory.pass(pool); }}}, options.rounds, options.turn);
  Row row{name, 2.0 * double(x.sequences * x.length * x.G * x.D) * double(rs::dtype_bytes(x.type)) * 1e-9 / t[0]};
  row.unit = "GB/s";
  row.ceiling = double(memory.bytes()) * 1e-9 / t[1];
  print(row);
}

}  // namespace

void measure_attention(const Options& options, rs::ThreadPool& pool) {
  measure_training(options, pool, 8, 256, 6, 6, 64);
  measure_training(options, pool, 8, 512, 8, 8, 64);
  measure_training(options, pool, 8, 1024, 8, 8, 64);
  measure_training(options, pool, 2, 1024, 12, 2, 128);
  measure_training(options, pool, 1, 2048, 6, 1, 64);
  measure_serving(options, pool, {1, 512, 2048, 12, 2, 128, DType::f32});
  measure_serving(options, pool, {1, 512, 2048, 12, 2, 128, DType::bf16});
  for (DType type : {DType::f32, DType::bf16, DType::f16}) {
    measure_serving(options, pool, {1, 1, 32768, 12, 2, 128, type});
    measure_serving(options, pool, {16, 1, 4096, 12, 2, 128, type});
    measure_serving(options, pool, {16, 1, 4096, 8, 8, 64, type});
  }
}

}  // namespace bench
