// Attention beside what the machine allows: forward and backward as a share of the
// measured multiply-add peak, decode as a share of the measured read bandwidth.
// Prints one JSON row a line. Executed work only is counted: a causal mask's
// visible (query, key) pairs, 4 * D operations each forward and 10 * D backward.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "operations/attention_parts.hpp"

using namespace rs;

namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The median of several runs after one to warm up.
template <typename Body>
double median_time(const Body& body) {
  body();
  std::vector<double> times;
  const double start = seconds();
  while (times.size() < 5 || (seconds() - start < 0.6 && times.size() < 200)) {
    const double t = seconds();
    body();
    times.push_back(seconds() - t);
  }
  std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
  return times[times.size() / 2];
}

using Memory = std::unique_ptr<float, decltype(&std::free)>;
Memory allocate(size_t floats) {
  const size_t bytes = (floats * sizeof(float) + 4096) / 64 * 64;
  Memory memory(static_cast<float*>(std::aligned_alloc(64, bytes)), &std::free);
  uint32_t x = 1;
  for (size_t i = 0; i < floats; ++i) {
    x = x * 1664525u + 1013904223u;
    memory.get()[i] = static_cast<float>(x >> 8) / 16777216.0f - 0.5f;
  }
  return memory;
}

#if defined(__x86_64__)
// Independent multiply-adds in registers, enough to hide their latency.
__attribute__((target("avx512f"))) float fma_avx512(int n) {
  __m512 sum[12];
  for (int i = 0; i < 12; ++i) sum[i] = _mm512_set1_ps(static_cast<float>(i));
  const __m512 a = _mm512_set1_ps(0.999f), b = _mm512_set1_ps(1e-3f);
  for (int j = 0; j < n; ++j) {
#pragma GCC unroll 12
    for (int i = 0; i < 12; ++i) sum[i] = _mm512_fmadd_ps(sum[i], a, b);
  }
  for (int i = 1; i < 12; ++i) sum[0] = _mm512_add_ps(sum[0], sum[i]);
  return _mm512_cvtss_f32(sum[0]);
}
__attribute__((target("avx2,fma"))) float fma_avx2(int n) {
  __m256 sum[12];
  for (int i = 0; i < 12; ++i) sum[i] = _mm256_set1_ps(static_cast<float>(i));
  const __m256 a = _mm256_set1_ps(0.999f), b = _mm256_set1_ps(1e-3f);
  for (int j = 0; j < n; ++j) {
#pragma GCC unroll 12
    for (int i = 0; i < 12; ++i) sum[i] = _mm256_fmadd_ps(sum[i], a, b);
  }
  for (int i = 1; i < 12; ++i) sum[0] = _mm256_add_ps(sum[0], sum[i]);
  return _mm256_cvtss_f32(sum[0]);
}
#endif

// Gflop/s of all threads; 0 where this file has no measure for the instruction set.
double peak_gflops(ThreadPool& pool) {
#if defined(__x86_64__)
  const Isa isa = active_isa();
  if (isa == Isa::portable) return 0;
  const int lanes = isa == Isa::avx512 ? 16 : 8, n = 1 << 20;
  std::vector<float> sink(pool.size() * 16);
  const double t = median_time([&] {
    pool.run(pool.size(), [&](size_t task, int) {
      sink[task * 16] = isa == Isa::avx512 ? fma_avx512(n) : fma_avx2(n);
    });
  });
  return 2.0 * 12 * lanes * n * pool.size() / t * 1e-9;
#else
  return 0;
#endif
}

double read_gbps(ThreadPool& pool) {
  const size_t n = size_t{64} << 20;  // floats: 256 MiB
  Memory memory = allocate(n);
  const size_t tasks = 256, each = n / tasks;
  std::vector<float> sums(tasks);
  const double t = median_time([&] {
    pool.run(tasks, [&](size_t task, int) {
      sums[task] = attention_grad_family().dot(memory.get() + task * each,
                                               memory.get() + task * each, static_cast<int>(each));
    });
  });
  return n * 4.0 / t * 1e-9;
}

Tensor tensor(DType type, std::initializer_list<int64_t> shape, void* data) {
  Tensor t;
  t.dtype = type;
  t.rank = static_cast<int>(shape.size());
  std::copy(shape.begin(), shape.end(), t.shape);
  t.data = data;
  return t;
}

struct Bench {
  ThreadPool pool{ThreadPool::default_size()};
  double peak = peak_gflops(pool), bandwidth = read_gbps(pool);

  double time(const Operation& operation, std::vector<Tensor> in, std::vector<Tensor> out,
              std::vector<double> attrs) {
    const OperationArgs args{in, out, attrs};
    if (const Status status = operation.check(args); !status.ok()) {
      std::fprintf(stderr, "%s: %s\n", operation.name, status.message.c_str());
      std::exit(1);
    }
    Memory scratch = allocate(operation.workspace(args, pool.size()) / 4 + 16);
    RunContext context{pool, scratch.get()};
    return median_time([&] { operation.run(args, context); });
  }
  static void row(const char* name, double ours, const char* unit, double ceiling) {
    std::printf("{\"name\":\"%s\",\"ours\":%.2f,\"unit\":\"%s\",\"ceiling\":%.2f,\"share\":%.3f}\n",
                name, ours, unit, ceiling, ceiling > 0 ? ours / ceiling : 0.0);
    std::fflush(stdout);
  }

