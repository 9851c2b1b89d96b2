// Cross-entropy on logits and fused with the output projection: against double
// references, finite differences, and each other to the bit where that is due.
#include <algorithm>

#include "check.hpp"

namespace rs::test {
namespace {

constexpr int32_t kIgnored = -100;

std::vector<double> logits_of(const std::vector<double>& x, const std::vector<double>& w, size_t k,
                              size_t rows, size_t v) {
  std::vector<double> logits(rows * v, 0.0);
  for (size_t r = 0; r < rows; ++r) {
    for (size_t j = 0; j < v; ++j) {
      for (size_t i = 0; i < k; ++i) logits[r * v + j] += x[r * k + i] * w[j * k + i];
    }
  }
  return logits;
}

struct Want {
  std::vector<double> loss, lse, dlogits;
};

Want reference(const std::vector<double>& logits, const Array& targets, const Array* dloss) {
  Want want;
  const auto rows = size_t(targets.size());
  const size_t v = rows == 0 ? 0 : logits.size() / rows;
  want.dlogits.assign(logits.size(), 0.0);
  for (size_t r = 0; r < rows; ++r) {
    const int32_t target = targets.i()[r];
    if (target == kIgnored) {
      want.loss.push_back(0);
      want.lse.push_back(0);
      continue;
    }
    const double* row = logits.data() + r * v;
    double m = -INFINITY, sum = 0;
    for (size_t j = 0; j < v; ++j) m = std::isnan(row[j]) || std::isnan(m) ? NAN : std::max(m, row[j]);
    for (size_t j = 0; j < v; ++j) sum += std::exp(row[j] - m);
    want.lse.push_back(m + std::log(sum));
    want.loss.push_back(want.lse.back() - row[target]);
    if (dloss == nullptr) continue;
    for (size_t j = 0; j < v; ++j) {
      const double p = std::exp(row[j] - want.lse.back());
      want.dlogits[r * v + j] = (p - (int32_t(j) == target)) * dloss->f()[r];
    }
  }
  return want;
}

Array random_targets(Random& random, int64_t rows, int64_t v, int64_t ignore_every) {
  const Array targets = random_i32(random, {rows}, v);
  for (int64_t r = 0; r < rows; ++r) {
    if (ignore_every > 0 && r % ignore_every == 0) targets.i()[r] = kIgnored;
  }
  return targets;
}

void cross_entropy_and_adjoint(Random& random) {
  for (int64_t v : {1, 2, 7, 16, 17, 33, 1000}) {
    for (int64_t rows : {0, 1, 9}) {
      const Array logits = random_f32(random, {rows, v}, -9.0f, 9.0f);
      const Array targets = random_targets(random, rows, v, 4), dloss = random_f32(random, {rows});
      const Array loss = f32({rows}), lse = f32({rows}), dlogits = f32({rows, v});
      run("cross_entropy", {logits, targets}, {loss, lse}, {kIgnored});
      run("cross_entropy_grad", {logits, targets, lse, dloss}, {dlogits}, {kIgnored});
      const Want want = reference(doubles(logits), targets, &dloss);
      expect_close("loss", loss.f(), want.loss, 2e-6, 1e-6);
      expect_close("lse", lse.f(), want.lse, 1e-6, 1e-6);
      expect_close("dlogits", dlogits.f(), want.dlogits, 1e-6, 4e-6);
    }
  }
}

void cross_entropy_adjoint_matches_differences(Random& random) {
  const int64_t rows = 4, v = 9;
  const Array logits = random_f32(random, {rows, v}), dloss = random_f32(random, {rows});
  const Array targets = random_targets(random, rows, v, 3);
  const Array loss = f32({rows}), lse = f32({rows}), dlogits = f32({rows, v});
  run("cross_entropy", {logits, targets}, {loss, lse}, {kIgnored});
  run("cross_entropy_grad", {logits, targets, lse, dloss}, {dlogits}, {kIgnored});
  expect_close("dlogits by differences", dlogits.f(),
               differences(doubles(logits), [&](const std::vector<double>& l) {
                 return dot(reference(l, targets, nullptr).loss, doubles(dloss));
               }), 2e-6, 2e-6);
}

struct Case {
  int64_t rows, k, v, ignore_every;
};
const Case kCases[] = {
    {0, 5, 7, 0},     {1, 1, 1, 0},    {3, 0, 5, 0},      {5, 8, 127, 2},   {7, 33, 128, 0},
    {13, 17, 129, 3}, {4, 16, 5, 1},   {50, 300, 400, 5}, {145, 20, 385, 4}, {700, 9, 50, 7},
    {200, 3, 30000, 9},
};

void fused_matches_reference(Random& random) {
  for (const Case& c : kCases) {
    const auto rows = size_t(c.rows), k = size_t(c.k), v = size_t(c.v);
    const std::string at = " of [" + std::to_string(rows) + "," + std::to_string(k) + "," +
                           std::to_string(v) + "]";
    const Array x = random_f32(random, {c.rows, c.k}, -1, 1), w = random_f32(random, {c.v, c.k}, -1, 1);
    const Array targets = random_targets(random, c.rows, c.v, c.ignore_every);
    const Array dloss = random_f32(random, {c.rows});
    const Array loss = f32({c.rows}), lse = f32({c.rows});
    run("linear_cross_entropy", {x, w, targets}, {loss, lse}, {kIgnored});
    const Want want = reference(logits_of(doubles(x), doubles(w), k, rows, v), targets, &dloss);
    expect_close("fused loss" + at, loss.f(), want.loss, 1e-5, 2e-6);
    expect_close("fused lse" + at, lse.f(), want.lse, 1e-5, 2e-6);

    const Array loss2 = f32({c.rows}), lse2 = f32({c.rows});
    const Array dx = f32({c.rows, c.k}), dw = f32({c.v, c.k});
    run("linear_cross_entropy_grad", {x, w, targets, dloss}, {loss2, lse2, dx, dw}, {kIgnored});
    check(loss.same_bits(loss2) && lse.same_bits(lse2), "the loss with gradients is the same" + at);
    std::vector<double> want_dx(rows * k, 0.0), want_dw(v * k, 0.0);
    for (size_t r = 0; r < rows; ++r) {
      for (size_t j = 0; j < v; ++j) {
        const double d = want.dlogits[r * v + j];
        for (size_t i = 0; i < k; ++i) {
          want_dx[r * k + i] += d * w.f()[j * k + i];
          want_dw[j * k + i] += d * x.f()[r * k + i];
        }
      }
    }
    expect_close("fused dx" + at, dx.f(), want_dx, 4e-6, 1e-5);
    expect_close("fused dw" + at, dw.f(), want_dw, 4e-6, 2e-5);
  }
}

void fused_adjoint_matches_differences(Random& random) {
  const int64_t rows = 5, k = 6, v = 11;
  const Array x = random_f32(random, {rows, k}), w = random_f32(random, {v, k});
  const Array targets = random_targets(random, rows, v, 3), dloss = random_f32(random, {rows});
  const Array loss = f32({rows}), lse = f32({rows}), dx = f32({rows, k}), dw = f32({v, k});
  run("linear_cross_entropy_grad", {x, w, targets, dloss}, {loss, lse, dx, dw}, {kIgnored});
  const auto total = [&](const std::vector<double>& a, const std::vector<double>& b) {
    return dot(reference(logits_of(a, b, k, rows, v), targets, nullptr).loss, doubles(dloss));
  };
  expect_close("fused dx by differences", dx.f(),
               differences(doubles(x), [&](const auto& a) { return total(a, doubles(w)); }), 1e-5,
               1e-5);
  expect_close("fused dw by differences", dw.f(),
               differences(doubles(w), [&](const auto& b) { return total(doubles(x), b); }), 1e-5,
               1e-5);
}

// Loss, lse and dx of a row are the same alone, among ignored rows, and beside
// rows of NaN and infinity.
void fused_rows_stand_alone(Random& random) {
  const int64_t rows = 300, k = 40, v = 500;
  const Array x = random_f32(random, {rows, k}), w = random_f32(random, {v, k});
  const Array targets = random_targets(random, rows, v, 11), dloss = random_f32(random, {rows});
  x.f()[3 * k] = NAN;
  x.f()[4 * k] = INFINITY;
  const Array loss = f32({rows}), lse = f32({rows}), dx = f32({rows, k}), dw = f32({v, k});
  run("linear_cross_entropy_grad", {x, w, targets, dloss}, {loss, lse, dx, dw}, {kIgnored});
  check(std::isnan(loss.f()[3]) && std::isnan(dx.f()[3 * k]), "a NaN in a row makes it NaN");
  for (int64_t r : {1, 2, 5, 150, 299}) {
    const Array one = f32({1, k}, std::vector<float>(x.f() + r * k, x.f() + (r + 1) * k));
    const Array a = f32({1}), b = f32({1}), c = f32({1, k}), d = f32({v, k});
    run("linear_cross_entropy_grad",
        {one, w, i32({1}, {targets.i()[r]}), f32({1}, {dloss.f()[r]})}, {a, b, c, d}, {kIgnored});
    check(a.f()[0] == loss.f()[r] && b.f()[0] == lse.f()[r] &&
              std::memcmp(c.f(), dx.f() + r * k, c.bytes()) == 0,
          "a row's bits are its own");
  }
}

// A chunk that ends and one that goes on give the same bits for the weights:
// appending ignored rows moves nothing, and rows beyond one chunk continue its sums.
void fused_ignored_rows_change_no_bits(Random& random) {
  const int64_t rows = 600, k = 24, v = 300;
  const Array x = random_f32(random, {rows, k}), w = random_f32(random, {v, k});
  const Array targets = random_targets(random, rows, v, 0), dloss = random_f32(random, {rows});
  const Array loss = f32({rows}), lse = f32({rows}), dx = f32({rows, k}), dw = f32({v, k});
  run("linear_cross_entropy_grad", {x, w, targets, dloss}, {loss, lse, dx, dw}, {kIgnored});
  const Array x2 = random_f32(random, {2 * rows, k}), d2 = random_f32(random, {2 * rows});
  const Array targets2 = i32({2 * rows});
  for (int64_t r = 0; r < rows; ++r) {
    std::copy_n(x.f() + r * k, k, x2.f() + 2 * r * k);
    d2.f()[2 * r] = dloss.f()[r];
    targets2.i()[2 * r] = targets.i()[r];
    targets2.i()[2 * r + 1] = kIgnored;
    x2.f()[(2 * r + 1) * k] = NAN;  // never looked at
  }
  const Array loss2 = f32({2 * rows}), lse2 = f32({2 * rows}), dx2 = f32({2 * rows, k});
  const Array dw2 = f32({v, k});
  run("linear_cross_entropy_grad", {x2, w, targets2, d2}, {loss2, lse2, dx2, dw2}, {kIgnored});
  check(dw.same_bits(dw2), "ignored rows change no bits of dw");
  for (int64_t r = 0; r < rows; ++r) {
    check(loss2.f()[2 * r] == loss.f()[r] && loss2.f()[2 * r + 1] == 0, "loss beside ignored rows");
    check(std::memcmp(dx2.f() + 2 * r * k, dx.f() + r * k, size_t(k) * 4) == 0 &&
              dx2.f()[(2 * r + 1) * k] == 0,
          "dx beside ignored rows");
  }
}

void refuses_what_does_not_fit() {
  const Array x = f32({2, 3}), w = f32({5, 3}), loss = f32({2}), good = i32({2}, {0, 4});
  const Array logits = f32({2, 5});
  for (int32_t bad : {-1, 5, INT32_MAX, INT32_MIN}) {
    const Array targets = i32({2}, {0, bad});
    expect_refused("cross_entropy", {logits, targets}, {loss, loss}, {kIgnored}, "ERR_VALUE");
    expect_refused("cross_entropy_grad", {logits, targets, loss, loss}, {logits}, {kIgnored},
                   "ERR_VALUE");
    expect_refused("linear_cross_entropy", {x, w, targets}, {loss, loss}, {kIgnored}, "ERR_VALUE");
    expect_refused("linear_cross_entropy_grad", {x, w, targets, loss}, {loss, loss, x, w},
                   {kIgnored}, "ERR_VALUE");
  }
  expect_refused("cross_entropy", {logits, i32({3})}, {loss, loss}, {kIgnored}, "ERR_SHAPE");
  expect_refused("cross_entropy", {logits, good}, {loss, loss}, {0.5}, "ERR_PROGRAM");
  expect_refused("linear_cross_entropy", {x, f32({5, 4}), good}, {loss, loss}, {kIgnored},
                 "ERR_SHAPE");
  expect_refused("linear_cross_entropy_grad", {x, w, good, loss}, {loss, loss, x, x}, {kIgnored},
                 "ERR_SHAPE");
}

}  // namespace
}  // namespace rs::test

int main() {
  using namespace rs::test;
  return each_isa(51, [] {
    Random random(51);
    cross_entropy_and_adjoint(random);
    cross_entropy_adjoint_matches_differences(random);
    fused_matches_reference(random);
    fused_adjoint_matches_differences(random);
    fused_rows_stand_alone(random);
    fused_ignored_rows_change_no_bits(random);
    refuses_what_does_not_fit();
  });
}
