// Products with packed weights at N=8960, K=1536, a feed-forward layer of a
// 1.5B-parameter model: one row against memory bandwidth, many against the peers.
#include <cmath>
#include <cstring>
#include <memory>
#include <new>

#include "bench.hpp"
#include "operations/weights.hpp"
#include "peers.hpp"
#include "report.hpp"
#include "timing.hpp"

namespace bench {
namespace {

constexpr int64_t kN = 8960, kK = 1536;
constexpr int64_t kRotation = int64_t{384} << 20;  // bytes of different weights

struct Kind {
  const char* name;
  int format, group;
  bool zero;
};
constexpr Kind kKinds[] = {
    {"f32", 0, 0, false},       {"bf16", 1, 0, false},       {"f16", 2, 0, false},
    {"int8 g32", 3, 32, false}, {"int8 g64", 3, 64, false},  {"int8 g128", 3, 128, false},
    {"int4 g32", 4, 32, false}, {"int4 g64", 4, 64, false},  {"int4 g128", 4, 128, false},
    {"nl4 g32", 5, 32, false},  {"nl4 g64", 5, 64, false},  {"nl4 g128", 5, 128, false},
    {"int8 g32 zeros", 3, 32, true}, {"int4 g32 zeros", 4, 32, true},
};

// Copies of one packed weight, enough that none is still in a cache when its
// turn comes again.
class Weights {
 public:
  Weights(const Kind& kind, const float* w, rs::ThreadPool& pool)
      : bytes(rs::packed_bytes(kind.format, kN, kK, kind.group, kind.zero)),
        copies(kRotation / bytes + 1),
        data_(static_cast<uint8_t*>(
            ::operator new(static_cast<size_t>(bytes * copies), std::align_val_t{64}))) {
    Call({"pack_weight"}, {{rs::DType::f32, 2, {kN, kK}, const_cast<float*>(w)}}, {tensor(0)},
         {double(kind.format), double(kN), double(kK), double(kind.group), double(kind.zero)}, pool)
        .run();
    for (int64_t i = 1; i < copies; ++i)
      std::memcpy(data_ + i * bytes, data_, static_cast<size_t>(bytes));
  }
  ~Weights() { ::operator delete(data_, std::align_val_t{64}); }
  Weights(const Weights&) = delete;
  Weights& operator=(const Weights&) = delete;
  rs::Tensor tensor(int64_t i) const {
    return {rs::DType::u8, 1, {bytes}, data_ + i % copies * bytes};
  }

  const int64_t bytes, copies;

 private:
  uint8_t* data_;
};

std::unique_ptr<Call> product(const Kind& kind, const Weights& weights, int64_t m, const Floats& x,
                              const Floats& y, rs::ThreadPool& pool) {
  return std::make_unique<Call>(
      "linear", std::vector<rs::Tensor>{{rs::DType::f32, 2, {m, kK}, x.data}, weights.tensor(0)},
      std::vector<rs::Tensor>{{rs::DType::f32, 2, {m, kN}, y.data}},
      std::vector<double>{double(kind.format), double(kN), double(kK), double(kind.group),
                          double(kind.zero), 0},
      pool);
}

// The values of a table beside codes that are their own values, in turns.
void measure_table(const Options& options, rs::ThreadPool& pool, int group, const Floats& w,
                   const Floats& x, const Floats& y) {
  const Kind table{"nl4", 5, group, false}, codes{"int4", 4, group, false};
  const Weights ours(table, w.data, pool), theirs(codes, w.data, pool);
  for (int64_t m : {1, 8, 64}) {
    const auto one = product(table, ours, m, x, y, pool), other = product(codes, theirs, m, x, y, pool);
    int64_t turn = 0;
    const auto next = [&](const Weights& weights, Call& call) {
      call.in[1] = weights.tensor(turn++);
      call.run();
    };
    const auto t = race({{[&] { next(ours, *one); }}, {[&] { next(theirs, *other); }}},
                        4 * options.rounds, options.turn / 4);
    const double bytes = double(ours.bytes) * 1e-9;
    print({"table of nl4 g" + std::to_string(group) + " M=" + std::to_string(m), bytes / t[0],
           bytes / t[1], "int4", "GB/s", t[1] / t[0], m == 1 ? 0.98 : NAN});
  }
}

void measure_kind(const Options& options, rs::ThreadPool& pool, const Kind& kind, const Floats& w,
                  const Floats& x, const Floats& y, const Floats& other) {
  const Weights weights(kind, w.data, pool);
  const auto linear = [&](int64_t m) { return product(kind, weights, m, x, y, pool); };
  const std::string name = std::string("linear ") + kind.name;

  // Few rows: each call meets a weight that has left the caches.
  const MemoryRead memory(static_cast<size_t>(kRotation));
  const auto one = linear(1), eight = linear(8);
  int64_t turn = 0;
  const auto next = [&](Call& call) {
    call.in[1] = weights.tensor(turn++);
    call.run();
  };
  const auto t =
      race({{[&] { next(*one); }}, {[&] { next(*eight); }}, {[&] { memory.pass(pool); }}},
           options.rounds, options.turn);
  const double rate = double(weights.bytes) * 1e-9 / t[0],
               ceiling = double(memory.bytes()) * 1e-9 / t[2];
  print({name + " M=1", rate, ceiling, "memory read", "GB/s", rate / ceiling, 0.85});
  print({name + " M=8", t[1] * 1e6, t[0] * 1e6, "the same with M=1", "us", t[1] / t[0],
         kind.format >= 4 ? 1.6 : NAN, true});

  for (int64_t m : {64, 512}) {
    const auto call = linear(m);
    std::vector<Peer> peers;
    if (kind.format <= 2) {
      peers = {openblas_f32(m, kN, kK, pool.size(), x.data, w.data, other.data),
               onednn_f32(m, kN, kK, x.data, w.data, other.data)};
    } else {
      peers = {onednn_int8(m, kN, kK)};
    }
    const bool floats = kind.format <= 2;
    Row row = against_peers(options, pool, name + " M=" + std::to_string(m), [&] { call->run(); }, peers,
                            floats ? f32_peak_pass : int8_peak_pass, 2.0 * double(m) * kN * kK);
    row.unit = floats ? "GFLOP/s" : "GOP/s";
    if (!std::isnan(row.ratio)) row.target = kind.format == 0 ? 1.0 : floats ? NAN : 0.7;
    print(row);
  }
}

}  // namespace

void measure_packed(const Options& options, rs::ThreadPool& pool) {
  bool any = false;
  for (const Kind& kind : kKinds) any = any || wanted(options, std::string("linear ") + kind.name);
  const int groups[] = {32, 64, 128};
  for (int group : groups) any = any || wanted(options, "table of nl4 g" + std::to_string(group));
  if (!any) return;
  const Floats w(kN * kK), x(512 * kK), y(512 * kN), other(512 * kN);
  for (const Kind& kind : kKinds) {
    if (wanted(options, std::string("linear ") + kind.name))
      measure_kind(options, pool, kind, w, x, y, other);
  }
  for (int group : groups) {
    if (wanted(options, "table of nl4 g" + std::to_string(group)))
      measure_table(options, pool, group, w, x, y);
  }
}

}  // namespace bench
