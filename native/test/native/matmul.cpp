// The matrix product against its own definition: every element is one ascending
// chain of fused multiply-adds (portable: multiply, round, add), so the naive
// loop over floats must give the same bits, whatever the shape, the tiling, the
// number of rows and the number of threads. And against double precision, so
// that the definition itself is checked.
#include <algorithm>
#include <limits>

#include "base/half.hpp"
#include "check.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/gemm.hpp"
#include "reference_chain.hpp"

RS_FAMILY_ACCESS(GemmKernels, gemm_kernels, gemm)

using namespace rs;
using namespace rs::test;

namespace {

Array random_typed(Random& random, DType type, std::vector<int64_t> shape) {
  Array wide = random_f32(random, shape);
  if (type == DType::f32) return wide;
  Array a(type, shape);
  for (int64_t i = 0; i < a.size(); ++i)
    a.h()[i] = type == DType::bf16 ? f32_to_bf16(wide.f()[i]) : f32_to_f16(wide.f()[i]);
  return a;
}

float element(const Array& a, int64_t i) {
  switch (a.tensor().dtype) {
    case DType::bf16: return bf16_to_f32(a.h()[i]);
    case DType::f16: return f16_to_f32(a.h()[i]);
    default: return a.f()[i];
  }
}

struct Case {
  int64_t batch, m, n, k;
  bool ta, tb;
  DType type;
  std::string text() const {
    return "matmul " + std::to_string(batch) + "x[" + std::to_string(m) + "," + std::to_string(k) +
           "]*[" + std::to_string(k) + "," + std::to_string(n) + "] trans " + std::to_string(ta) +
           std::to_string(tb) + " " + dtype_name(type);
  }
};

void check_case(Random& random, const Case& c) {
  std::vector<int64_t> a_shape, b_shape, c_shape;
  if (c.batch >= 0) a_shape = b_shape = c_shape = {c.batch};
  const int64_t batch = std::max<int64_t>(c.batch, c.batch < 0 ? 1 : 0);
  for (int64_t x : {c.ta ? c.k : c.m, c.ta ? c.m : c.k}) a_shape.push_back(x);
  for (int64_t x : {c.tb ? c.n : c.k, c.tb ? c.k : c.n}) b_shape.push_back(x);
  for (int64_t x : {c.m, c.n}) c_shape.push_back(x);
  const Array a = random_f32(random, a_shape), b = random_typed(random, c.type, b_shape);
  Array out = f32(c_shape);
  run("matmul", {a, b}, {out}, {double(c.ta), double(c.tb)});

  // All elements of a small product, a sample of a large one.
  const int64_t total = batch * c.m * c.n, samples = std::min<int64_t>(total, 3000);
  for (int64_t s = 0; s < samples; ++s) {
    const int64_t at = samples == total ? s : random.below(total);
    const int64_t q = at / (c.m * c.n), i = at / c.n % c.m, j = at % c.n;
    const auto left = [&](int64_t l) {
      return a.f()[q * c.m * c.k + (c.ta ? l * c.m + i : i * c.k + l)];
    };
    const auto right = [&](int64_t l) {
      return element(b, q * c.n * c.k + (c.tb ? j * c.k + l : l * c.n + j));
    };
    float chain = 0;
    double exact = 0, size = 0;
    for (int64_t l = 0; l < c.k; ++l) {
      chain = chain_step(left(l), right(l), chain);
      exact += double(left(l)) * double(right(l));
      size += std::fabs(double(left(l)) * double(right(l)));
    }
    if (!same_float(out.f()[at], chain)) return fail(c.text() + ": not the ascending chain");
    if (!(std::fabs(chain - exact) <= size * double(c.k + 2) * 0x1p-23)) {
      return fail(c.text() + ": far from the product in double precision");
    }
  }
}

void check_shapes(Random& random) {
  for (int64_t m : {0, 1, 2, 5, 11, 12, 13, 25}) {
    for (int64_t n : {0, 1, 15, 16, 17, 31, 32, 33, 65}) {
      for (int64_t k : {0, 1, 3, 4, 17}) {
        check_case(random, {-1, m, n, k, random.below(2) == 1, random.below(2) == 1, DType::f32});
      }
    }
  }
  for (int i = 0; i < 60; ++i) {
    const DType types[] = {DType::f32, DType::bf16, DType::f16};
    check_case(random, {random.below(4) - 1, random.below(70), random.below(140), random.below(300),
                        random.below(2) == 1, random.below(2) == 1, types[random.below(3)]});
  }
  for (int trans = 0; trans < 4; ++trans) {  // beyond each block size, both ways round
    check_case(random, {-1, 301, 77, 531, (trans & 1) != 0, (trans & 2) != 0, DType::f32});
    check_case(random, {-1, 77, 331, 531, (trans & 1) != 0, (trans & 2) != 0, DType::bf16});
    check_case(random, {9, 40, 50, 33, (trans & 1) != 0, (trans & 2) != 0, DType::f32});
  }
}

// Rows 1..512 against each other, with rows of NaN and infinity among them.
void check_rows(Random& random) {
  const int64_t n = 45, k = 300, most = 512;
  const Array b = random_f32(random, {n, k});
  Array a = random_f32(random, {most, k});
  a.f()[3 * k + 7] = std::numeric_limits<float>::quiet_NaN();
  a.f()[100 * k] = std::numeric_limits<float>::infinity();
  Array all = f32({most, n});
  run("matmul", {a, b}, {all}, {0, 1});
  for (int64_t i = 0; i < most; ++i) {
    const bool spoilt = i == 3 || i == 100;
    for (int64_t j = 0; j < n; ++j)
      check(std::isfinite(all.f()[i * n + j]) != spoilt,
            "matmul: NaN and infinity stay in their row");
  }
  for (int64_t m : {1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 31, 64, 143, 144, 145, 288, 511}) {
    const int64_t first = random.below(most - m + 1);
    Array part = f32({m, k}), out = f32({m, n});
    std::copy_n(a.f() + first * k, m * k, part.f());
    run("matmul", {part, b}, {out}, {0, 1});
    check(std::memcmp(out.f(), all.f() + first * n, size_t(m * n) * 4) == 0,
          "matmul: " + std::to_string(m) + " rows have the bits of the same rows among 512");
  }
}

// The single-thread block that other kernels use: any strides, from C, in parts.
void check_panels(Random& random) {
  for (int i = 0; i < 60; ++i) {
    const int64_t m = random.below(40), n = random.below(100), k = random.below(i < 50 ? 90 : 900);
    const int64_t lda = (random.below(2) ? m : k) + random.below(3);
    const bool columns = random.below(2) == 1, accumulate = random.below(2) == 1;
    const int64_t rows_of_a = columns ? k : m, width_of_a = columns ? m : k;
    const int64_t pitch = std::max(lda, width_of_a), ldc = n + random.below(5);
    const Array a = random_f32(random, {rows_of_a, pitch}), b = random_f32(random, {k, n});
    Array c = random_f32(random, {m, ldc}), before = c.clone();
    Array panels = f32({panel_floats(k, n)});
    Array scratch = Array(DType::u8, {int64_t(gemm().scratch_bytes(m, k))});
    gemm().pack_b(b.f(), FloatType::f32, n, false, k, n, panels.f());
    gemm().gemm_panels(m, n, k, a.f(), columns ? 1 : pitch, columns ? pitch : 1, panels.f(), c.f(),
                       ldc, accumulate, scratch.raw());
    check(panels.guards_intact() && scratch.guards_intact() && c.guards_intact(),
          "gemm_panels: stays inside its memory");
    for (int64_t r = 0; r < m; ++r) {
      for (int64_t j = 0; j < ldc; ++j) {
        float want = accumulate || j >= n ? before.f()[r * ldc + j] : 0.0f;
        for (int64_t l = 0; l < k && j < n; ++l)
          want = chain_step(a.f()[columns ? l * pitch + r : r * pitch + l], b.f()[l * n + j], want);
        check(same_float(c.f()[r * ldc + j], want), "gemm_panels: continues the chain, only in C");
      }
    }
  }
}

void check_refusals() {
  const Array a = f32({2, 3}), b = f32({3, 4}), c = f32({2, 4});
  expect_refused("matmul", {a, b}, {c}, {0, 2}, "ERR_OUT_OF_RANGE");
  expect_refused("matmul", {a, b}, {c}, {0, 1}, "ERR_SHAPE");
  expect_refused("matmul", {a, b}, {f32({2, 5})}, {0, 0}, "ERR_SHAPE");
  expect_refused("matmul", {a, f32({1, 3, 4})}, {c}, {0, 0}, "ERR_SHAPE");
  expect_refused("matmul", {a, i32({3, 4})}, {c}, {0, 0}, "ERR_DTYPE");
  expect_refused("matmul", {f32({3}), f32({3})}, {f32({})}, {0, 0}, "ERR_SHAPE");
}

}  // namespace

int main() {
  constexpr uint64_t kSeed = 20261;
  return each_isa(kSeed, [] {
    Random random(kSeed);
    check_shapes(random);
    check_rows(random);
    check_panels(random);
    check_refusals();
  });
}
