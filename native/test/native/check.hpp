// What the native tests share: tensors with guarded edges, numbers from a printed
// seed, comparison with double-precision references, and operations run by name,
// each time with 1, 2 and 3 threads, whose bits must be equal. A test's main()
// calls each_isa(), which repeats it in a child process for every instruction set
// that this CPU has.
#pragma once
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "base/cpu.hpp"
#include "program/operation.hpp"

namespace rs::test {

inline int failures = 0;

inline void fail(const std::string& what) {
  if (++failures <= 20) std::printf("FAIL [%s] %s\n", isa_name(active_isa()), what.c_str());
}
inline void check(bool good, const std::string& what) {
  if (!good) fail(what);
}

// xorshift64*, the same on every machine.
struct Random {
  uint64_t state;
  explicit Random(uint64_t seed) : state(seed * 0x9e3779b97f4a7c15ull + 1) {}
  uint64_t next() {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545f4914f6cdd1dull;
  }
  int64_t below(int64_t n) { return static_cast<int64_t>((next() >> 11) % static_cast<uint64_t>(n)); }
  float uniform(float low, float high) {
    return low + (high - low) * static_cast<float>(next() >> 40) * 0x1p-24f;
  }
};

// A tensor that owns its bytes, between two guards that check_guards() inspects.
class Array {
 public:
  Array(DType dtype, std::vector<int64_t> shape) {
    tensor_.dtype = dtype;
    for (int64_t n : shape) tensor_.shape[tensor_.rank++] = n;
    bytes_ = tensor_.bytes();
    memory_.reset(static_cast<uint8_t*>(::operator new(bytes_ + 2 * kGuard, std::align_val_t{64})),
                  [](uint8_t* p) { ::operator delete(p, std::align_val_t{64}); });
    std::memset(memory_.get(), 0xa5, bytes_ + 2 * kGuard);
    tensor_.data = memory_.get() + kGuard;
    poison();
  }
  // Bytes that are NaN as f32 and an unlikely index: a place never written shows.
  void poison() { std::memset(tensor_.data, 0xff, bytes_); }

  const Tensor& tensor() const { return tensor_; }
  int64_t size() const { return tensor_.elements(); }
  size_t bytes() const { return bytes_; }
  float* f() const { return tensor_.as<float>(); }
  int32_t* i() const { return tensor_.as<int32_t>(); }
  uint16_t* h() const { return tensor_.as<uint16_t>(); }
  uint8_t* raw() const { return tensor_.as<uint8_t>(); }

  bool guards_intact() const {
    for (size_t i = 0; i < kGuard; ++i) {
      if (memory_.get()[i] != 0xa5 || memory_.get()[kGuard + bytes_ + i] != 0xa5) return false;
    }
    return true;
  }
  Array clone() const {
    Array copy(tensor_.dtype, std::vector<int64_t>(tensor_.shape, tensor_.shape + tensor_.rank));
    std::memcpy(copy.tensor_.data, tensor_.data, bytes_);
    return copy;
  }
  bool same_bits(const Array& other) const {
    return bytes_ == other.bytes_ && std::memcmp(raw(), other.raw(), bytes_) == 0;
  }