  void train(int64_t B, int64_t T, int64_t H, int64_t G, int64_t D) {
    Memory q = allocate(B * T * H * D), k = allocate(B * T * G * D), v = allocate(B * T * G * D);
    Memory o = allocate(B * T * H * D), g = allocate(B * T * H * D), lse = allocate(B * H * T);
    Memory dq = allocate(B * T * H * D), dk = allocate(B * T * G * D), dv = allocate(B * T * G * D);
    const std::vector<double> attrs = {1 / std::sqrt(double(D)), 1, 0, 0, 0};
    const auto queries = [&](Memory& m) { return tensor(DType::f32, {B, T, H, D}, m.get()); };
    const auto keys = [&](Memory& m) { return tensor(DType::f32, {B, T, G, D}, m.get()); };
    const Tensor sums = tensor(DType::f32, {B, H, T}, lse.get());
    const double pairs = double(B) * H * T * (T + 1) / 2;
    char name[96];
    const double forward =
        time(attention_operation, {queries(q), keys(k), keys(v)}, {queries(o), sums}, attrs);
    std::snprintf(name, sizeof name, "attention B%d T%d H%d G%d D%d", int(B), int(T), int(H), int(G),
                  int(D));
    row(name, pairs * 4 * D / forward * 1e-9, "Gflop/s", peak);
    const double backward = time(attention_grad_operation,
                                 {queries(q), keys(k), keys(v), queries(o), sums, queries(g)},
                                 {queries(dq), keys(dk), keys(dv)}, attrs);
    std::snprintf(name, sizeof name, "attention_grad B%d T%d H%d G%d D%d", int(B), int(T), int(H),
                  int(G), int(D));
    row(name, pairs * 10 * D / backward * 1e-9, "Gflop/s", peak);
  }

  // rows new positions of each of R / rows sequences whose history is length long.
  void serve(const char* what, int64_t sequences, int64_t rows, int64_t length, int64_t H, int64_t G,
             int64_t D, DType type) {
    const int64_t page = 64, pages = (length + page - 1) / page, R = sequences * rows;
    const int64_t count = pages * sequences, bytes = int64_t(dtype_bytes(type));
    Memory k = allocate(count * G * D * page), v = allocate(count * G * D * page);
    if (type != DType::f32) {  // any bits that are small numbers
      for (Memory* m : {&k, &v}) {
        uint16_t* p = reinterpret_cast<uint16_t*>(m->get());
        for (int64_t i = 0; i < count * G * D * page; ++i) p[i] = uint16_t(0x3c00 + i % 61);
      }
    }
    Memory q = allocate(R * H * D), o = allocate(R * H * D);
    std::vector<int32_t> table(count), seq(R), pos(R);
    for (int64_t i = 0; i < count; ++i) table[i] = int32_t((i * 7919) % count);
    for (int64_t r = 0; r < R; ++r) {
      seq[r] = int32_t(r / rows);
      pos[r] = int32_t(length - rows + r % rows);
    }
    const double t = time(
        paged_attention_operation,
        {tensor(DType::f32, {R, H, D}, q.get()), tensor(type, {count, G, D, page}, k.get()),
         tensor(type, {count, G, page, D}, v.get()), tensor(DType::i32, {R}, seq.data()),
         tensor(DType::i32, {R}, pos.data()), tensor(DType::i32, {sequences, pages}, table.data())},
        {tensor(DType::f32, {R, H, D}, o.get())}, {1 / std::sqrt(double(D)), 0, double(page)});
    char name[128];
    std::snprintf(name, sizeof name, "paged_attention %s %s sequences %d rows %d keys %d H%d G%d D%d",
                  what, type == DType::f32 ? "f32" : type == DType::bf16 ? "bf16" : "f16",
                  int(sequences), int(rows), int(length), int(H), int(G), int(D));
    if (rows == 1) {
      row(name, 2.0 * sequences * length * G * D * bytes / t * 1e-9, "GB/s", bandwidth);
    } else {
      const double pairs = double(sequences) * H * (rows * (length - rows) + rows * (rows + 1) / 2);
      row(name, pairs * 4 * D / t * 1e-9, "Gflop/s", peak);
    }
  }
};

}  // namespace

int main() {
  Bench bench;
  Bench::row("multiply-add peak", bench.peak, "Gflop/s", bench.peak);
  Bench::row("memory read", bench.bandwidth, "GB/s", bench.bandwidth);
  bench.train(8, 256, 6, 6, 64);
  bench.train(8, 512, 8, 8, 64);
  bench.train(8, 1024, 8, 8, 64);
  bench.train(2, 1024, 12, 2, 128);
  bench.serve("prefill", 1, 512, 2048, 12, 2, 128, DType::f32);
  bench.serve("prefill", 1, 512, 2048, 12, 2, 128, DType::bf16);
  for (DType type : {DType::f32, DType::bf16, DType::f16}) {
    bench.serve("decode", 1, 1, 32768, 12, 2, 128, type);
    bench.serve("decode", 16, 1, 4096, 12, 2, 128, type);
    bench.serve("decode", 16, 1, 4096, 8, 8, 64, type);
  }
}
