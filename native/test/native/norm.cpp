// RMSNorm, embeddings and AdamW against double references.
#include <algorithm>

#include "base/half.hpp"
#include "check.hpp"

namespace rs::test {
namespace {

constexpr double kEps = 1e-5;

std::vector<double> norm_reference(const std::vector<double>& x, const std::vector<double>& w,
                                   std::vector<double>* rstd = nullptr) {
  std::vector<double> y;
  const size_t n = w.size();
  for (size_t row = 0; n > 0 && row < x.size(); row += n) {
    double squares = 0;
    for (size_t i = 0; i < n; ++i) squares += x[row + i] * x[row + i];
    const double r = 1 / std::sqrt(squares / double(n) + kEps);
    if (rstd != nullptr) rstd->push_back(r);
    for (size_t i = 0; i < n; ++i) y.push_back(x[row + i] * r * w[i]);
  }
  return y;
}

void norm_matches_reference(Random& random) {
  for (int64_t n : kOddSizes) {
    for (int64_t rows : {0, 1, 3}) {
      const Array x = random_f32(random, {rows, n}), residual = random_f32(random, {rows, n});
      const Array w = random_f32(random, {n});
      const Array y = f32({rows, n}), rstd = f32({rows}), sum = f32({rows, n});
      std::vector<double> want_rstd;
      const auto want = norm_reference(doubles(x), doubles(w), &want_rstd);
      run("rms_norm", {x, w}, {y, rstd}, {kEps});
      expect_close("rms_norm", y.f(), want, 1e-7, 1e-6);
      expect_close("rstd", rstd.f(), want_rstd, 0, 1e-6);

      run("add_rms_norm", {x, residual, w}, {sum, y, rstd}, {kEps});
      std::vector<double> added;
      for (int64_t i = 0; i < x.size(); ++i) added.push_back(x.f()[i] + residual.f()[i]);
      expect_close("sum", sum.f(), added, 0, 0);
      expect_close("add_rms_norm", y.f(), norm_reference(doubles(sum), doubles(w)), 1e-7, 1e-6);
    }
  }
}

void norm_adjoint_matches_differences(Random& random) {
  for (int64_t n : {1, 7, 16, 33}) {
    for (int64_t rows : {1, 5}) {
      const Array x = random_f32(random, {rows, n}), w = random_f32(random, {n});
      const Array dy = random_f32(random, {rows, n}), y = f32({rows, n}), rstd = f32({rows});
      const Array dx = f32({rows, n}), dw = f32({n});
      run("rms_norm", {x, w}, {y, rstd}, {kEps});
      run("rms_norm_grad", {x, w, rstd, dy}, {dx, dw});
      const auto weights = doubles(dy);
      expect_close("dx", dx.f(), differences(doubles(x), [&](const std::vector<double>& v) {
        return dot(norm_reference(v, doubles(w)), weights);
      }), 5e-6, 5e-6);
      expect_close("dw", dw.f(), differences(doubles(w), [&](const std::vector<double>& v) {
        return dot(norm_reference(doubles(x), v), weights);
      }), 5e-6, 5e-6);
    }
  }
}

// Enough rows for several blocks of the weight's gradient, and none at all.
void weight_gradient_crosses_blocks(Random& random) {
  const int64_t rows = 1000, n = 40;
  const Array x = random_f32(random, {rows, n}), w = random_f32(random, {n});
  const Array dy = random_f32(random, {rows, n}), y = f32({rows, n}), rstd = f32({rows});
  const Array dx = f32({rows, n}), dw = f32({n});
  run("rms_norm", {x, w}, {y, rstd}, {kEps});
  run("rms_norm_grad", {x, w, rstd, dy}, {dx, dw});
  std::vector<double> want(size_t(n), 0.0);
  for (int64_t i = 0; i < rows * n; ++i) {
    want[size_t(i % n)] += double(dy.f()[i]) * x.f()[i] * rstd.f()[i / n];
  }
  expect_close("dw over blocks", dw.f(), want, 1e-4, 1e-6);

  const Array none = f32({0, n}), zero = f32({n});
  run("rms_norm_grad", {none, w, f32({0}), none}, {f32({0, n}), zero});
  expect_close("dw of no rows", zero.f(), std::vector<double>(size_t(n), 0.0), 0, 0);
}

void norm_rows_stand_alone(Random& random) {
  const int64_t n = 77;
  const Array x = random_f32(random, {4, n}), w = random_f32(random, {n});
  x.f()[5] = NAN;
  x.f()[n + 5] = INFINITY;
  const Array y = f32({4, n}), rstd = f32({4}), one = f32({1, n}), one_rstd = f32({1});
  run("rms_norm", {x, w}, {y, rstd}, {kEps});
  check(std::isnan(y.f()[0]) && std::isnan(rstd.f()[0]), "a NaN in a row makes it NaN");
  for (int64_t r : {2, 3}) {
    const Array row = f32({1, n}, std::vector<float>(x.f() + r * n, x.f() + (r + 1) * n));
    run("rms_norm", {row, w}, {one, one_rstd}, {kEps});
    check(std::memcmp(one.f(), y.f() + r * n, one.bytes()) == 0, "a row's bits are its own");
  }
}

void embedding_takes_rows(Random& random) {
  for (int64_t n : kOddSizes) {
    const int64_t vocabulary = 11;
    const Array ids = random_i32(random, {3, 5}, vocabulary), y = f32({3, 5, n});
    const Array table = random_f32(random, {vocabulary, n});
    run("embedding", {table, ids}, {y});
    for (DType type : {DType::f32, DType::bf16, DType::f16}) {
      const Array small(type, {vocabulary, n});
      if (type == DType::f32) std::memcpy(small.raw(), table.raw(), table.bytes());
      else run("cast", {table}, {small});
      run("embedding", {small, ids}, {y});
      for (int64_t i = 0; i < y.size(); ++i) {
        const int64_t from = ids.i()[i / n] * n + i % n;
        const float want = type == DType::f32    ? table.f()[from]
                           : type == DType::bf16 ? bf16_to_f32(small.h()[from])
                                                 : f16_to_f32(small.h()[from]);
        if (y.f()[i] != want) return fail("embedding at " + std::to_string(i));
      }
    }
  }
}

// Repeated ids add in ascending order: in f32 the order shows in the bits.
void embedding_adjoint_adds_in_order(Random& random) {
  for (int64_t n : {0, 1, 17, 64, 1000}) {
    for (int64_t rows : {0, 1, 300}) {
      const int64_t vocabulary = 7;
      const Array ids = random_i32(random, {rows}, vocabulary), dy = random_f32(random, {rows, n});
      const Array dtable = f32({vocabulary, n});
      run("embedding_grad", {ids, dy}, {dtable});
      std::vector<float> want(size_t(vocabulary * n), 0.0f);
      for (int64_t r = 0; r < rows; ++r) {
        for (int64_t i = 0; i < n; ++i) want[size_t(ids.i()[r] * n + i)] += dy.f()[r * n + i];
      }
      check(want.empty() || std::memcmp(dtable.raw(), want.data(), dtable.bytes()) == 0,
            "embedding_grad in order");
    }
  }
}

void adamw_matches_reference(Random& random) {
  const double beta1 = 0.9, beta2 = 0.95, eps = 1e-8, decay = 0.1, lr = 3e-3;
  for (int64_t n : {int64_t{0}, int64_t{1}, int64_t{17}, int64_t{1000}, int64_t{70001}}) {
    const Array p = random_f32(random, {n}), m = random_f32(random, {n}, -0.1f, 0.1f);
    const Array v = random_f32(random, {n}, 0.0f, 0.1f);
    std::vector<double> wp = doubles(p), wm = doubles(m), wv = doubles(v);
    for (int step = 1; step <= 3; ++step) {
      const Array g = random_f32(random, {n});
      run("adamw", {g, f32({1}, {float(lr)}), i32({1}, {step})}, {p, m, v},
          {beta1, beta2, eps, decay});
      for (size_t i = 0; i < wp.size(); ++i) {
        const double gi = g.f()[i];
        wm[i] = beta1 * wm[i] + (1 - beta1) * gi;
        wv[i] = beta2 * wv[i] + (1 - beta2) * gi * gi;
        wp[i] -= double(float(lr)) * decay * wp[i];
        wp[i] -= double(float(lr)) * (wm[i] / (1 - std::pow(beta1, step))) /
                 (std::sqrt(wv[i] / (1 - std::pow(beta2, step))) + eps);
      }
      expect_close("adamw p", p.f(), wp, 1e-6, 1e-6);
      expect_close("adamw m", m.f(), wm, 1e-7, 1e-6);
      expect_close("adamw v", v.f(), wv, 1e-7, 1e-6);
    }
  }
}

void refuses_what_does_not_fit() {
  const Array x = f32({3, 4}), w = f32({4}), ids = i32({2}, {0, 5});
  expect_refused("rms_norm", {x, f32({3})}, {x, f32({3})}, {kEps}, "ERR_SHAPE");
  expect_refused("rms_norm", {x, w}, {x, f32({4})}, {kEps}, "ERR_SHAPE");
  expect_refused("rms_norm", {f32({}), w}, {f32({}), f32({1})}, {kEps}, "ERR_SHAPE");
  expect_refused("embedding", {f32({5, 4}), ids}, {f32({2, 4})}, {}, "ERR_VALUE");
  expect_refused("embedding", {f32({5, 4}), i32({1}, {-1})}, {f32({1, 4})}, {}, "ERR_VALUE");
  expect_refused("embedding", {f32({0, 4}), i32({1}, {0})}, {f32({1, 4})}, {}, "ERR_VALUE");
  expect_refused("embedding", {i32({9, 4}), ids}, {f32({2, 4})}, {}, "ERR_DTYPE");
  expect_refused("embedding", {f32({9, 4}), ids}, {f32({2, 3})}, {}, "ERR_SHAPE");
  expect_refused("embedding_grad", {ids, f32({2, 4})}, {f32({5, 4})}, {}, "ERR_VALUE");
  const Array lr = f32({1}, {0.1f});
  const std::vector<double> attrs = {0.9, 0.95, 1e-8, 0.1};
  expect_refused("adamw", {x, lr, i32({1}, {0})}, {x, x, x}, attrs, "ERR_VALUE");
  expect_refused("adamw", {x, w, i32({1}, {1})}, {x, x, x}, attrs, "ERR_SHAPE");
  expect_refused("adamw", {x, lr, i32({1}, {1})}, {x, x, w}, attrs, "ERR_SHAPE");
  expect_refused("adamw", {x, lr, i32({1}, {1})}, {x, x, x}, {1.0, 0.9, 1e-8, 0}, "ERR_PROGRAM");
}

}  // namespace
}  // namespace rs::test

int main() {
  using namespace rs::test;
  return each_isa(41, [] {
    Random random(41);
    norm_matches_reference(random);
    norm_adjoint_matches_differences(random);
    weight_gradient_crosses_blocks(random);
    norm_rows_stand_alone(random);
    embedding_takes_rows(random);
    embedding_adjoint_adds_in_order(random);
    adamw_matches_reference(random);
    refuses_what_does_not_fit();
  });
}
