// What the attention tests share: seeded data, calling an operation on a chosen
// instruction set and thread count, and naive double-precision attention.
#pragma once
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <vector>

#include "operations/attention_parts.hpp"

namespace rs::test {

inline int failures = 0;

#define EXPECT(condition, ...)                             \
  do {                                                     \
    if (!(condition)) {                                    \
      if (++::rs::test::failures <= 20) {                  \
        std::printf("%s:%d: %s: ", __FILE__, __LINE__, #condition); \
        std::printf(__VA_ARGS__);                          \
        std::printf("\n");                                 \
      }                                                    \
    }                                                      \
  } while (0)

inline int report(const char* name, uint64_t seed) {
  std::printf("%s: seed %llu, %d failures\n", name, static_cast<unsigned long long>(seed), failures);
  return failures == 0 ? 0 : 1;
}

class Random {  // splitmix64
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  int below(int n) { return static_cast<int>(next() % static_cast<uint64_t>(n)); }
  float uniform() { return static_cast<float>(next() >> 40) / 8388608.0f - 1.0f; }  // [-1, 1)
  template <typename T>
  T pick(std::initializer_list<T> of) {
    return of.begin()[below(static_cast<int>(of.size()))];
  }

 private:
  uint64_t state_;
};

// A tensor with its memory. Guard bytes behind it catch writes past the end.
class Array {
 public:
  Array(DType type, std::vector<int64_t> shape) {
    tensor_.dtype = type;
    tensor_.rank = static_cast<int>(shape.size());
    std::copy(shape.begin(), shape.end(), tensor_.shape);
    memory_.resize(tensor_.bytes() + kGuard, kGuardByte);
    std::memset(memory_.data(), 0, tensor_.bytes());
  }
  Tensor tensor() {
    tensor_.data = memory_.data();
    return tensor_;
  }
  template <typename T = float>
  T* as() {
    return reinterpret_cast<T*>(memory_.data());
  }
  int64_t size() const { return tensor_.elements(); }
  int64_t dim(int i) const { return tensor_.shape[i]; }
  Array& fill(Random& random, float scale = 1.0f) {
    for (int64_t i = 0; i < size(); ++i) as()[i] = random.uniform() * scale;
    return *this;
  }
  Array& fill(float x) {
    std::fill_n(as(), size(), x);
    return *this;
  }
  bool intact() const {
    for (size_t i = tensor_.bytes(); i < memory_.size(); ++i) {
      if (memory_[i] != kGuardByte) return false;
    }
    return true;
  }
  bool same_bits(const Array& other) const { return memory_ == other.memory_; }

 private:
  static constexpr size_t kGuard = 256;
  static constexpr unsigned char kGuardByte = 0xa5;
  Tensor tensor_;
  std::vector<unsigned char> memory_;
};

using Run = std::function<Status(const OperationArgs&, RunContext&)>;

// Runs with scratch of exactly the promised size, full of NaN.
inline Status call(const Operation& operation, const Run& run, std::vector<Array*> in,
                   std::vector<Array*> out, std::vector<double> attrs, int threads) {
  std::vector<Tensor> inputs, outputs;
  for (Array* a : in) inputs.push_back(a->tensor());
  for (Array* a : out) outputs.push_back(a->tensor());
  const OperationArgs args{inputs, outputs, attrs};
  if (Status status = operation.check(args); !status.ok()) return status;
  ThreadPool pool(threads);
  const size_t bytes =
      operation.workspace == nullptr ? 0 : (operation.workspace(args, threads) + 63) / 64 * 64;
  char* memory = static_cast<char*>(std::aligned_alloc(64, bytes + 64));
  std::memset(memory, 0xff, bytes + 64);
  RunContext context{pool, memory};
  Status status = run(args, context);
  for (size_t i = bytes; i < bytes + 64; ++i) {
    EXPECT(memory[i] == static_cast<char>(0xff), "%s wrote past its scratch", operation.name);
  }
  std::free(memory);
  for (Array* a : out) EXPECT(a->intact(), "%s wrote past an output", operation.name);
  return status;
}

inline Run on(Isa isa, Status (*run)(Isa, const OperationArgs&, RunContext&)) {
  return [=](const OperationArgs& a, RunContext& c) { return run(isa, a, c); };
}

inline std::vector<Isa> isas() {
  std::vector<Isa> all;
  for (Isa isa : {Isa::portable, Isa::avx2, Isa::avx512}) {
    if (isa <= detected_isa()) all.push_back(isa);
  }
  return all;
}

inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// One problem of attention and its naive solution.
struct Problem {
  int64_t B, T, S, H, G, D, E;
  bool causal = true, segmented = false;
  int64_t window = 0;
  float scale = 1.0f;
  std::vector<int32_t> segments = {};   // [B,S]
  std::vector<int32_t> positions = {};  // [B,T], or empty

  bool sees(int64_t b, int64_t t, int64_t s) const {
    const int64_t at = positions.empty() ? t : positions[b * T + t];
    if (causal && (s > at || (window > 0 && s <= at - window))) return false;
    return !segmented || segments[b * S + at] == segments[b * S + s];
  }
  std::vector<double> attrs() const {
    return {scale, double(causal), double(window), double(segmented), double(!positions.empty())};
  }
  int64_t q(int64_t b, int64_t t, int64_t h) const { return ((b * T + t) * H + h) * D; }
  int64_t k(int64_t b, int64_t s, int64_t h) const { return ((b * S + s) * G + h / (H / G)) * D; }
  int64_t v(int64_t b, int64_t s, int64_t h) const { return ((b * S + s) * G + h / (H / G)) * E; }
  int64_t o(int64_t b, int64_t t, int64_t h) const { return ((b * T + t) * H + h) * E; }
  int64_t l(int64_t b, int64_t t, int64_t h) const { return (b * H + h) * T + t; }
};

// Sometimes gives the keys segments: documents in a row, or scattered.
inline void cut_segments(Problem& x, Random& random) {
  x.segmented = x.T == x.S && random.below(3) == 0;
  int32_t segment = 0;
  for (int64_t i = 0; x.segmented && i < x.B * x.T; ++i) {
    if (random.below(20) == 0) ++segment;
    x.segments.push_back(x.T % 2 ? segment : random.below(3));
  }
}

// Sometimes takes other queries, each at some key or, for -1, at none.
inline void place_queries(Problem& x, Random& random) {
  if (!x.causal || x.S == 0 || random.below(3) != 0) return;
  x.T = random.pick<int64_t>({1, 2, 15, 49, 70});
  for (int64_t i = 0; i < x.B * x.T; ++i) {
    x.positions.push_back(random.below(static_cast<int>(x.S) + 1) - 1);
  }
}

using Doubles = std::vector<double>;

// Probabilities of the keys that (b, t, h) sees, 0 elsewhere; returns the log-sum.
template <typename Real>
double probabilities(const Problem& x, const Real* q, const Real* k, int64_t b, int64_t t,
                     int64_t h, Doubles& p) {
  const double none = -std::numeric_limits<double>::infinity();
  p.assign(x.S, 0.0);
  double most = none, sum = 0;
  Doubles score(x.S, none);
  for (int64_t s = 0; s < x.S; ++s) {
    if (!x.sees(b, t, s)) continue;
    double dot = 0;
    for (int64_t d = 0; d < x.D; ++d) dot += double(q[x.q(b, t, h) + d]) * k[x.k(b, s, h) + d];
    score[s] = dot * x.scale;
    most = std::max(most, score[s]);
  }
  if (most == none) return none;
  for (int64_t s = 0; s < x.S; ++s) sum += p[s] = x.sees(b, t, s) ? std::exp(score[s] - most) : 0;
  for (double& y : p) y /= sum;
  return most + std::log(sum);
}

template <typename Real>
void naive_attention(const Problem& x, const Real* q, const Real* k, const Real* v, Doubles& out,
                     Doubles& lse) {
  out.assign(x.B * x.T * x.H * x.E, 0.0);
  lse.assign(x.B * x.H * x.T, 0.0);
  Doubles p;
  for (int64_t b = 0; b < x.B; ++b) {
    for (int64_t t = 0; t < x.T; ++t) {
      for (int64_t h = 0; h < x.H; ++h) {
        lse[x.l(b, t, h)] = probabilities(x, q, k, b, t, h, p);
        for (int64_t s = 0; s < x.S; ++s) {
          if (!x.sees(b, t, s)) continue;
          for (int64_t e = 0; e < x.E; ++e) out[x.o(b, t, h) + e] += p[s] * v[x.v(b, s, h) + e];
        }
      }
    }
  }
}

}  // namespace rs::test