 private:
  static constexpr size_t kGuard = 64;
  Tensor tensor_;
  size_t bytes_ = 0;
  std::shared_ptr<uint8_t> memory_;
};

inline Array f32(std::vector<int64_t> shape) { return Array(DType::f32, std::move(shape)); }
inline Array i32(std::vector<int64_t> shape) { return Array(DType::i32, std::move(shape)); }
inline Array f32(std::vector<int64_t> shape, const std::vector<float>& values) {
  Array a = f32(std::move(shape));
  check(a.size() == static_cast<int64_t>(values.size()), "the test's own values fit its shape");
  std::copy(values.begin(), values.end(), a.f());
  return a;
}
inline Array i32(std::vector<int64_t> shape, const std::vector<int32_t>& values) {
  Array a = i32(std::move(shape));
  check(a.size() == static_cast<int64_t>(values.size()), "the test's own values fit its shape");
  std::copy(values.begin(), values.end(), a.i());
  return a;
}
inline Array random_f32(Random& random, std::vector<int64_t> shape, float low = -2.0f,
                        float high = 2.0f) {
  Array a = f32(std::move(shape));
  for (int64_t i = 0; i < a.size(); ++i) a.f()[i] = random.uniform(low, high);
  return a;
}
inline Array random_i32(Random& random, std::vector<int64_t> shape, int64_t below) {
  Array a = i32(std::move(shape));
  for (int64_t i = 0; i < a.size(); ++i) a.i()[i] = static_cast<int32_t>(random.below(below));
  return a;
}

using Arrays = std::vector<Array>;

// Runs once on the given outputs with this many threads.
inline Status run_on(const char* name, const Arrays& in, const Arrays& out,
                     const std::vector<double>& attrs, int threads) {
  static std::unique_ptr<ThreadPool> pools[9];
  if (!pools[threads]) pools[threads] = std::make_unique<ThreadPool>(threads);
  const Operation* operation = find_operation(name);
  if (operation == nullptr) return Status::error("ERR_PROGRAM", std::string("no operation ") + name);
  std::vector<Tensor> ins, outs;
  for (const Array& a : in) ins.push_back(a.tensor());
  for (const Array& a : out) outs.push_back(a.tensor());
  std::vector<Tensor> bare_in = ins, bare_out = outs;
  for (Tensor& t : bare_in) t.data = nullptr;
  for (Tensor& t : bare_out) t.data = nullptr;
  const OperationArgs bare{bare_in, bare_out, attrs};
  RS_RETURN_IF(operation->check(bare));
  const size_t bytes = operation->workspace == nullptr ? 0 : operation->workspace(bare, threads);
  Array workspace(DType::u8, {static_cast<int64_t>(bytes)});
  RunContext context{*pools[threads], workspace.raw()};
  const Status status = operation->run(OperationArgs{ins, outs, attrs}, context);
  check(workspace.guards_intact(), std::string(name) + ": stays inside its workspace");
  for (const Array& a : in) check(a.guards_intact(), std::string(name) + ": spares its inputs");
  for (const Array& a : out) check(a.guards_intact(), std::string(name) + ": stays inside its outputs");
  return status;
}

// Runs with 1, 2 and 3 threads; the outputs of the first, which the others must
// equal to the bit. Outputs that are updated in place keep what `out` holds.
inline void run(const char* name, const Arrays& in, const Arrays& out,
                const std::vector<double>& attrs = {}) {
  Arrays copies_of_in;
  for (const Array& a : in) copies_of_in.push_back(a.clone());
  std::vector<Arrays> later(2);
  for (Arrays& copies : later) {
    for (const Array& a : out) copies.push_back(a.clone());
  }
  Status status = run_on(name, in, out, attrs, 1);
  for (int threads = 2; threads <= 3 && status.ok(); ++threads) {
    const Arrays& copies = later[static_cast<size_t>(threads - 2)];
    status = run_on(name, in, copies, attrs, threads);
    for (size_t i = 0; i < out.size(); ++i) {
      check(out[i].same_bits(copies[i]), std::string(name) + ": same bits with " +
                                             std::to_string(threads) + " threads, output " +
                                             std::to_string(i));
    }
  }
  for (size_t i = 0; i < in.size(); ++i) {
    check(in[i].same_bits(copies_of_in[i]), std::string(name) + ": leaves its inputs as they are");
  }
  if (!status.ok()) fail(std::string(name) + ": " + status.code + " " + status.message);
}

// The operation must be refused with this code.
inline void expect_refused(const char* name, const Arrays& in, const Arrays& out,
                           const std::vector<double>& attrs, const std::string& code) {
  const Status status = run_on(name, in, out, attrs, 1);
  check(!status.ok() && status.code == code && !status.message.empty(),
        std::string(name) + ": refused with " + code + ", found " +
            (status.ok() ? "success" : status.code + (": " + status.message)));
}

// NaN matches NaN, an infinity itself, anything else within absolute + relative * |want|.
inline bool close(double got, double want, double absolute, double relative) {
  if (std::isnan(want)) return std::isnan(got);
  if (std::isinf(want)) return got == want;
  return std::fabs(got - want) <= absolute + relative * std::fabs(want);
}
inline void expect_close(const std::string& what, const float* got, const std::vector<double>& want,
                         double absolute, double relative) {
  for (size_t i = 0; i < want.size(); ++i) {
    if (close(got[i], want[i], absolute, relative)) continue;
    char line[160];
    std::snprintf(line, sizeof line, ": at %zu of %zu expected %.9g, found %.9g", i, want.size(),
                  want[i], static_cast<double>(got[i]));
    return fail(what + line);
  }
}

// df/dx[i] by central differences, f in double.
inline std::vector<double> differences(std::vector<double> x,
                                       const std::function<double(const std::vector<double>&)>& f,
                                       double step = 1e-5) {
  std::vector<double> gradient;
  for (size_t i = 0; i < x.size(); ++i) {
    const double at = x[i];
    x[i] = at + step;
    const double up = f(x);
    x[i] = at - step;
    const double down = f(x);
    x[i] = at;
    gradient.push_back((up - down) / (2 * step));
  }
  return gradient;
}
inline std::vector<double> doubles(const Array& a) {
  return std::vector<double>(a.f(), a.f() + a.size());
}
inline double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// Sizes at the edges of every vector width.
inline const std::vector<int64_t> kOddSizes = {0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 65, 1000};

// Runs body once per instruction set, each in a process of its own, since the
// choice is made once; the exit status says whether all passed.
inline int each_isa(uint64_t seed, const std::function<void()>& body) {
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  int bad = 0;
  for (Isa isa : {Isa::portable, Isa::avx2, Isa::avx512}) {
    if (isa > detected_isa()) {
      std::printf("skip %s: this CPU has no more than %s\n", isa_name(isa),
                  isa_name(detected_isa()));
      std::fflush(stdout);
      continue;
    }
    const pid_t child = fork();
    if (child == 0) {
      setenv("RYANSTREAM_ISA", isa_name(isa), 1);
      body();
      std::printf("%s %s: %d failures\n", failures == 0 ? "ok" : "FAILED", isa_name(active_isa()),
                  failures);
      std::fflush(stdout);
      std::exit(failures == 0 ? 0 : 1);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) ++bad;
  }
  return bad == 0 ? 0 : 1;
}

}  // namespace rs::test
